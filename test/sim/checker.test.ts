import { describe, expect, it } from "vitest";
import { checkHistory, type HistoryEvent, HistoryWriter, readHistory } from "./checker/index.ts";

type Records = readonly (readonly [offset: number, value: string, timestampMs?: number])[];

/** Writes small histories of one partition of one topic. */
class Story {
  readonly writer = new HistoryWriter({ now: () => 0 });
  readonly #place = { topic: "t", log: "t", partition: 0 };

  constructor() {
    this.topic({ op: "create", topic: "t", partitions: 1 });
  }

  appended(values: readonly string[], baseOffset: number, process = "p"): this {
    return this.ends(this.asksToAppend(values, process), baseOffset);
  }

  asksToAppend(values: readonly string[], process = "p", over: Partial<{ log: string }> = {}): number {
    return this.writer.invoke(process, {
      op: "append",
      ...this.#place,
      values,
      timestampsMs: values.map(() => 1),
      ...over,
    });
  }

  ends(id: number, baseOffset: number): this {
    this.writer.ok(id, { op: "append", baseOffset, appendTimeMs: -1 });
    return this;
  }

  fails(id: number, name: string, highWatermark?: number): this {
    const kind = name === "AssertionFailed" ? "bug" : "busy";
    this.writer.fail(id, {
      name,
      kind,
      message: name,
      ...(highWatermark !== undefined && { highWatermark }),
    });
    return this;
  }

  asksToFetch(offset: number, process = "p"): number {
    return this.writer.invoke(process, {
      op: "fetch",
      ...this.#place,
      offset,
      waitMs: 0,
      bytesMin: 1,
      isAlone: true,
    });
  }

  fetched(offset: number, records: Records, highWatermark: number, process = "p"): this {
    const id = this.asksToFetch(offset, process);
    this.writer.ok(id, {
      op: "fetch",
      records: records.map(([at, value, timestampMs = 1]) => ({ offset: at, value, timestampMs })),
      nextOffset: (records.at(-1)?.[0] ?? offset - 1) + 1,
      highWatermark,
      logStartOffset: 0,
    });
    return this;
  }

