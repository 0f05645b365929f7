import { describe, expect, it } from "vitest";
import { HistoryWriter } from "../sim/checker/index.ts";
import { findDisorder } from "./order.ts";

/** A history in which a reader saw these values of one partition, from offset 0 on. */
function historyOf(...values: readonly string[]) {
  const history = new HistoryWriter({ now: () => 0 });
  const asked = {
    op: "fetch",
    topic: "t",
    partition: 0,
    offset: 0,
    waitMs: 0,
    bytesMin: 1,
    isAlone: true,
  } as const;
  const id = history.invoke("p", asked);
  const records = values.map((value, offset) => ({ offset, value, timestampMs: 0 }));
  const end = records.length;
  history.ok(id, { op: "fetch", records, nextOffset: end, highWatermark: end, logStartOffset: 0 });
  return history.events;
}

describe("the order of connections", () => {
  it("is kept when others come between and when some never came", () => {
    expect(findDisorder(historyOf("a:0", "b:0", "a:1", "a:5", "b:1"))).toEqual([]);
  });

  it("is broken when what was sent earlier lies behind", () => {
    expect(findDisorder(historyOf("a:0", "a:2", "b:0", "a:1"))).toEqual([
      "a:1 is at t/0:3, behind a:2 at 1, which was sent later",
    ]);
  });

  it("is broken when a record is there twice", () => {
    expect(findDisorder(historyOf("a:0", "a:0"))).toHaveLength(1);
  });
});
