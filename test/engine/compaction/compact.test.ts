/** Many small chunks become one object; readers see the same records before, after, and in between. */
import { describe, expect, it } from "vitest";
import { compactedPrefix } from "../../../lib/format/index.ts";
import { decodeSegment } from "../../../lib/format/segment/index.ts";
import { anEngine } from "../../support/log.ts";
import { aLog, all, eager, fill, tend } from "./testing.ts";

describe("compaction", () => {
  it("makes one object of what has been rolled, and readers see the same", async () => {
    const { engine, deps, topic } = await aLog();
    const values = await fill(engine, 20);
    const done = await tend(engine, topic);
    expect(done).toMatchObject({ objects: 1, lost: 0, isCutShort: false });
    const { objects } = await deps.objects.list(compactedPrefix);
    expect(objects.length).toBe(1);
    for (const reader of [engine, anEngine(deps)]) expect(await all(reader)).toEqual(values);
    expect(await all(anEngine(deps), 7)).toEqual(values.slice(7));
  });

  it("makes objects whose own frame says what is in them", async () => {
    const { engine, deps, topic } = await aLog();
    await fill(engine, 20);
    await tend(engine, topic);
    const { objects } = await deps.objects.list(compactedPrefix);
    const found = await deps.objects.get(objects[0]?.key ?? "");
    if (found.kind !== "found") throw new Error("the object is missing");
    // Throws when a checksum is not that of its bytes.
    const { chunks } = decodeSegment(found.bytes, deps.codecs);
    expect(chunks.map(({ count }) => count)).toEqual([20]);
  });

  it("goes on where it has come to, and merges when there are enough objects of a kind", async () => {
    const { engine, deps, topic } = await aLog();
    let merges = 0;
    let values: readonly string[] = [];
    for (let round = 0; round < 5; round++) {
      values = await fill(engine, 8, round * 8);
      merges += (await tend(engine, topic)).merges;
    }
    expect(merges).toBe(1);
    expect(await all(anEngine(deps))).toEqual(values);
    for (let from = 0; from < values.length; from += 3)
      expect(await all(anEngine(deps), from)).toEqual(values.slice(from));
  });

  it("takes what is still live when nobody has appended for long", async () => {
    const { engine, deps, topic } = await aLog();
    const values = await fill(engine, 3);
    expect(await tend(engine, topic)).toMatchObject({ objects: 1 });
    expect(await all(anEngine(deps))).toEqual(values);
    const more = await fill(engine, 3, 3);
    expect(await all(anEngine(deps))).toEqual(more);
  });

  it("waits until there is enough, or until it is old enough", async () => {
    const { engine, topic } = await aLog({ compaction: { ...eager, ageMs: 3_600_000 } });
    await fill(engine, 20);
    expect(await tend(engine, topic)).toMatchObject({ objects: 0 });
    const bytes = { ...eager, ageMs: 3_600_000, targetBytes: 200 };
    const { engine: other, topic: again } = await aLog({ compaction: bytes });
    const values = await fill(other, 20);
    expect((await tend(other, again)).objects).toBeGreaterThan(3);
    expect(await all(other)).toEqual(values);
  });
});
