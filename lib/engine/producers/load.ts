/**
 * Brings a fold up to the end that an image shows: from the live entries alone when it is warm, else over the pages in
 * between; a cold one begins with the snapshot. It must be contiguous: where a page is gone (compacted away behind a
 * newer snapshot) it begins again from a strong read of the snapshot.
 */
import { type Offset, offset, type PartitionIndex, timeOf } from "../../format/index.ts";
import {
  committedPageRange,
  firstLiveOffset,
  pagePartitionKey,
  producersKey,
  readPageItem,
  readProducers,
  type SequencerImage,
} from "../../format/items/index.ts";
import { located } from "../../format/levels/index.ts";
import { present } from "../../std/index.ts";
import { ReadFailed } from "../errors.ts";
import { type DeadlineMs, repeating } from "../retry.ts";
import type { Shard } from "../sequencer/index.ts";
import type { EngineDeps } from "../types.ts";
import { Fold } from "./fold.ts";

/** A snapshot may be replaced while it is read, and pages removed behind it: each time costs one turn. */
const turnsMax = 5;

/** Takes the live entries that follow the fold. False: they begin further on, or the image is of no use. */
export function takeLive(fold: Fold, image: SequencerImage, partition: PartitionIndex): boolean {
  for (const live of image.live) {
    const base = live.baseOffsets.get(partition);
    const chunk = live.entry.chunks.find(each => each.partition === partition);
    if (base === undefined || !chunk) continue;
    if (!fold.take({ base, count: chunk.count, timeMs: timeOf(live.segmentId), runs: chunk.runs }))
      return false;
  }
  return fold.at >= (image.partitions.get(partition)?.next ?? 0);
}

/** The fold at the end of the image: the one given, brought forward, or a new one. Throws ReadFailed. */
export async function loadFold(
  deps: EngineDeps,
  shard: Shard,
  image: SequencerImage,
  partition: PartitionIndex,
  warm: Fold | undefined,
  deadlineMs: DeadlineMs,
): Promise<Fold> {
  let fold = warm;
  for (let turn = 0; turn < turnsMax; turn++) {
    fold ??= await readSnapshot(deps, shard, partition, deadlineMs);
    const firstLive = present(firstLiveOffset(image, partition), `n${partition}`);
    if (fold.at < firstLive) await takePages(deps, shard, partition, fold, firstLive, deadlineMs);
    if (takeLive(fold, image, partition)) return fold;
    fold = undefined;
  }
  throw new ReadFailed(
    `the producers of ${shard.topicId}-${partition} kept changing through ${turnsMax} reads`,
  );
}

async function readSnapshot(
  deps: EngineDeps,
  shard: Shard,
  partition: PartitionIndex,
  deadlineMs: DeadlineMs,
): Promise<Fold> {
  const stored = await repeating(deps, deadlineMs, () =>
    deps.items.get(producersKey(shard.topicId, partition), { consistent: true }),
  );
  if (!stored) return new Fold();
  const { at, newestMs, producers } = located(
    () => `the producers of ${shard.topicId}-${partition}`,
    () => readProducers(stored),
  );
  return new Fold({
    at,
    newestMs,
    producers: new Map(producers.map(({ producerId, ...state }) => [producerId, state])),
  });
}

/** Folds the pages from where the fold is, as far as they are contiguous. */
async function takePages(
  deps: EngineDeps,
  shard: Shard,
  partition: PartitionIndex,
  fold: Fold,
  to: Offset,
  deadlineMs: DeadlineMs,
): Promise<void> {
  const pk = pagePartitionKey(shard.topicId, partition);
  const range = committedPageRange(offset(fold.at), offset(Number.MAX_SAFE_INTEGER));
  let start: string | undefined = range.from;
  while (start !== undefined && fold.at < to) {
    const from: string = start;
    const answer = await repeating(deps, deadlineMs, () =>
      deps.items.query({ pk, from, to: range.to, consistent: true }),
    );
    for (const item of answer.items) {
      const page = readPageItem(item);
      let base: number = page.start;
      for (const { segmentId, count, runs } of page.entries) {
        if (!fold.take({ base, count, timeMs: timeOf(segmentId), runs })) return;
        base += count;
      }
    }
    start = answer.next;
  }
}