  offset(spec: "latest" | "maxTimestamp" | { atTimeMs: number }, offset: number, timestampMs = -1): this {
    const id = this.writer.invoke("p", { op: "offset", ...this.#place, spec });
    this.writer.ok(id, { op: "offset", offset, timestampMs });
    return this;
  }

  topic(
    request:
      | { readonly op: "create"; readonly topic: string; readonly partitions: number }
      | { readonly op: "delete" | "describe"; readonly topic: string },
    error?: string,
    log = "t",
  ): this {
    const id = this.writer.invoke("p", request);
    if (error !== undefined) this.writer.fail(id, { name: error, kind: "caller", message: error });
    else if (request.op === "delete") this.writer.ok(id, { op: "done" });
    else this.writer.ok(id, { op: "topic", topics: [{ name: "t", log, partitions: 1 }] });
    return this;
  }

  /** The last read: everything that is there. */
  inTheEnd(records: Records): this {
    this.writer.final();
    return this.fetched(0, records, records.length, "reader");
  }

  get broken(): readonly string[] {
    return checkHistory(this.writer.events).map(({ invariant, message }) => `${invariant} ${message}`);
  }
}

const story = (): Story => new Story();
const first = /^(\S+) .*$/s;

describe("the checker", () => {
  it("finds nothing wrong with a true history", () => {
    const { broken } = story()
      .appended(["a", "b"], 0)
      .fetched(
        0,
        [
          [0, "a"],
          [1, "b"],
        ],
        2,
      )
      .offset("latest", 2)
      .offset({ atTimeMs: 1 }, 0, 1)
      .offset({ atTimeMs: 2 }, -1)
      .offset("maxTimestamp", 1, 1)
      .fetched(2, [], 2)
      .inTheEnd([
        [0, "a"],
        [1, "b"],
      ]);
    expect(broken).toEqual([]);
  });

  it("lets a process that looks after a topic by itself be one poll behind", () => {
    const told = story().appended(["a"], 0, "q");
    told.writer.tended("r", "t");
    expect(told.fetched(0, [], 0, "r").inTheEnd([[0, "a"]]).broken).toEqual([]);
  });

  it("reads what it wrote", () => {
    const { events } = story().appended(["a"], 0).writer;
    const writer = new HistoryWriter({ now: () => 1 });
    writer.events.push(...events);
    expect(readHistory(writer.toLines())).toEqual(events satisfies readonly HistoryEvent[]);
  });

  const cases: readonly (readonly [string, string, () => Story])[] = [
    ["I1", "an acknowledged record that is gone", () => story().appended(["a"], 0).inTheEnd([])],
    [
      "I1",
      "an acknowledged record in whose place another lies",
      () =>
        story()
          .appended(["a"], 0)
          .appended(["b"], 0, "q")
          .inTheEnd([[0, "b"]]),
    ],
    [
      "I1",
      "a log that cannot be read in the end, and was not deleted",
      () => {
        const told = story().appended(["a"], 0);
        told.writer.final();
        return told;
      },
    ],
    [
      "I3",
      "an acknowledged offset where the record is not",
      () =>
        story()
          .appended(["a"], 1)
          .appended(["b"], 1, "q")
          .inTheEnd([
            [0, "a"],
            [1, "b"],
          ]),
    ],
    [
      "I3",
      "an acknowledged offset that is none",
      () =>
        story()
          .appended(["a"], -1)
          .inTheEnd([[0, "a"]]),
    ],
    [
      "I2",
      "an offset with two values",
      () =>
        story()
          .appended(["a"], 0)
          .fetched(0, [[0, "b"]], 1)
          .inTheEnd([[0, "a"]]),
    ],
    ["I2", "a value that nobody sent", () => story().inTheEnd([[0, "x"]])],
    [
      "I2",
      "another time than was sent",
      () =>
        story()
          .appended(["a"], 0)
          .inTheEnd([[0, "a", 5]]),
    ],
    [
      "I4",
      "two records of one process in another order than they were sent",
      () => {
        const told = story();
        const [a, b] = [told.asksToAppend(["a"]), told.asksToAppend(["b"])];
        return told
          .ends(b, 0)
          .ends(a, 1)
          .inTheEnd([
            [0, "b"],
            [1, "a"],
          ]);
      },
    ],
    [
      "I5",
      "an end that goes back within a process",
      () =>
        story()
          .appended(["a"], 0)
          .fetched(0, [[0, "a"]], 1)
          .fetched(0, [], 0)
          .inTheEnd([[0, "a"]]),
    ],
    [
      "I5",
      "an end asked for strongly that does not show an acknowledged record",
      () =>
        story()
          .appended(["a"], 0, "q")
          .offset("latest", 0)
          .inTheEnd([[0, "a"]]),
    ],
    [
      "I5",
      "a time whose first record is another",
      () =>
        story()
          .appended(["a", "b"], 0)
          .offset({ atTimeMs: 1 }, 1, 1)
          .inTheEnd([
            [0, "a"],
            [1, "b"],
          ]),
    ],
    [
      "I5",
      "a latest time that is not the latest",
      () =>
        story()
          .appended(["a"], 0)
          .offset("maxTimestamp", -1, -1)
          .inTheEnd([[0, "a"]]),
    ],
    [
      "I5",
      "out of range, said of what was acknowledged",
      () => {
        const told = story().appended(["a", "b"], 0, "q");
        return told.fails(told.asksToFetch(2), "OffsetOutOfRange", 0).inTheEnd([
          [0, "a"],
          [1, "b"],
        ]);
      },
    ],
    [
      "I5",
      "nothing new, said by a process that never looked",
      () =>
        story()
          .appended(["a"], 0, "q")
          .fetched(0, [], 0, "r")
          .inTheEnd([[0, "a"]]),
    ],
    [
      "I5",
      "an end that the log never had",
      () =>
        story()
          .appended(["a"], 0)
          .offset("latest", 9)
          .inTheEnd([[0, "a"]]),
    ],
    [
      "I5",
      "an unknown topic that was created and not deleted",
      () => story().topic({ op: "describe", topic: "t" }, "UnknownTopic").inTheEnd([]),
    ],
    [
      "I6",
      "a gap in a fetch",
      () =>
        story()
          .appended(["a", "b", "c"], 0)
          .fetched(
            0,
            [
              [0, "a"],
              [2, "c"],
            ],
            3,
          )
          .inTheEnd([
            [0, "a"],
            [1, "b"],
            [2, "c"],
          ]),
    ],
    [
      "I6",
      "a fetch that begins later than asked",
      () =>
        story()
          .appended(["a", "b"], 0)
          .fetched(0, [[1, "b"]], 2)
          .inTheEnd([
            [0, "a"],
            [1, "b"],
          ]),
    ],
    [
      "I6",
      "records withheld",
      () =>
        story()
          .appended(["a"], 0)
          .fetched(0, [], 1)
          .inTheEnd([[0, "a"]]),
    ],
    [
      "I7",
      "a definite failure that is there",
      () => {
        const told = story();
        return told.fails(told.asksToAppend(["a"]), "AppendFailed").inTheEnd([[0, "a"]]);
      },
    ],
    [
      "I7",
      "an unknown outcome that is there twice",
      () => {
        const told = story();
        told.writer.info(told.asksToAppend(["a"]));
        return told.inTheEnd([
          [0, "a"],
          [1, "a"],
        ]);
      },
    ],
    [
      "I7",
      "a request of which a part is there",
      () => {
        const told = story();
        told.writer.info(told.asksToAppend(["a", "b"]));
        return told.inTheEnd([[0, "a"]]);
      },
    ],
    [
      "I9",
      "a record in another log than it was sent to",
      () => {
        const told = story();
        told.writer.info(told.asksToAppend(["a"], "p", { log: "t@old" }));
        return told.inTheEnd([[0, "a"]]);
      },
    ],
    [
      "I9",
      "an append to a topic that was deleted",
      () =>
        story().topic({ op: "describe", topic: "t" }).topic({ op: "delete", topic: "t" }).appended(["a"], 0),
    ],
    [
      "I9",
      "a topic that was deleted and is described",
      () => story().topic({ op: "delete", topic: "t" }).topic({ op: "describe", topic: "t" }),
    ],
    ["I9", "a topic created twice", () => story().topic({ op: "create", topic: "t", partitions: 1 })],
    [
      "I12",
      "a request that fails after faults have stopped",
      () => {
        const told = story().inTheEnd([]);
        return told.fails(told.asksToFetch(0), "ReadFailed");
      },
    ],
    [
      "I12",
      "a request that is never answered after faults have stopped",
      () => {
        const told = story().inTheEnd([]);
        told.asksToFetch(0);
        return told;
      },
    ],
    [
      "bug",
      "a mistake of ours that a client hears of",
      () => {
        const told = story();
        return told.fails(told.asksToFetch(0), "AssertionFailed").inTheEnd([]);
      },
    ],
  ];

  it.each(cases)("tells %s by %s", (invariant, _what, make) => {
    expect(make().broken.map(line => line.replace(first, "$1"))).toContain(invariant);
  });

  it("lets a request that was delivered twice be there twice, and what is unknown be there or not", () => {
    const told = story().appended(["a"], 0).appended(["a"], 1, "q");
    told.writer.info(told.asksToAppend(["b"]));
    told.writer.info(told.asksToAppend(["c"]));
    expect(
      told.inTheEnd([
        [0, "a"],
        [1, "a"],
        [2, "b"],
      ]).broken,
    ).toEqual([]);
  });

  it("holds nothing against a topic that may be deleted just now", () => {
    const told = story();
    const deleting = told.writer.invoke("q", { op: "delete", topic: "t" });
    told.topic({ op: "describe", topic: "t" }, "UnknownTopic");
    told.writer.ok(deleting, { op: "done" });
    expect(told.broken).toEqual([]);
  });
});
