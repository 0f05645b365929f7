/** Small histories of logs that may lose something: what may go, what may not, and what may not come back. */
import { describe, expect, it } from "vitest";
import { checkHistory, HistoryWriter, type LossRules } from "./checker/index.ts";

const keepsAll: LossRules = {
  isDelete: true,
  isCompact: false,
  retentionMs: -1,
  retentionBytes: -1,
  deleteRetentionMs: 0,
  epochMs: 1_000_000,
};
const place = { topic: "t", log: "t", partition: 0 };

type Keyed = { readonly keys?: readonly string[]; readonly tombstones?: readonly boolean[] };

class Story {
  readonly writer = new HistoryWriter({ now: () => this.nowMs });
  nowMs = 0;

  constructor(rules: Partial<LossRules>) {
    const asked = { op: "create", topic: "t", partitions: 1, rules: { ...keepsAll, ...rules } } as const;
    const id = this.writer.invoke("p", asked);
    this.writer.ok(id, { op: "topic", topics: [{ name: "t", log: "t", partitions: 1 }] });
  }

  /** Appends records of now, of ten bytes each. */
  appended(base: number, values: string, keyed: Keyed = {}): this {
    const id = this.writer.invoke("p", {
      op: "append",
      ...place,
      values: [...values],
      timestampsMs: [...values].map(() => keepsAll.epochMs + this.nowMs),
      sizeBytes: 10 * values.length,
      ...keyed,
    });
    this.writer.ok(id, { op: "append", baseOffset: base, appendTimeMs: -1 });
    return this;
  }

  at(nowMs: number): this {
    this.nowMs = nowMs;
    return this;
  }

  trimmed(before: number): this {
    const id = this.writer.invoke("p", { op: "trim", ...place, before });
    this.writer.ok(id, { op: "trimmed", logStartOffset: before });
    return this;
  }

  /** `from` and the values at each offset from there on; "." is one that is not there. `times` as they were sent. */
  fetched(
    from: number,
    values: string,
    times: number | readonly number[] = 0,
    start = 0,
    process = "p",
  ): this {
    const asked = { op: "fetch", ...place, offset: from, waitMs: 0, bytesMin: 1, isAlone: true } as const;
    const records = [...values].flatMap((value, i) => {
      const timeMs = typeof times === "number" ? times : (times[i] ?? 0);
      return value === "." ? [] : [{ offset: from + i, value, timestampMs: keepsAll.epochMs + timeMs }];
    });
    const next = from + values.length;
    const answer = {
      op: "fetch",
      records,
      nextOffset: next,
      highWatermark: next,
      logStartOffset: start,
    } as const;
    this.writer.ok(this.writer.invoke(process, asked), answer);
    return this;
  }

  begins(offset: number, process = "p"): this {
    const id = this.writer.invoke(process, { op: "offset", ...place, spec: "earliest" });
    this.writer.ok(id, { op: "offset", offset, timestampMs: -1 });
    return this;
  }

  /** The last word. */
  inTheEnd(from: number, values: string, times: number | readonly number[] = 0): readonly string[] {
    this.writer.final();
    return this.fetched(from, values, times, from, "reader").broken;
  }

  get broken(): readonly string[] {
    return checkHistory(this.writer.events).map(({ invariant, message }) => `${invariant} ${message}`);
  }
}

const log = (rules: Partial<LossRules> = {}): Story => new Story(rules);

