/**
 * The sweep: deletes segments that nothing refers to, and never can again. Raise the floor, then read all links, then delete. A step
 * that fails ends it before anything is deleted; one that is repeated does no harm, and neither do two at once.
 */
import { compactedPrefix, type SweepMark, segmentPrefix } from "../../format/index.ts";
import type { Budget } from "../upkeep/index.ts";
import { SweepRefused } from "./errors.ts";
import { raiseFloor, raiseShard, readFloor, shardsOf } from "./floors.ts";
import { listTopics, type SweptTopic } from "./list-topics.ts";
import { dropMarks, listMarks, newestStoredBy, readMark, type StoredMark, storeMark } from "./marks.ts";
import { ownsBucket, takeBucket } from "./owner.ts";
import { ReferenceReader } from "./references.ts";
import { Remover } from "./remove.ts";
import {
  nothingFound,
  type References,
  type SweepDeps,
  type SweepOptions,
  type SweepReport,
} from "./types.ts";

/** A clock that differs more than this from the store's is odd, ms. */
const clockDifferenceMsMax = 5 * 60_000;
/** Shards that are looked at side by side. */
const shardsAtOnce = 8;
/** What S3 Standard costs for a GiB and a month, dollars; lib/adapters/metering/prices.ts has its source. */
export const objectGibMonthDollars = 0.023;

export class Sweeper {
  readonly #deps: SweepDeps;
  readonly #options: SweepOptions;

