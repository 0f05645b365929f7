/**
 * What clients ask for, in the terms of the simulator, and the same in the engine's.
 */
import { pureCodecs } from "../../../lib/adapters/pure/index.ts";
import type { AppendRequest } from "../../../lib/engine/index.ts";
import type { TopicId } from "../../../lib/format/index.ts";
import { buildPlainBatch } from "../../../lib/format/record-batch/index.ts";
import { concat, utf8 } from "../../../lib/std/index.ts";

/** A topic as a client knows it. `log` as in the history. */
export type Target = { readonly topic: string; readonly log?: string; readonly topicId?: TopicId };

export type NewRecord = {
  readonly value: string;
  readonly timestampMs: number;
  readonly paddingBytes: number;
  readonly key?: string;
  /** Of its key: the record has no value, and a header with its name. */
  readonly isTombstone?: boolean;
};
/** Batches for one partition. */
export type NewBatches = Target & {
  readonly partition: number;
  readonly batches: readonly (readonly NewRecord[])[];
  /** The topic gives records its own time. */
  readonly isStamped?: boolean;
  /** Of an idempotent producer, whose request is one batch. */
  readonly producer?: { readonly id: number; readonly epoch: number; readonly sequence: number };
};

/** Where a tombstone says what it is called. */
export const nameHeader = "name";

/** The batches of one partition as record batches. */
export function requestOf(part: NewBatches): AppendRequest {
  const batches = part.batches.map(records =>
    buildPlainBatch(
      records.map(({ value, timestampMs, paddingBytes, key, isTombstone = false }) => ({
        timestampMs,
        key: key === undefined ? null : utf8(key),
        value: isTombstone ? null : utf8(`${value}|${"x".repeat(paddingBytes)}`),
        headers: isTombstone ? [{ key: nameHeader, value: utf8(value) }] : [],
      })),
      { codecs: pureCodecs, ...(part.producer && { producer: part.producer }) },
    ),
  );
  return {
    topic: part.topic,
    partition: part.partition,
    batches: concat(batches),
    ...(part.topicId !== undefined && { topicId: part.topicId }),
  };
}
