/**
 * A topic that was compacted by key, for all clients to read: `cleanup.policy=compact`, most of its records superseded, so that
 * its offsets have gaps, at the beginning, in the middle and before the end; and behind them records that came later.
 */
import { type Fixture, type FixtureRecord, lineOf } from "./fixture.ts";
import { alterConfigsByRest, linesByRest, lookAfterByRest, writeByRest } from "./rest.ts";

/** The topic's name. */
export const compactedTopic = "compacted-by-key";

/** Written in so many requests, each a segment of its own. */
const requests = 6;
const perRequest = 20;
const lateCount = 5;

/** Makes it, and answers with what is to be read of it: lines with the offsets that are left. Throws when it is not so. */
export async function writeCompacted(url: string, fixture: Fixture): Promise<Fixture> {
  const firstMs = fixture.records[0]?.timestamp ?? 0;
  const early = Array.from({ length: requests * perRequest }, (_, i) => record(i, keyOf(i), firstMs));
  const late = Array.from({ length: lateCount }, (_, i) => record(early.length + i, `late ${i}`, firstMs));
  await writeByRest(url, compactedTopic, { ...fixture, records: [] });
  await alterConfigsByRest(url, compactedTopic, {
    "cleanup.policy": "compact",
    "min.cleanable.dirty.ratio": "0",
  });
  for (let from = 0; from < early.length; from += perRequest)
    await writeByRest(url, compactedTopic, { ...fixture, records: early.slice(from, from + perRequest) });
  await lookAfterByRest(url);
  await writeByRest(url, compactedTopic, { ...fixture, records: late });
  const left = [...lastOfEachKey(early), ...late.map((each, i) => ({ offset: early.length + i, each }))];
  const lines = left.map(({ offset, each }) => lineOf(offset, each));
  const found = await linesByRest(url, compactedTopic);
  if (found.join("\n") !== lines.join("\n"))
    throw new Error(
      `${compactedTopic} is not compacted to ${lines.length} records: ${found.length} are there`,
    );
  return { ...fixture, records: left.map(({ each }) => each), lines };
}

/** A few keys that come again and again, and one now and then that stays. */
function keyOf(i: number): string {
  return i % 25 === 10 ? `stays ${i}` : `again ${i % 4}`;
}

function record(i: number, key: string, firstMs: number): FixtureRecord {
  const base64 = (text: string): string => Buffer.from(text).toString("base64");
  return {
    key: base64(key),
    value: base64(`value ${i}`),
    timestamp: firstMs + i,
    headers: [["n", base64(`${i}`)]],
  };
}

function lastOfEachKey(records: readonly FixtureRecord[]) {
  return records.flatMap((each, offset) =>
    records.findLastIndex(({ key }) => key === each.key) === offset ? [{ offset, each }] : [],
  );
}
