import { SystemClock, SystemRandom, SystemTelemetry } from "../../../lib/adapters/system/index.ts";
import { silentTelemetry, sleep } from "../../../lib/ports/index.ts";
import { describeClock } from "../../contracts/clock.ts";
import { describeRandom } from "../../contracts/random.ts";
import { describeTelemetry } from "../../contracts/telemetry.ts";
import { ManualClock } from "../../support/manual-clock.ts";

describeClock("system", () => {
  const clock = new SystemClock();
  // The clock's own timers keep no process alive; the test process lives by its channel to vitest.
  return { clock, elapse: ms => sleep(clock, ms) };
});
describeClock("manual", () => {
  const clock = new ManualClock();
  return { clock, elapse: ms => clock.advance(ms) };
});
describeRandom("system", () => new SystemRandom());
describeTelemetry("silent", () => silentTelemetry);
describeTelemetry(
  "system, text",
  () =>
    new SystemTelemetry(
      { clock: new ManualClock(), output: { write: () => undefined } },
      { level: "debug", format: "text" },
    ),
);
describeTelemetry(
  "system, output that fails",
  () =>
    new SystemTelemetry(
      {
        clock: new ManualClock(),
        output: {
          write: () => {
            throw new Error("nobody reads");
          },
        },
      },
      { level: "debug", format: "json" },
    ),
);
