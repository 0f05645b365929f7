/** Pages that count, of objects that are gone, beside pages that hold the same: earlier versions could leave some. */
import { describe, expect, it } from "vitest";
import type { Engine } from "../../../lib/engine/index.ts";
import { offset, partitionIndex, segmentId, segmentTime } from "../../../lib/format/index.ts";
import {
  compactedPageItem,
  pagePartitionKey,
  readCompactedPageItem,
} from "../../../lib/format/items/index.ts";
import { anEngine, appended, aRecord, memoryDeps } from "../../support/log.ts";
import { aLog, all, eager, tend } from "./testing.ts";

const sinceMs = Date.now();

/** Six records in two objects, and pages of two objects more that hold all of them, and are not there. */
async function aLogWithHoles(): Promise<Engine> {
  const deps = memoryDeps();
  const { engine, topic } = await aLog({}, deps);
  for (const from of [0, 3]) {
    for (let i = from; i < from + 3; i++)
      await appended(engine, "t", 0, aRecord(`value ${i}`, { timestampMs: sinceMs + i }));
    await engine.settle();
    await tend(engine, topic);
  }
  const index = partitionIndex(0);
  const range = { pk: pagePartitionKey(topic.id, index), from: "c#", to: "c#~" };
  const { items } = await deps.items.query({ ...range, consistent: true });
  const [first, second] = items.map(readCompactedPageItem);
  const block = first?.blocks[0];
  const { maxTimestampMs } = second?.blocks[0] ?? {};
  if (block === undefined || maxTimestampMs === undefined || second === undefined)
    throw new Error("there are not two pages");
  for (const byte of [1, 2]) {
    const objectId = segmentId(segmentTime(1000), new Uint8Array(6).fill(byte));
    const page = {
      ...second,
      start: offset(0),
      objectId,
      blocks: [{ ...block, offsetCount: 6, maxTimestampMs }],
    };
    await deps.items.put(compactedPageItem(topic.id, index, page));
  }
  return anEngine(deps, { compaction: eager });
}

describe("a page whose object is gone", () => {
  it("keeps no reader from what other pages have, wherever it begins", async () => {
    for (let from = 0; from < 6; from++) {
      const records = await all(await aLogWithHoles(), from);
      const expected = Array.from({ length: 6 - from }, (_, i) => `${from + i}:value ${from + i}`);
      expect(records, `from ${from}`).toEqual(expected);
    }
  });

  it("keeps nobody from what is asked for by time", async () => {
    const engine = await aLogWithHoles();
    const answers = await engine.listOffsets([
      { topic: "t", partition: 0, spec: { kind: "atTime", timestampMs: sinceMs + 4 } },
      { topic: "t", partition: 0, spec: { kind: "maxTimestamp" } },
    ]);
    expect(answers).toMatchObject([
      { kind: "offset", offset: 4 },
      { kind: "offset", offset: 5 },
    ]);
  });
});
