/**
 * Appends records that arrived together: chooses their partitions, makes one batch per partition (more when they are
 * large), hands all of them to the engine at once, and says of each record what became of it. The batches are on their
 * way before this first waits, so that callers who call it one after the other keep their order.
 */
import {
  type AppendAnswer,
  RecordRefused,
  TimestampRefused,
  type Topic,
  UnknownPartition,
} from "../../engine/index.ts";
import { buildPlainBatch, encodedRecordBytes, type RecordInput } from "../../format/record-batch/index.ts";
import { CumulogError, present } from "../../std/index.ts";
import type { Service } from "../deps.ts";
import { Unprocessable } from "../errors.ts";

/** A record and where its sender wants it. */
export type Entry = { readonly record: RecordInput; readonly partition: number | undefined };

/** What became of a record. */
export type Outcome =
  | {
      readonly kind: "stored";
      readonly partition: number;
      readonly offset: number;
      readonly timestampMs: number;
    }
  | { readonly kind: "failed"; readonly error: CumulogError };

/** Where one batch ends at the latest, bytes: one that is larger gains nothing, and is read as a whole. */
const batchBytesMax = 1024 * 1024;
/** The header of a batch (record-batch/layout.ts says 61), rounded up. */
const batchHeaderBytes = 64;

type Gathering = {
  readonly partition: number;
  readonly records: RecordInput[];
  readonly positions: number[];
  hasUnkeyed: boolean;
  bytes: number;
};

/** Something that may name a partition. */
type Addressed = { readonly partition: number | undefined } | CumulogError;

/**
 * The topic, as fresh as these records need it: for a partition that is not known yet it is looked at anew, once for all
 * of them. Throws UnknownTopic, ReadFailed.
 */
export async function topicFor(
  service: Service,
  name: string,
  entries: readonly Addressed[],
): Promise<Topic> {
  const { topics } = service.engine;
  const known = await topics.resolve(name);
  const isKnown = (entry: Addressed): boolean =>
    entry instanceof CumulogError || entry.partition === undefined || entry.partition < known.partitions;
  return entries.every(isKnown) ? known : topics.describe(name);
}

/** One outcome per entry, in their order; an entry that is an error already stays one. Never rejects. */
export async function appendRecords(
  service: Service,
  topic: Topic,
  entries: readonly (Entry | CumulogError)[],
): Promise<readonly Outcome[]> {
  const nowMs = service.clock.now();
  const outcomes: Outcome[] = new Array(entries.length);
  const accepted = new Gatherer(service, topic);
  for (const [position, entry] of entries.entries()) {
    const error = entry instanceof CumulogError ? entry : problemOf(topic, entry, nowMs);
    if (error) outcomes[position] = { kind: "failed", error };
    else if (!(entry instanceof CumulogError)) accepted.add(entry, position);
  }
  const batches = accepted.finish();
  const answers = await service.engine.append(
    batches.map(({ partition, records }) => ({
      topic: topic.name,
      partition,
      batches: buildPlainBatch(records, { codecs: service.codecs }),
    })),
  );
  for (const [index, batch] of batches.entries()) {
    const answer = present(answers[index], "the answer of a batch");
    for (const [i, position] of batch.positions.entries())
      outcomes[position] = outcomeOf(answer, batch.partition, i, present(batch.records[i], "a record"));
  }
  return outcomes;
}

/**
 * What the engine would refuse a whole batch for, found before the record shares one with others. The engine stays the
 * judge: it looks again.
 */
function problemOf(topic: Topic, { record, partition }: Entry, nowMs: number): CumulogError | undefined {
  if (partition !== undefined && partition >= topic.partitions)
    return new UnknownPartition(
      `topic ${topic.name} has no partition ${partition}: it has ${topic.partitions} (0 to ${topic.partitions - 1})`,
    );
  const { cleanupPolicy, timestampType, timestampAfterMsMax, timestampBeforeMsMax } = topic.configs;
  if (cleanupPolicy.isCompact && record.key === null)
    return new RecordRefused(`the record has no key; topic ${topic.name} is compacted and needs one`);
  const aheadMs = record.timestampMs - nowMs;
  if (timestampType === "append" || (aheadMs <= timestampAfterMsMax && -aheadMs <= timestampBeforeMsMax))
    return undefined;
  return new TimestampRefused(
    `timestamp ${record.timestampMs} is ${Math.abs(aheadMs)} ms ${aheadMs > 0 ? "ahead of" : "before"} ${nowMs}; ` +
      `topic ${topic.name} allows ${aheadMs > 0 ? timestampAfterMsMax : timestampBeforeMsMax}`,
  );
}