describe("retention", () => {
  it("may take what is older than it, and nothing younger", () => {
    const story = () => log({ retentionMs: 100 }).appended(0, "ab").at(60).appended(2, "cd");
    expect(story().at(101).inTheEnd(2, "cd", 60)).toEqual([]);
    expect(story().at(100).inTheEnd(2, "cd", 60)).toContainEqual(
      expect.stringMatching(/^I1 .*nothing says that 0 may go/),
    );
    expect(story().at(101).inTheEnd(3, "d", 60)).toContainEqual(
      expect.stringMatching(/^I1 .*nothing says that 2 may go/),
    );
  });

  it("takes bytes while what is left is enough", () => {
    const story = () => log({ retentionBytes: 20 }).appended(0, "a").appended(1, "b").appended(2, "cd");
    expect(story().inTheEnd(2, "cd")).toEqual([]);
    expect(story().appended(4, "e").inTheEnd(4, "e")).toContainEqual(
      expect.stringMatching(/^I1 .*nothing says that 2 may go/),
    );
  });

  it("takes no record out of the middle", () => {
    const { broken } = log({ retentionMs: 100 }).appended(0, "abc").at(50).fetched(0, "a.c");
    expect(broken).toContainEqual(expect.stringMatching(/^I6 .*offset 1 is left out/));
  });
});

describe("records deleted by hand", () => {
  it("are gone with reason, and no others", () => {
    const story = () => log().appended(0, "abcd").trimmed(2);
    expect(story().inTheEnd(2, "cd")).toEqual([]);
    expect(story().inTheEnd(3, "d")).toContainEqual(
      expect.stringMatching(/^I1 .*nothing says that 2 may go/),
    );
  });

  it("do not come back", () => {
    const story = () => log().appended(0, "abcd").trimmed(2);
    expect(story().inTheEnd(0, "abcd")).toContainEqual(
      expect.stringMatching(/^I6 .*t\/0:0 is there in the end/),
    );
    expect(story().begins(0).broken).toContainEqual(expect.stringMatching(/^I5 .* 2 was known/));
    expect(story().fetched(1, "bcd", 0, 2).broken).toContainEqual(expect.stringMatching(/^I6 .*begins at 2/));
  });
});

describe("compaction by key", () => {
  const isCompact = { isCompact: true, isDelete: false, deleteRetentionMs: 100 };
  const keys = ["x", "y", "x"];

  it("takes what has a later value, and leaves the last one", () => {
    const story = () => log(isCompact).appended(0, "abc", { keys });
    expect(story().inTheEnd(0, ".bc")).toEqual([]);
    expect(story().inTheEnd(0, "ab.")).toContainEqual(expect.stringMatching(/^I1 t\/0:2 is not there/));
    expect(story().inTheEnd(0, "a.c")).toContainEqual(expect.stringMatching(/^I6 .*offset 1 is left out/));
  });

  it("gives what stays in order, at the offset that it always had", () => {
    const story = () => log(isCompact).appended(0, "abc", { keys });
    expect(story().fetched(0, "abc").inTheEnd(0, ".cb")).toContainEqual(expect.stringMatching(/^I2 /));
  });

  it("takes a tombstone when its time is over", () => {
    const dead = { keys: ["x", "x"], tombstones: [false, true] };
    const story = () =>
      log(isCompact)
        .appended(0, "ab", dead)
        .appended(2, "c", { keys: ["y"] });
    expect(story().at(99).inTheEnd(0, ".bc")).toEqual([]);
    expect(story().at(100).inTheEnd(0, "..c")).toEqual([]);
    expect(story().at(99).inTheEnd(0, "..c")).toContainEqual(
      expect.stringMatching(/^I1 t\/0:1 is not there/),
    );
    expect(story().at(100).inTheEnd(0, "a.c")).toContainEqual(
      expect.stringMatching(/^I2 t\/0:0 is there in the end, and the later record of key x at 1 is not/),
    );
  });
});

describe("offsets that were damaged where they lay", () => {
  const damaged = (values: string): readonly string[] => {
    const story = log().appended(0, "abcd");
    story.writer.damaged({ log: "t", partition: 0, from: 1, to: 2 });
    return story.inTheEnd(0, values);
  };

  it("may be missing, and no others", () => {
    expect(damaged("abcd")).toEqual([]);
    expect(damaged("a.cd")).toEqual([]);
    expect(damaged("a..d")).toContainEqual(expect.stringMatching(/^I1 t\/0:2 is not there/));
  });
});