  constructor(deps: SweepDeps, options: SweepOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /** Sweeps once. Throws SweepRefused, or what the stores throw: then nothing was deleted before, or only rubbish. */
  async sweep(budget: Budget): Promise<SweepReport> {
    const { objects, trusted } = this.#deps;
    await budget.call(() => objects.list(segmentPrefix, { limit: 1 }));
    this.#checkClock();
    const nowMs = trusted.now();
    const beforeMs = Math.max(0, nowMs - this.#options.graceMs);
    const marks = await listMarks(this.#deps, this.#options.table, budget);
    if (!(await this.#isOurs(marks.own, budget))) return emptyReport(beforeMs, budget);
    const topics = await this.#raiseFloors(beforeMs, budget);
    const references = await this.#readReferences(topics, beforeMs, budget);
    const own: SweepMark = { timeMs: beforeMs, referenced: references.objects };
    await storeMark(this.#deps, this.#options.table, own, budget);
    const mark = await this.#decidingMark(own, marks.own, nowMs, budget);
    // The bucket may have been handed over to a restored table meanwhile.
    if (!(await ownsBucket(this.#deps, this.#options.table, budget)))
      throw new SweepRefused(`the bucket was taken from ${this.#options.table} during the sweep`);
    const ids = new Set(topics.map(({ id }) => id));
    const remover = new Remover(this.#deps, { beforeMs, references, mark, topics: ids }, budget);
    await remover.remove();
    if (mark !== undefined) await dropMarks(this.#deps, marks, mark.timeMs, budget);
    return this.#report(remover, beforeMs, mark, budget);
  }

  #checkClock(): void {
    const { aheadMs } = this.#deps.trusted;
    if (Math.abs(aheadMs) > clockDifferenceMsMax)
      throw new SweepRefused(
        `this clock is ${aheadMs} ms ahead of the object store's, ${clockDifferenceMsMax} are allowed: set it right`,
      );
  }

  /**
   * Whether this table is the one whose rubbish lies here; false: nothing lies here yet. An empty table must not take a log that
   * was lost for rubbish, and neither must one that was restored to a time before there were topics.
   */
  async #isOurs(marks: readonly StoredMark[], budget: Budget): Promise<boolean> {
    const { table } = this.#options;
    const { items } = this.#deps;
    const isOwner = await ownsBucket(this.#deps, table, budget);
    if ((await listTopics(items, budget)).length === 0) {
      if (!isOwner && (await this.#isEmpty(budget))) return false;
      if (!isOwner)
        throw new SweepRefused(
          `no sweep of ${table} has ever seen a topic: it does not take the bucket over`,
        );
      // This log has raised its floor before each of its marks.
      const newestMs = marks.at(-1)?.timeMs ?? 0;
      if ((await readFloor(items, budget)) < newestMs)
        throw new SweepRefused(
          `there is no topic, and the mark of ${newestMs} was made by a later state of the log than ${table}`,
        );
    }
    if (!isOwner) await takeBucket(this.#deps, table, budget);
    return true;
  }

  async #isEmpty(budget: Budget): Promise<boolean> {
    for (const prefix of [segmentPrefix, compactedPrefix]) {
      const { objects } = await budget.call(() => this.#deps.objects.list(prefix, { limit: 1 }));
      if (objects.length > 0) return false;
    }
    return true;
  }

  /** From here on nothing older than `beforeMs` is linked. Answers with the topics, as listed after the first floor. */
  async #raiseFloors(beforeMs: number, budget: Budget): Promise<readonly SweptTopic[]> {
    const { items } = this.#deps;
    await raiseFloor(items, beforeMs, budget);
    const topics = await listTopics(items, budget);
    const newFloor = await readFloor(items, budget);
    await eachShard(topics, budget, (topic, shard) =>
      raiseShard(items, topic, shard, { to: beforeMs, newFloor }, budget),
    );
    return topics;
  }

  async #readReferences(
    topics: readonly SweptTopic[],
    beforeMs: number,
    budget: Budget,
  ): Promise<References> {
    const reader = new ReferenceReader(this.#deps.items, beforeMs, budget);
    await eachShard(topics, budget, (topic, shard) => reader.read(topic, shard));
    return reader.references;
  }

  /** The newest mark that no restored table is older than. */
  async #decidingMark(
    own: SweepMark,
    marks: readonly StoredMark[],
    nowMs: number,
    budget: Budget,
  ): Promise<SweepMark | undefined> {
    if (this.#options.restoreWindowMs === 0) return own;
    const stored = newestStoredBy(marks, nowMs - this.#options.restoreWindowMs);
    return stored && readMark(this.#deps, stored, budget);
  }

  #report(remover: Remover, beforeMs: number, mark: SweepMark | undefined, budget: Budget): SweepReport {
    const { ingest, compacted, items, orphans, unknownObjects } = remover;
    const dollarsPerMonth = (orphans.bytes / 2 ** 30) * objectGibMonthDollars;
    const { telemetry } = this.#deps;
    telemetry.count("cumulog_swept_objects_total", ingest.deleted + compacted.deleted);
    telemetry.count("cumulog_swept_segment_items_total", items.deleted);
    telemetry.count(
      "cumulog_swept_bytes_total",
      ingest.deletedBytes + compacted.deletedBytes + items.deletedBytes,
    );
    telemetry.gauge("cumulog_orphan_bytes", orphans.bytes - ingest.deletedBytes - compacted.deletedBytes);
    return {
      beforeMs,
      markMs: mark?.timeMs,
      ingest,
      compacted,
      items,
      orphans: { ...orphans, dollarsPerMonth },
      unknownObjects,
      isCutShort: !budget.isLeft,
    };
  }
}

function emptyReport(beforeMs: number, budget: Budget): SweepReport {
  return {
    beforeMs,
    markMs: undefined,
    ingest: nothingFound(),
    compacted: nothingFound(),
    items: nothingFound(),
    orphans: { objects: 0, bytes: 0, dollarsPerMonth: 0 },
    unknownObjects: 0,
    isCutShort: !budget.isLeft,
  };
}

/** Does something for every shard of the topics, a few side by side. Throws SweepRefused when the budget ends before. */
async function eachShard(
  topics: readonly SweptTopic[],
  budget: Budget,
  work: (topic: SweptTopic, shard: ReturnType<typeof shardsOf>[number]) => Promise<void>,
): Promise<void> {
  for (const topic of topics) {
    const shards = shardsOf(topic);
    for (let from = 0; from < shards.length; from += shardsAtOnce) {
      if (!budget.isLeft)
        throw new SweepRefused(
          "the budget of the sweep ended before it had seen all references: give it more",
        );
      await Promise.all(shards.slice(from, from + shardsAtOnce).map(shard => work(topic, shard)));
    }
  }
}
