/**
 * What is fetched for a group as JSON, and how far that came. A reader goes on behind what it was shown, so a record that cannot
 * be shown ends its partition's part: it is the first of the next answer, and refused there with its place.
 */
import type { PartitionRecords, Take, TopicPosition } from "../../engine/index.ts";
import type { BatchRecord } from "../../format/record-batch/index.ts";
import { messageOf } from "../../std/index.ts";
import { batchesOf, endOf, jsonGrowthMax, recordsFrom } from "../batches.ts";
import type { Service } from "../deps.ts";
import { NotPresentable } from "../errors.ts";

/** Shows one record as JSON. Throws NotPresentable. */
export type ShowRecord = (place: PartitionRecords, record: BatchRecord) => string;

/** Shows records until they are as many characters as the bytes asked for may become. */
export function showing(service: Service, bytesMax: number, show: ShowRecord): Take<readonly string[]> {
  return async all => {
    const shown: string[] = [];
    const next: TopicPosition[] = [];
    let charactersLeft = bytesMax * jsonGrowthMax;
    for (const each of all) {
      if (charactersLeft <= 0) break;
      const part = await shownOf(service, each, charactersLeft, show);
      if (part.problem && shown.length === 0 && part.texts.length === 0) throw part.problem;
      charactersLeft -= part.characters;
      shown.push(...part.texts);
      if (part.next > each.offset)
        next.push({ topic: each.topic, partition: each.partition, offset: part.next });
    }
    return { value: shown, next };
  };
}

async function shownOf(
  service: Service,
  place: PartitionRecords,
  charactersMax: number,
  show: ShowRecord,
): Promise<{
  readonly texts: readonly string[];
  readonly characters: number;
  readonly next: number;
  readonly problem?: NotPresentable;
}> {
  const texts: string[] = [];
  let characters = 0;
  let next = place.offset;
  for (const batch of batchesOf(place.answer)) {
    if (characters > charactersMax) break;
    for (const record of await recordsFrom(service, batch, place.offset)) {
      try {
        const text = show(place, record);
        characters += text.length;
        texts.push(text);
      } catch (error) {
        if (!(error instanceof NotPresentable)) throw error;
        const problem = new NotPresentable(
          `topic ${place.topic}, partition ${place.partition}: ${messageOf(error)}`,
        );
        return { texts, characters, next: record.offset, problem };
      }
    }
    next = Math.max(next, endOf(batch));
  }
  return { texts, characters, next };
}
