/** Refusals that clients do not hear are told to the operator: at once, and then once a minute. */
import { describe, expect, it } from "vitest";
import { OperatorLog } from "../../../lib/adapters/aws/operator-log.ts";
import {
  type LogFields,
  StoreMisconfigured,
  StoreThrottled,
  silentTelemetry,
} from "../../../lib/ports/index.ts";
import { ManualClock } from "../../support/manual-clock.ts";

function aLog() {
  const clock = new ManualClock();
  const lines: (LogFields | undefined)[] = [];
  const telemetry = {
    ...silentTelemetry,
    log: (level: string, _message: string, fields?: LogFields) => void lines.push({ level, ...fields }),
  };
  return { clock, lines, log: new OperatorLog({ clock, telemetry }) };
}

const denied = new StoreMisconfigured(
  "GetItem is not granted",
  "User: arn:aws:iam::1:role/x may not GetItem",
);
const line = { level: "error", error: "StoreMisconfigured", kind: "operator", message: denied.detail };

describe("the log of the operator", () => {
  it("has the whole text of a refusal, and hands the failure on", () => {
    const { log, lines } = aLog();
    expect(log.heard(denied)).toBe(denied);
    expect(lines).toEqual([line]);
  });

  it("has repeats once a minute, counted, and another refusal at once", async () => {
    const { log, lines, clock } = aLog();
    for (let count = 0; count < 5; count++) log.heard(denied);
    log.heard(new StoreMisconfigured("PutItem is not granted"));
    expect(lines).toEqual([line, { ...line, message: "PutItem is not granted" }]);
    await clock.advance(60_000);
    log.heard(denied);
    expect(lines.at(-1)).toEqual({ ...line, repeats: 4 });
    await clock.advance(60_000);
    log.heard(denied);
    expect(lines.at(-1)).toEqual(line);
  });

  it("has nothing of what is not the operator's", () => {
    const { log, lines } = aLog();
    log.heard(new StoreThrottled("slower"));
    expect(lines).toEqual([]);
  });
});
