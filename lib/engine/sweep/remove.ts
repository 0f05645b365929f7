/**
 * Deletes what is rubbish: objects older than the mark that decides, in neither the mark nor today's references; item-tier
 * segments older than W without a reference today, which come back with their table. Counts what it finds on the way.
 */
import {
  compactedPrefix,
  type SegmentId,
  type SweepMark,
  segmentHashCount,
  segmentOfKey,
  segmentPrefix,
  shardIndex,
  type TopicId,
  timeOf,
} from "../../format/index.ts";
import {
  readSegmentItem,
  readSequencer,
  segmentItemsBefore,
  sequencerKey,
} from "../../format/items/index.ts";
import type { Item, ListResult, ObjectInfo } from "../../ports/index.ts";
import { deleteItems } from "../pages/index.ts";
import type { Budget } from "../upkeep/index.ts";
import { SweepRefused } from "./errors.ts";
import { type Found, nothingFound, type References, type SweepDeps } from "./types.ts";

/** What a sweep knows when it begins to delete. */
export type Verdict = {
  readonly beforeMs: number;
  readonly references: References;
  /** Undefined: no mark is old enough, and no object goes. */
  readonly mark: SweepMark | undefined;
  readonly topics: ReadonlySet<TopicId>;
};

/** Places of the item tier that are looked at side by side. */
const hashesAtOnce = 16;

export class Remover {
  readonly ingest: Found = nothingFound();
  readonly compacted: Found = nothingFound();
  readonly items: Found = nothingFound();
  readonly orphans = { objects: 0, bytes: 0 };
  unknownObjects = 0;
  readonly #deps: SweepDeps;
  readonly #verdict: Verdict;
  readonly #budget: Budget;
  /** Topics that were not listed and are not there either. */
  readonly #gone = new Set<TopicId>();

  constructor(deps: SweepDeps, verdict: Verdict, budget: Budget) {
    this.#deps = deps;
    this.#verdict = verdict;
    this.#budget = budget;
  }

  /** Goes through everything that is stored, as far as the budget allows. Throws what the stores throw, and SweepRefused. */
  async remove(): Promise<void> {
    await this.#objects(segmentPrefix, this.ingest);
    await this.#objects(compactedPrefix, this.compacted);
    for (let first = 0; first < segmentHashCount; first += hashesAtOnce)
      await Promise.all(
        Array.from({ length: hashesAtOnce }, (_, i) =>
          this.#itemsOf((first + i).toString(16).padStart(2, "0")),
        ),
      );
  }

  async #objects(prefix: string, found: Found): Promise<void> {
    for (let after: string | undefined = ""; after !== undefined && this.#budget.isLeft; ) {
      const options = after === "" ? {} : { after };
      const page: ListResult = await this.#budget.call(() => this.#deps.objects.list(prefix, options));
      const dead: ObjectInfo[] = [];
      for (const object of page.objects) {
        if (await this.#isDead(object)) dead.push(object);
        else addTo(found, object.sizeBytes, "kept");
      }
      if (dead.length > 0)
        await this.#budget.call(() => this.#deps.objects.delete(dead.map(({ key }) => key)));
      for (const { sizeBytes } of dead) addTo(found, sizeBytes, "deleted");
      after = page.next;
    }
  }

  async #isDead({ key, sizeBytes }: ObjectInfo): Promise<boolean> {
    const { beforeMs, references, mark } = this.#verdict;
    const segment = segmentOfKey(key);
    if (segment === undefined) this.unknownObjects++;
    if (segment === undefined || timeOf(segment.id) >= beforeMs || references.objects.has(segment.id))
      return false;
    this.orphans.objects++;
    this.orphans.bytes += sizeBytes;
    if (mark === undefined || timeOf(segment.id) >= mark.timeMs || mark.referenced.has(segment.id))
      return false;
    if (segment.topicId !== undefined) await this.#checkGone(segment.topicId);
    return true;
  }

  /** An object says itself of which topic it is: one that was not listed and has records proves the list wrong. */
  async #checkGone(topic: TopicId): Promise<void> {
    if (this.#verdict.topics.has(topic) || this.#gone.has(topic)) return;
    const key = sequencerKey(topic, shardIndex(0));
    const attributes = await this.#budget.call(() => this.#deps.items.get(key, { consistent: true }));
    if (attributes !== undefined && readSequencer(attributes).commits > 0)
      throw new SweepRefused(`topic ${topic} has records, and was not in the list of topics`);
    this.#gone.add(topic);
  }

  /** An eventual look is enough to find what to delete: an item that it misses is found the next time. */
  async #itemsOf(hash: string): Promise<void> {
    const { beforeMs, references } = this.#verdict;
    const range = segmentItemsBefore(hash, beforeMs);
    for (let from: string | undefined = range.from; from !== undefined && this.#budget.isLeft; ) {
      const start: string = from;
      const page = await this.#budget.call(() =>
        this.#deps.items.query({ ...range, from: start, consistent: false }),
      );
      const isDead = ({ sk }: Item): boolean => !references.items.has(sk as SegmentId);
      await deleteItems(this.#deps.items, page.items.filter(isDead), this.#budget);
      for (const item of page.items) addTo(this.items, bytesOf(item), isDead(item) ? "deleted" : "kept");
      from = page.next;
    }
  }
}

function addTo(found: Found, bytes: number, what: "deleted" | "kept"): void {
  found[what]++;
  found[`${what}Bytes`] += bytes;
}

function bytesOf({ sk, attributes }: Item): number {
  return readSegmentItem(sk as SegmentId, attributes).length;
}
