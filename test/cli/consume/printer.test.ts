import { describe, expect, it } from "vitest";
import { valueText } from "../../../cli/consume/format.ts";
import { Printer } from "../../../cli/consume/printer.ts";
import { utf8 } from "../../../lib/std/index.ts";

describe("the printer of records", () => {
  it("prints no more than was asked for, and counts what it wrote", async () => {
    const { printer, output } = aPrinter({ recordsMax: 3 });
    await printer.print(0, records("a", "b"));
    expect(printer.isFull).toBe(false);
    await printer.print(1, records("c", "d"));
    expect(printer).toMatchObject({ isFull: true, records: 3, bytes: 6 });
    expect(output.join("")).toBe("a\nb\nc\n");
  });

  it("takes no time after the last record for its own", async () => {
    const { printer, clock } = aPrinter();
    clock.nowMs += 40;
    await printer.print(0, records("a"));
    clock.nowMs += 5000;
    expect(printer).toMatchObject({ durationMs: 40, idleMs: 5000 });
  });

  it("has not been at work, but idle, before the first record", () => {
    const { printer, clock } = aPrinter();
    clock.nowMs += 700;
    expect(printer).toMatchObject({ durationMs: 0, idleMs: 700 });
  });

  it("does not take a slow reader of its output for a lack of records", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { printer, clock } = aPrinter({ print: () => promise });
    const printing = printer.print(0, records("a"));
    clock.nowMs += 9000;
    expect(printer.idleMs).toBe(0);
    resolve();
    await printing;
    expect(printer).toMatchObject({ durationMs: 9000, idleMs: 0 });
  });
});

function aPrinter({
  recordsMax = Number.POSITIVE_INFINITY,
  print,
}: {
  readonly recordsMax?: number;
  readonly print?: () => Promise<void>;
} = {}) {
  const clock = { nowMs: 1_000_000 };
  const output: string[] = [];
  const keep = async (bytes: Uint8Array): Promise<void> => void output.push(Buffer.from(bytes).toString());
  const deps = { print: print ?? keep, format: valueText, nowMs: () => clock.nowMs };
  return { printer: new Printer(deps, { topic: "t", recordsMax }), clock, output };
}

function records(...values: readonly string[]) {
  return values.map((value, offset) => ({
    offset,
    timestampMs: 0,
    key: null,
    value: utf8(value),
    headers: [],
  }));
}
