import { describe, expect, it } from "vitest";
import { valueText } from "../../../cli/consume/format.ts";
import type { Piece } from "../../../cli/consume/group/poll.ts";
import { printAlive } from "../../../cli/consume/group/print-alive.ts";
import { Printer } from "../../../cli/consume/printer.ts";
import { OutputClosed } from "../../../cli/errors.ts";
import { Deferred, utf8 } from "../../../lib/std/index.ts";

const never = new AbortController().signal;

describe("printing as a member of a group", () => {
  it("says that the member lives for as long as the reader of the output takes", async () => {
    const written = new Deferred<void>();
    let beats = 0;
    const member = {
      owe: () => undefined,
      beat: async () => {
        if (++beats === 3) written.resolve();
      },
    };
    await printAlive(
      member,
      polled([piece(0, 0, 1)]),
      printerOf(() => written.promise),
      never,
    );
    expect(beats).toBeGreaterThanOrEqual(3);
  });

  it("owes what was printed, up to what the server says comes next", async () => {
    const { member, owed } = aMember();
    await printAlive(
      member,
      polled([piece(0, 0, 2, 5), piece(1, 7, 8), piece(2, 3, 3, 4)]),
      printerOf(),
      never,
    );
    // Partition 2 had nothing to print: markers of transactions, passed over.
    expect([...owed]).toEqual([
      [0, 5],
      [1, 8],
      [2, 4],
    ]);
  });

  it("owes no more than the records that were wanted", async () => {
    const { member, owed } = aMember();
    const pieces = [piece(0, 0, 2), piece(1, 7, 10, 12), piece(2, 0, 2)];
    await printAlive(member, polled(pieces), printerOf(undefined, 4), never);
    expect([...owed]).toEqual([
      [0, 2],
      [1, 9],
    ]);
  });

  it("owes nothing that could not be written", async () => {
    const { member, owed } = aMember();
    let writes = 0;
    const print = async () => {
      if (++writes === 2) throw new OutputClosed("nobody reads the output");
    };
    const printing = printAlive(member, polled([piece(0, 0, 2), piece(1, 0, 2)]), printerOf(print), never);
    await expect(printing).rejects.toThrow(OutputClosed);
    expect([...owed]).toEqual([[0, 2]]);
  });

  it("goes no further when it is told to stop", async () => {
    const { member, owed } = aMember();
    const stop = new AbortController();
    const print = async () => stop.abort();
    await printAlive(member, polled([piece(0, 0, 2), piece(1, 0, 2)]), printerOf(print), stop.signal);
    expect([...owed]).toEqual([[0, 2]]);
  });
});

function aMember() {
  const owed = new Map<number, number>();
  const owe = (partition: number, next: number): void => {
    owed.set(partition, next);
  };
  return { member: { owe, beat: async () => undefined }, owed };
}

function printerOf(print: () => Promise<void> = async () => undefined, recordsMax = 100): Printer {
  return new Printer({ print, format: valueText, nowMs: () => 0 }, { topic: "t", recordsMax });
}

function polled(pieces: readonly Piece[]) {
  return { epoch: 1, silenceMsMax: 3, partitions: [0, 1, 2], pieces, failures: [] };
}

/** Records of the offsets from `from` on, before `end`; `next` may be beyond it. */
function piece(partition: number, from: number, end: number, next = end): Piece {
  const records = Array.from({ length: end - from }, (_, i) => ({
    offset: from + i,
    timestampMs: 0,
    key: null,
    value: utf8("v"),
    headers: [],
  }));
  return { partition, records, next };
}
