/**
 * A client of the log: sends requests to a process, and writes into the history what it asked and heard. Every answer
 * is checked as far as one answer can be: record batches are whole, checksums are right.
 */
import { pureCodecs } from "../../../lib/adapters/pure/index.ts";
import type {
  AppendAnswer,
  FetchAnswer,
  FetchOptions,
  FetchRequest,
  OffsetRequest,
  OffsetSpec,
  Topic,
} from "../../../lib/engine/index.ts";
import * as engine from "../../../lib/engine/index.ts";
import { readBatchHeader, readRecords, validateBatch } from "../../../lib/format/record-batch/index.ts";
import { CumulogError, present, textOf } from "../../../lib/std/index.ts";
import type { HistoryError, LossRules, OffsetSpecText, SeenRecord } from "../checker/index.ts";
import { type Killed, killed, type Life } from "./process.ts";
import { worldStartMs } from "./process-clock.ts";
import { type NewBatches, nameHeader, requestOf, type Target } from "./requests.ts";
import { showAdmin, showAppend, showDelete, showFetch } from "./show.ts";
import type { World } from "./world.ts";

/** Every error that the engine promises to speak in. A store's own words are none of a client's business. */
const engineErrorNames = new Set([
  ...Object.values(engine).flatMap(value =>
    typeof value === "function" && value.prototype instanceof CumulogError ? [value.name] : [],
  ),
  "InvalidTopicName",
  "BatchInvalid",
]);

/** Failures after which nothing is certain. */
const indefinite = new Set(["AppendOutcomeUnknown"]);
/** Refusals of a deletion of records that say what is so. */
const trimRefusals = new Set(["OffsetOutOfRange", "UnknownTopic", "UnknownPartition"]);
/** Refusals of an admin request that say what is so; any other failure leaves it open whether it was done. */
const adminRefusals = new Set(["UnknownTopic", "TopicExists", "InvalidPartitions", "InvalidConfig"]);

export class Client {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** Appends to one or more partitions in one request. Answers as the engine did; undefined: the process died. */
  async append(life: Life, parts: readonly NewBatches[]): Promise<readonly AppendAnswer[] | undefined> {
    const { history } = this.#world;
    const requests = parts.map(requestOf);
    const ids = parts.map((part, i) =>
      history.invoke(life.name, {
        op: "append",
        topic: part.topic,
        ...(part.log !== undefined && { log: part.log }),
        partition: part.partition,
        values: part.batches.flat().map(record => record.value),
        ...(part.producer && { producer: part.producer }),
        ...(!part.isStamped && { timestampsMs: part.batches.flat().map(record => record.timestampMs) }),
        ...keysOf(part),
        sizeBytes: present(requests[i], `request ${i}`).batches.length,
      }),
    );
    this.#world.note(() => `client asks ${life.name} to append ${ids.join(" ")}`);
    life.appending++;
    const answers = await life.run(() => life.engine.append(requests)).catch(asBug);
    life.appending--;
    if (answers === killed || answers instanceof Error) {
      for (const id of ids) this.#inconclusive(id, answers);
      return undefined;
    }
    ids.forEach((id, i) => {
      const answer = present(answers[i], `answer ${i}`);
      this.#world.note(() => `client hears of append ${id}: ${showAppend(answer)}`);
      if (answer.kind === "appended") {
        history.ok(id, { op: "append", baseOffset: answer.baseOffset, appendTimeMs: answer.appendTimeMs });
        this.#countPolls(present(parts[i], `part ${i}`));
      } else if (indefinite.has(answer.error.name)) history.info(id, errorOf(answer.error));
      else history.fail(id, errorOf(answer.error));
    });
    const kinds = new Set(answers.map(answer => answer.kind));
    if (kinds.size > 1) this.#world.rows.add(12);
    return answers;
  }