/** The producer of one batch: it is appended once, however often it is sent. */
export type BatchProducer = { readonly id: number; readonly epoch: number; readonly sequence: number };

/**
 * As appendRecords, for an idempotent producer: all records are one batch, or none is appended. Throws Unprocessable when
 * they cannot be one, and what is wrong with a record of them.
 */
export async function appendBatch(
  service: Service,
  topic: Topic,
  entries: readonly Entry[],
  producer: BatchProducer,
): Promise<readonly Outcome[]> {
  const nowMs = service.clock.now();
  for (const entry of entries) {
    const problem = problemOf(topic, entry, nowMs);
    if (problem) throw problem;
  }
  const accepted = new Gatherer(service, topic);
  for (const [position, entry] of entries.entries()) accepted.add(entry, position);
  const [batch, another] = accepted.finish();
  if (batch === undefined || another !== undefined)
    throw new Unprocessable(
      `the ${entries.length} records of an idempotent producer do not fit one batch: send 1 record at least, fewer or smaller ones`,
    );
  const batches = buildPlainBatch(batch.records, { codecs: service.codecs, producer });
  const [answer] = await service.engine.append([{ topic: topic.name, partition: batch.partition, batches }]);
  return batch.records.map((record, i) =>
    outcomeOf(present(answer, "an answer"), batch.partition, i, record),
  );
}

class Gatherer {
  readonly #service: Service;
  readonly #topic: Topic;
  readonly #bytesMax: number;
  readonly #open = new Map<number, Gathering>();
  readonly #closed: Gathering[] = [];

  constructor(service: Service, topic: Topic) {
    this.#service = service;
    this.#topic = topic;
    this.#bytesMax = Math.min(batchBytesMax, topic.configs.messageBytesMax) - batchHeaderBytes;
  }

  add({ record, partition }: Entry, position: number): void {
    const bytes = encodedRecordBytes(record);
    let chosen = partition ?? this.#choose(record);
    const there = this.#open.get(chosen);
    if (there && there.bytes + bytes > this.#bytesMax) {
      this.#close(there);
      // A full batch of unkeyed records is done: this one goes elsewhere.
      chosen = partition ?? this.#choose(record);
    }
    const gathering = this.#gatheringOf(chosen);
    gathering.records.push(record);
    gathering.positions.push(position);
    gathering.bytes += bytes;
    gathering.hasUnkeyed ||= partition === undefined && record.key === null;
  }

  /** Every batch, those of one partition in the order of their records. */
  finish(): readonly Gathering[] {
    for (const gathering of [...this.#open.values()]) this.#close(gathering);
    return this.#closed;
  }

  #choose(record: RecordInput): number {
    return this.#service.partitioner.partitionFor(this.#topic.name, record.key, this.#topic.partitions);
  }

  #gatheringOf(partition: number): Gathering {
    const there = this.#open.get(partition);
    if (there) return there;
    const made: Gathering = { partition, records: [], positions: [], hasUnkeyed: false, bytes: 0 };
    this.#open.set(partition, made);
    return made;
  }

  #close(gathering: Gathering): void {
    this.#open.delete(gathering.partition);
    this.#closed.push(gathering);
    if (gathering.hasUnkeyed) this.#service.partitioner.batchDone(this.#topic.name);
  }
}

function outcomeOf(answer: AppendAnswer, partition: number, index: number, record: RecordInput): Outcome {
  if (answer.kind === "failed") return answer;
  const timestampMs = answer.appendTimeMs >= 0 ? answer.appendTimeMs : record.timestampMs;
  return { kind: "stored", partition, offset: answer.baseOffset + index, timestampMs };
}
