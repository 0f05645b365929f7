import { describe, expect, it } from "vitest";
import { utf8 } from "../../../lib/std/index.ts";
import { digestOf, Ledger } from "./ledger.ts";
import type { Policy } from "./topics.ts";

const never = Number.POSITIVE_INFINITY;
const kept: Policy = { isCompact: false, retentionMs: never, tombstoneMs: never };
const compact: Policy = { isCompact: true, retentionMs: never, tombstoneMs: 10 };

function aRecord(key: string, value: string | null, timestampMs = 0) {
  return { key: utf8(key), value: value === null ? null : utf8(value), timestampMs, headers: [] };
}
const [a1, b1, a2] = [aRecord("a", "1"), aRecord("b", "1"), aRecord("a", "2")];

/** What a ledger says of a reading at the time 100, after these records were acknowledged from 0 on. */
function problemsOf(
  policy: Policy,
  acknowledged: readonly ReturnType<typeof aRecord>[],
  read: readonly (readonly [offset: number, ReturnType<typeof aRecord>])[],
  { start = 0, end = acknowledged.length } = {},
) {
  const problems: string[] = [];
  const ledger = new Ledger("t-0", policy, line => problems.push(line));
  ledger.acknowledge(0, acknowledged);
  const records = new Map(read.map(([offset, record]) => [offset, digestOf(record)]));
  ledger.judge({ start, end, records, beganMs: 100, endedMs: 100 }, []);
  return problems;
}

describe("the ledger of the soak", () => {
  it("is content when everything is read as it was sent", () => {
    expect(problemsOf(kept, [a1, b1], [[0, a1], [1, b1]])).toEqual([]); // biome-ignore format: a table
  });

  it("misses what was acknowledged", () => {
    expect(problemsOf(kept, [a1, b1, a2], [[0, a1], [2, a2]])).toEqual(["t-0:1: was acknowledged and is gone"]); // biome-ignore format: a table
    expect(problemsOf(compact, [a1, b1, a2], [[2, a2]])).toEqual(["t-0:1: was acknowledged and is gone"]);
  });

  it("lets the earlier records of a key go where the topic is compacted", () => {
    expect(problemsOf(compact, [a1, b1, a2], [[1, b1], [2, a2]])).toEqual([]); // biome-ignore format: a table
  });

  it("lets records go that one supersedes whose append is not answered yet, and no others", () => {
    const problems: string[] = [];
    const ledger = new Ledger("t-0", compact, line => problems.push(line));
    ledger.acknowledge(0, [a1, b1]);
    const records = new Map([[2, digestOf(a2)]]);
    ledger.judge({ start: 0, end: 3, records, beganMs: 100, endedMs: 100 }, [a2]);
    expect(problems).toEqual(["t-0:1: was acknowledged and is gone"]);
  });

  it("lets a tombstone go when it is old enough, and no earlier", () => {
    expect(problemsOf(compact, [aRecord("a", null, 90)], [])).toEqual([]);
    expect(problemsOf(compact, [aRecord("a", null, 91)], [])).toHaveLength(1);
  });

  it("lets records before the start go when they are old enough, and no earlier", () => {
    const policy = { ...kept, retentionMs: 50 };
    expect(problemsOf(policy, [aRecord("a", "1", 50)], [], { start: 1 })).toEqual([]);
    expect(problemsOf(policy, [aRecord("a", "1", 51)], [], { start: 1 })).toEqual([
      "t-0:0: was removed before its time",
    ]);
  });

  it("notices other bytes, records of nobody, and an end that went back", () => {
    expect(problemsOf(kept, [a1], [[0, a2]])).toEqual(["t-0:0: other bytes were read than sent"]);
    expect(problemsOf(kept, [a1], [[0, a1], [1, a2]])).toEqual(["t-0:1: nobody sent what lies here"]); // biome-ignore format: a table
    expect(problemsOf(kept, [a1], [[0, a1]], { end: 0 })).toEqual(["t-0: ends at 0, 1 was acknowledged"]);
  });

  it("notices an offset that two were told, and readers and producers who do not agree", () => {
    const problems: string[] = [];
    const ledger = new Ledger("t-0", kept, line => problems.push(line));
    ledger.acknowledge(0, [a1]);
    ledger.acknowledge(0, [a1]);
    ledger.see({ ...a2, offset: 0 });
    expect(problems).toEqual(["t-0:0: was acknowledged to two", "t-0:0: two do not agree on its bytes"]);
  });

  it("notices a retention that never comes", () => {
    const problems: string[] = [];
    const ledger = new Ledger("t-0", { ...kept, retentionMs: 50 }, line => problems.push(line));
    ledger.acknowledge(0, [a1]);
    const records = new Map([[0, digestOf(a1)]]);
    const nowMs = 3_600_000;
    ledger.judge({ start: 0, end: 1, records, beganMs: nowMs, endedMs: nowMs }, []);
    expect(problems).toEqual(["t-0:0: is there 3599950 ms past its retention"]);
  });
});