  /** Fetches from one or more partitions. Answers as the engine did; undefined: the process died. */
  async fetch(
    life: Life,
    asked: readonly (Target & {
      readonly partition: number;
      readonly offset: number;
      readonly bytesMax: number;
    })[],
    options: FetchOptions,
  ): Promise<readonly FetchAnswer[] | undefined> {
    const { history } = this.#world;
    const ids = asked.map(part =>
      history.invoke(life.name, {
        op: "fetch",
        topic: part.topic,
        ...(part.log !== undefined && { log: part.log }),
        partition: part.partition,
        offset: part.offset,
        waitMs: options.waitMsMax,
        bytesMin: options.bytesMin,
        isAlone: asked.length === 1,
      }),
    );
    const requests: FetchRequest[] = asked.map(({ topic, topicId, partition, offset, bytesMax }) => ({
      topic,
      partition,
      offset,
      bytesMax,
      ...(topicId !== undefined && { topicId }),
    }));
    const polls = options.waitMsMax > 0 ? asked.map(part => `${part.topic}/${part.partition}`) : [];
    for (const poll of polls) this.#polling.set(poll, (this.#polling.get(poll) ?? 0) + 1);
    const answers = await life.run(() => life.engine.fetch(requests, options)).catch(asBug);
    for (const poll of polls) this.#polling.set(poll, (this.#polling.get(poll) ?? 1) - 1);
    if (answers === killed || answers instanceof Error) {
      for (const id of ids) this.#inconclusive(id, answers);
      return undefined;
    }
    for (const [i, id] of ids.entries()) {
      const answer = present(answers[i], `answer ${i}`);
      if (answer.kind === "failed") {
        this.#world.note(() => `client hears of fetch ${id}: ${answer.error.name}: ${answer.error.message}`);
        history.fail(id, errorOf(answer.error));
        continue;
      }
      const records = await this.#records(life, id, answer.batches);
      this.#world.note(() => `client hears of fetch ${id}: ${showFetch(answer, records)}`);
      const { nextOffset, highWatermark, logStartOffset, lastStableOffset } = answer;
      if (lastStableOffset !== highWatermark)
        this.#world.violated({
          invariant: "I5",
          message: `fetch ${id}: last stable offset ${lastStableOffset} of ${highWatermark}, without transactions`,
        });
      // Records before the offset asked for come with their batch; a client drops them, but they must be true too.
      history.ok(id, { op: "fetch", records, nextOffset, highWatermark, logStartOffset });
    }
    return answers;
  }

  /** Deletes what is below an offset. */
  async trim(
    life: Life,
    target: Target & { readonly partition: number },
    before: number | "highWatermark",
  ): Promise<void> {
    const { history } = this.#world;
    const { topic, partition } = target;
    const log = target.log === undefined ? {} : { log: target.log };
    const id = history.invoke(life.name, { op: "trim", topic, ...log, partition, before });
    this.#world.note(
      () => `client asks ${life.name} to delete ${topic}/${partition} before ${before} (${id})`,
    );
    const answers = await life
      .run(() => life.engine.deleteRecords([{ topic, partition, before }]))
      .catch(asBug);
    if (answers === killed || answers instanceof Error) {
      this.#inconclusive(id, answers);
      return;
    }
    const answer = present(answers[0], "an answer");
    this.#world.note(() => `client hears of trim ${id}: ${showDelete(answer)}`);
    if (answer.kind === "deleted") this.#world.deeds.add("records deleted by hand");
    if (answer.kind === "deleted") history.ok(id, { op: "trimmed", logStartOffset: answer.logStartOffset });
    else if (trimRefusals.has(answer.error.name)) history.fail(id, errorOf(answer.error));
    else history.info(id, errorOf(answer.error));
  }

  /** The offset that was answered, if it was. */
  async offset(
    life: Life,
    target: Target & { readonly partition: number },
    spec: OffsetSpec,
  ): Promise<number | undefined> {
    const { history } = this.#world;
    const id = history.invoke(life.name, {
      op: "offset",
      topic: target.topic,
      ...(target.log !== undefined && { log: target.log }),
      partition: target.partition,
      spec: textOfSpec(spec),
    });
    const request: OffsetRequest = { topic: target.topic, partition: target.partition, spec };
    const answers = await life.run(() => life.engine.listOffsets([request])).catch(asBug);
    if (answers === killed || answers instanceof Error) {
      this.#inconclusive(id, answers);
      return undefined;
    }
    const answer = present(answers[0], "an answer");
    if (answer.kind === "failed") {
      this.#world.note(() => `client hears of offset ${id}: ${answer.error.name}: ${answer.error.message}`);
      history.fail(id, errorOf(answer.error));
      return undefined;
    }
    this.#world.note(() => `client hears of offset ${id}: ${answer.offset} time ${answer.timestampMs}`);
    history.ok(id, { op: "offset", offset: answer.offset, timestampMs: answer.timestampMs });
    return answer.offset;
  }

  /** Asks for a change or description of topics; the topic as it then was, undefined where there was none. */
  async admin(
    life: Life,
    request:
      | {
          readonly op: "create";
          readonly topic: string;
          readonly partitions: number;
          readonly rules?: LossRules;
        }
      | { readonly op: "delete" | "configure" | "describe"; readonly topic: string }
      | { readonly op: "grow"; readonly topic: string; readonly partitions: number }
      | { readonly op: "list" },
    work: (life: Life) => Promise<Topic | readonly Topic[] | undefined>,
    logOf: (topic: Topic) => string,
  ): Promise<readonly Topic[] | CumulogError | undefined> {
    const { history } = this.#world;
    const id = history.invoke(life.name, request);
    this.#world.note(() => `client asks ${life.name} for ${JSON.stringify(request)} (${id})`);
    const isChange = request.op !== "describe" && request.op !== "list";
    if (isChange) life.administering++;
    const answer = await life.run(() => work(life)).catch(asBug);
    if (isChange) life.administering--;
    this.#world.note(() => `client hears of ${request.op} ${id}: ${showAdmin(answer)}`);
    if (answer === killed) {
      history.info(id);
      return undefined;
    }
    if (answer instanceof CumulogError) {
      if (adminRefusals.has(answer.name)) history.fail(id, errorOf(answer));
      else history.info(id, errorOf(answer));
      return answer;
    }
    if (answer instanceof Error) {
      this.#inconclusive(id, answer);
      return undefined;
    }
    const topics = answer === undefined ? [] : "length" in answer ? answer : [answer];
    if (answer === undefined) history.ok(id, { op: "done" });
    else
      history.ok(id, {
        op: "topic",
        topics: topics.map(topic => ({ name: topic.name, log: logOf(topic), partitions: topic.partitions })),
      });
    return topics;
  }

  readonly #polling = new Map<string, number>();

  #countPolls(part: NewBatches): void {
    const waiting = this.#polling.get(`${part.topic}/${part.partition}`) ?? 0;
    if (waiting > 0) this.#world.rows.add(28, waiting);
  }

  /** Checks each batch as a consumer would, and takes it apart. */
  async #records(life: Life, id: number, batches: readonly Uint8Array[]): Promise<readonly SeenRecord[]> {
    const seen: SeenRecord[] = [];
    for (const batch of batches) {
      try {
        requireTrue(batch);
        for (const { offset, value, timestampMs, headers } of await readRecords(batch, {
          codecs: pureCodecs,
          bytesMax: 2 ** 30,
        })) {
          const name = value ?? headers.find(({ key }) => key === nameHeader)?.value ?? null;
          seen.push({ offset, value: nameOf(name), timestampMs });
        }
      } catch (error) {
        this.#world.violated({
          invariant: "I10",
          message: `fetch ${id} by ${life.name} was given a batch that is none: ${String(error)}`,
        });
      }
    }
    return seen;
  }

  #inconclusive(id: number, why: Killed | Error): void {
    if (why !== killed)
      this.#world.violated({
        invariant: "bug",
        message: `operation ${id} threw: ${why.stack ?? why.message}`,
      });
    this.#world.history.info(id);
  }
}

