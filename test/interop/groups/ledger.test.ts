import { describe, expect, it } from "vitest";
import { Ledger } from "./ledger.ts";

const record = (partition: number, offset: number) => ({ event: "record", partition, offset }) as const;
const owns = (...partitions: number[]) => ({ event: "owns", partitions }) as const;

function ledgerOf(givesOutLate: boolean, ...events: Parameters<Ledger["hear"]>[0][]): Ledger {
  const ledger = new Ledger({ givesOutLate });
  for (const event of events) ledger.hear(event);
  return ledger;
}

describe("what a member has read", () => {
  it("is what it gave out of what it owns", () => {
    const ledger = ledgerOf(true, owns(0, 1), record(1, 7), record(0, 3));
    expect(ledger.read).toEqual(["1:7", "0:3"]);
    expect(ledger.late).toEqual([]);
  });

  it("does not hold what it gives out of a partition that it has just given up", () => {
    const ledger = ledgerOf(true, owns(0, 1), owns(), owns(0), record(1, 7), record(0, 3));
    expect(ledger.read).toEqual(["0:3"]);
    expect(ledger.late).toEqual(["1:7"]);
  });

  it("holds what it gives out of a partition that it gave up earlier, or never had: that is not late, but wrong", () => {
    const ledger = ledgerOf(
      true,
      owns(0, 1, 2),
      owns(),
      owns(0, 1),
      owns(),
      owns(0),
      record(2, 7),
      record(5, 1),
    );
    expect(ledger.read).toEqual(["2:7", "5:1"]);
    expect(ledger.late).toEqual([]);
  });

  it("holds everything that a client gives out which throws away what is late", () => {
    const ledger = ledgerOf(false, owns(0, 1), owns(), owns(0), record(1, 7));
    expect(ledger.read).toEqual(["1:7"]);
    expect(ledger.late).toEqual([]);
  });

  it("is of its own again once it has a partition back", () => {
    const ledger = ledgerOf(true, owns(0, 1), owns(0), owns(0, 1), record(1, 7));
    expect(ledger.read).toEqual(["1:7"]);
  });
});
