/**
 * Checks one caller's batches against the rules of their topic, and stamps them where the topic gives the time. After
 * this the engine believes every header: what is wrong is refused here, while the caller is still there.
 */
import { limits, type PartitionIndex } from "../../format/index.ts";
import {
  type BatchHeader,
  BatchInvalid,
  BatchTooLarge,
  BatchTruncated,
  eachBatch,
  readRecords,
  stampAppendTime,
  validateBatch,
} from "../../format/record-batch/index.ts";
import { Deferred } from "../../std/index.ts";
import { RecordRefused, TimestampRefused } from "../errors.ts";
import type { ProducerBatch } from "../producers/index.ts";
import type { DeadlineMs } from "../retry.ts";
import type { Topic } from "../topics/index.ts";
import type { EngineDeps } from "../types.ts";
import type { Pending } from "./types.ts";

/** What a compressed batch of a compacted topic may grow to while its keys are checked. */
const inflatedBytesMax = 256 * 1024 * 1024;
/** An entry stores twice the largest timestamp as a varint of 53 bits. Later times count as this one. */
const indexedTimestampMsMax = 2 ** 51;

/** The batches, ready to be stored. Throws one of InvalidBatch, RecordRefused, TimestampRefused. */
export async function prepare(
  deps: EngineDeps,
  topic: Topic,
  partition: PartitionIndex,
  given: Uint8Array,
  deadlineMs: DeadlineMs,
): Promise<Pending> {
  if (given.length === 0) throw new BatchTruncated(`no batch for ${topic.name}-${partition}`);
  if (given.length > limits.batchBytesMax)
    throw new BatchTooLarge(`${given.length} bytes in one request, ${limits.batchBytesMax} are allowed`);
  const isStamped = topic.configs.timestampType === "append";
  const nowMs = deps.clock.now();
  // The caller's bytes stay the caller's: a stamp goes into a copy.
  const bytes = isStamped ? given.slice() : given;
  let recordCount = 0;
  let maxTimestampMs = -1;
  let producer: ProducerBatch | undefined;
  for (const { at, header } of eachBatch(bytes)) {
    const batch = bytes.subarray(at, at + header.sizeBytes);
    validateBatch(batch, header, { codecs: deps.codecs, batchBytesMax: topic.configs.messageBytesMax });
    refuseTransactions(header);
    if (header.producerId >= 0) producer = producerOf(header, header.sizeBytes === bytes.length);
    if (isStamped) stampAppendTime(batch, nowMs, deps.codecs);
    else requireTimestamps(topic, header, nowMs);
    if (topic.configs.cleanupPolicy.isCompact) await requireKeys(deps, topic, batch);
    recordCount += header.recordCount;
    maxTimestampMs = Math.max(maxTimestampMs, isStamped ? nowMs : header.maxTimestampMs);
  }
  return {
    topic,
    partition,
    bytes,
    recordCount,
    maxTimestampMs: Math.min(maxTimestampMs, indexedTimestampMsMax),
    appendTimeMs: isStamped ? nowMs : -1,
    ...(producer && { producer }),
    deadlineMs,
    answer: new Deferred(),
  };
}

function refuseTransactions(header: BatchHeader): void {
  if (header.isTransactional)
    throw new RecordRefused(
      `producer id ${header.producerId}: transactional batches are not served yet; send without a transactional id`,
    );
}

/** One answer cannot say that of two batches the first was there already: as Kafka, one batch per request and partition. */
function producerOf(header: BatchHeader, isAlone: boolean): ProducerBatch {
  const { producerId, producerEpoch, baseSequence, recordCount } = header;
  if (!isAlone)
    throw new BatchInvalid(`an idempotent batch of producer ${producerId} with others in one request`);
  return { producerId, producerEpoch, firstSequence: baseSequence, count: recordCount };
}

function requireTimestamps(topic: Topic, header: BatchHeader, nowMs: number): void {
  const { timestampAfterMsMax, timestampBeforeMsMax } = topic.configs;
  if (header.maxTimestampMs - nowMs > timestampAfterMsMax)
    throw new TimestampRefused(
      `timestamp ${header.maxTimestampMs} is ${header.maxTimestampMs - nowMs} ms ahead of ${nowMs}; topic ${topic.name} allows ${timestampAfterMsMax}`,
    );
  if (header.baseTimestampMs >= 0 && nowMs - header.baseTimestampMs > timestampBeforeMsMax)
    throw new TimestampRefused(
      `timestamp ${header.baseTimestampMs} is ${nowMs - header.baseTimestampMs} ms before ${nowMs}; topic ${topic.name} allows ${timestampBeforeMsMax}`,
    );
}

async function requireKeys(deps: EngineDeps, topic: Topic, batch: Uint8Array): Promise<void> {
  const records = await readRecords(batch, { codecs: deps.codecs, bytesMax: inflatedBytesMax });
  const keyless = records.findIndex(record => record.key === null);
  if (keyless >= 0)
    throw new RecordRefused(`record ${keyless} has no key; topic ${topic.name} is compacted and needs one`);
}