/** From here on the checksum counts. */
const checkedFrom = 21;

/** Throws unless a consumer may believe the batch. One that compaction by key made has fewer records than offsets. */
function requireTrue(batch: Uint8Array): void {
  const header = readBatchHeader(batch);
  if (header.recordCount === header.lastOffsetDelta + 1)
    validateBatch(batch, header, { codecs: pureCodecs, batchBytesMax: 2 ** 30 });
  else if (pureCodecs.crc32c(batch.subarray(checkedFrom)) !== header.crc)
    throw new Error(`the checksum of the batch at ${header.baseOffset} is wrong`);
}

/** Keys and tombstones as the history has them, where there are keys. */
function keysOf({ batches }: NewBatches): {
  readonly keys?: readonly string[];
  readonly tombstones?: readonly boolean[];
} {
  const records = batches.flat();
  const keys = records.flatMap(({ key }) => key ?? []);
  if (keys.length === 0) return {};
  return { keys, tombstones: records.map(({ isTombstone = false }) => isTombstone) };
}

/** What a record is called: its value up to the padding. */
function nameOf(value: Uint8Array | null): string {
  return value === null ? "null" : (textOf(value).split("|")[0] ?? "");
}

/** What a client's true clock says. */
export function clientTimeMs(world: World): number {
  return Math.floor(worldStartMs + world.scheduler.calendarMs);
}

function textOfSpec(spec: OffsetSpec): OffsetSpecText {
  return spec.kind === "atTime" ? { atTimeMs: spec.timestampMs } : spec.kind;
}

/** An error as the history has it. */
export function errorOf(error: CumulogError): HistoryError {
  return {
    name: error.name,
    kind: engineErrorNames.has(error.name) ? error.kind : "bug",
    message: error.message,
    ...("logStartOffset" in error &&
      typeof error.logStartOffset === "number" && { logStartOffset: error.logStartOffset }),
    ...("highWatermark" in error &&
      typeof error.highWatermark === "number" && { highWatermark: error.highWatermark }),
  };
}

/** Verbs answer; admin calls throw what is known. The caller of this tells them apart. */
function asBug(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
