/**
 * What the checker holds of idempotent producers, in small histories of one partition: `a` and `b` are a producer's batches
 * of one record, with sequences 0 and 1; `x` is somebody else's record.
 */
import { describe, expect, it } from "vitest";
import { checkHistory, HistoryWriter } from "./checker/index.ts";

const dayAndMore = 90_000_000;
const sequences: Readonly<Record<string, number>> = { a: 0, b: 1 };

/** A batch, and what was heard of it at once, or after all the others: an offset, an error, or nothing. Or a leap. */
type Told = readonly [value: string, heard: number | string, when?: "last"] | "leap" | "short leap";

function broken(told: readonly Told[], log: string): readonly string[] {
  const writer = new HistoryWriter({ now: () => 0 });
  const place = { topic: "t", log: "t", partition: 0 };
  const late: [id: number, heard: number | string][] = [];
  writer.ok(writer.invoke("p", { op: "create", topic: "t", partitions: 1 }), {
    op: "topic",
    topics: [{ name: "t", log: "t", partitions: 1 }],
  });
  for (const step of told) {
    if (typeof step === "string") {
      writer.leap(step === "leap" ? dayAndMore : 3_600_000);
      continue;
    }
    const [value, heard, when] = step;
    const sequence = sequences[value];
    const producer = sequence === undefined ? {} : { producer: { id: 7, epoch: 0, sequence } };
    const id = writer.invoke("p", {
      op: "append",
      ...place,
      values: [value],
      timestampsMs: [1],
      ...producer,
    });
    if (when === "last") late.push([id, heard]);
    else if (typeof heard === "number") writer.ok(id, { op: "append", baseOffset: heard, appendTimeMs: -1 });
    else if (heard === "nothing") writer.info(id);
    else writer.fail(id, { name: heard, kind: "caller", message: heard });
  }
  for (const [id, heard] of late)
    if (typeof heard === "number") writer.ok(id, { op: "append", baseOffset: heard, appendTimeMs: -1 });
  writer.final();
  const fetched = writer.invoke("reader", {
    op: "fetch",
    ...place,
    offset: 0,
    waitMs: 0,
    bytesMin: 1,
    isAlone: true,
  });
  const records = [...log].map((value, offset) => ({ offset, value, timestampMs: 1 }));
  writer.ok(fetched, {
    op: "fetch",
    records,
    nextOffset: log.length,
    highWatermark: log.length,
    logStartOffset: 0,
  });
  return checkHistory(writer.events).map(({ invariant }) => invariant);
}

describe("a producer that the log remembers", () => {
  it.each<[string, readonly Told[], string]>([
    [
      "appends in order, and hears of a duplicate where it is",
      [
        ["a", 0],
        ["b", 1],
        ["a", 0],
      ],
      "ab",
    ],
    [
      "is refused where a batch is missing",
      [
        ["b", "UnknownProducer"],
        ["a", 0],
        ["b", 1],
      ],
      "ab",
    ],
    [
      "is remembered through a leap, if nobody else writes",
      ["leap", ["a", 0], "leap", ["a", 0], ["b", 1]],
      "ab",
    ],
    [
      "is forgotten by what others write, though its first request arrives after that, and is a new beginning",
      [["a", 2, "last"], ["a", 0], "leap", ["x", 1], ["b", "UnknownProducer"]],
      "axa",
    ],
    [
      "may be there though it was not answered",
      [
        ["a", "nothing"],
        ["a", 0],
      ],
      "a",
    ],
  ])("%s", (_, told, log) => {
    expect(broken(told, log)).toEqual([]);
  });

  it.each<[string, string, readonly Told[], string]>([
    [
      "I4",
      "is there twice",
      [
        ["a", 0],
        ["a", "nothing"],
      ],
      "aa",
    ],
    [
      "I3",
      "is told two offsets",
      [
        ["a", 0],
        ["x", 1],
        ["a", 2],
      ],
      "axa",
    ],
    [
      "I4",
      "is there twice after a leap after which nobody else wrote",
      [["a", 0], "leap", ["a", "nothing"]],
      "aa",
    ],
    ["I4", "is there twice after a short leap", [["a", 0], "short leap", ["x", 1], ["a", "nothing"]], "axa"],
    [
      "I4",
      "is there twice, and the other's record came before",
      ["leap", ["x", 0], ["a", 1], ["a", "nothing"]],
      "xaa",
    ],
    ["I4", "begins with its second batch", [["b", 0]], "b"],
    [
      "I4",
      "is called unknown",
      [
        ["a", 0],
        ["b", "UnknownProducer"],
      ],
      "a",
    ],
    ["I4", "is called unknown after a leap alone", [["a", 0], "leap", ["b", "UnknownProducer"]], "a"],
    ["I4", "is called unknown with its first batch", [["a", "UnknownProducer"]], ""],
    [
      "I4",
      "is said to miss what it was acknowledged",
      [
        ["a", 0],
        ["b", "OutOfOrderSequence"],
      ],
      "a",
    ],
  ])("tells %s: it %s", (invariant, _, told, log) => {
    expect(broken(told, log)).toContain(invariant);
  });
});

describe("a producer that the log forgot", () => {
  const before: readonly Told[] = [["a", 0], ["b", 1], "leap", ["x", 2]];

  it.each<[string, readonly Told[], string]>([
    ["is unknown", [["b", "UnknownProducer"]], "abx"],
    [
      "begins anew with its first batch, which is there twice",
      [
        ["a", 3],
        ["b", 4],
      ],
      "abxab",
    ],
    ["may be refused without a reason", [["b", "ReadFailed"]], "abx"],
  ])("%s", (_, told, log) => {
    expect(broken([...before, ...told], log)).toEqual([]);
  });

  it("begins anew with a first batch that was under way all the time", () => {
    expect(broken([["a", 2, "last"], ["a", 0], "leap", ["x", 1]], "axa")).toEqual([]);
    expect(
      broken(
        [
          ["a", 2, "last"],
          ["a", 0],
          ["x", 1],
        ],
        "axa",
      ),
    ).toContain("I3");
  });

  it.each<[string, string, readonly Told[], string]>([
    ["I14", "hears of a duplicate", [["b", 1]], "abx"],
    ["I14", "is told that something is missing", [["b", "OutOfOrderSequence"]], "abx"],
    ["I4", "is appended in the middle of its life", [["b", 3]], "abxb"],
    ["I14", "is acknowledged in the middle of its life", [["b", 3]], "abxb"],
    [
      "I4",
      "begins anew twice",
      [
        ["a", 3],
        ["a", "nothing"],
      ],
      "abxaa",
    ],
  ])("tells %s: it %s", (invariant, _, told, log) => {
    expect(broken([...before, ...told], log)).toContain(invariant);
  });
});
