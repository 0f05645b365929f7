/** What every Telemetry does: take whatever it is told, and leave the caller alone. */
import { describe, expect, it } from "vitest";
import type { LogLevel, Telemetry } from "../../lib/ports/index.ts";

const levels: readonly LogLevel[] = ["debug", "info", "warn", "error"];

export function describeTelemetry(name: string, make: () => Telemetry): void {
  describe(`telemetry: ${name}`, () => {
    it.each(levels)("takes a line of level %s with and without fields", level => {
      const telemetry = make();
      expect(telemetry.log(level, "a line")).toBeUndefined();
      expect(
        telemetry.log(level, "a line", { text: "x", number: 1, flag: true, nothing: undefined }),
      ).toBeUndefined();
    });

    it.each<[string, (telemetry: Telemetry) => void]>([
      ["a name it does not know", telemetry => telemetry.count("cumulog_unheard_of_total")],
      ["a name that no metric may have", telemetry => telemetry.gauge("no name!", 1)],
      ["a name that every object has", telemetry => telemetry.count("constructor")],
      ["a counter that falls", telemetry => telemetry.count("cumulog_fallen_total", -1)],
      ["not a number", telemetry => telemetry.observe("cumulog_odd_seconds", Number.NaN)],
      [
        "labels that change",
        telemetry => {
          telemetry.count("cumulog_labelled_total", 1, { a: "1" });
          telemetry.count("cumulog_labelled_total", 1, { b: "1" });
          telemetry.count("cumulog_labelled_total");
        },
      ],
      [
        "one name for two kinds",
        telemetry => {
          telemetry.count("cumulog_twofold_total");
          telemetry.gauge("cumulog_twofold_total", 1);
          telemetry.observe("cumulog_twofold_total", 1);
        },
      ],
      [
        "more than anyone should say",
        telemetry => {
          for (let i = 0; i < 20_000; i++) telemetry.count("cumulog_many_total");
          for (let i = 0; i < 2_000; i++) telemetry.log("error", `failure ${i}`);
        },
      ],
    ])("does not throw at %s", (_what, say) => {
      expect(() => say(make())).not.toThrow();
    });
  });
}
