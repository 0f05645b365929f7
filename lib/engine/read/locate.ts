/**
 * Where a fetch finds its records: an image of the sequencer that may be trusted for the offset asked for, and the
 * chunks from there on. What is known is used without asking; before "nothing new" above what is known, and before any
 * error, the look is strong. A plan that does not cover the offset is made again from a strong look.
 */
import type { Offset, PartitionIndex } from "../../format/index.ts";
import type { PartitionHead, SequencerImage } from "../../format/items/index.ts";
import { OffsetOutOfRange, ReadFailed, RecordsCorrupt } from "../errors.ts";
import { type DeadlineMs, repeating } from "../retry.ts";
import type { Shard } from "../sequencer/index.ts";
import type { Topic, TopicResolver } from "../topics/index.ts";
import type { EngineDeps } from "../types.ts";
import type { PlannedChunk } from "./chunk.ts";
import type { Planner } from "./plan.ts";

/** A plan is made again from a strong look at most this often before the fetch fails. */
export const plansMax = 5;

/** One partition of a fetch, resolved. */
export type Target = {
  readonly topic: Topic;
  readonly partition: PartitionIndex;
  readonly shard: Shard;
  readonly from: Offset;
  readonly bytesMax: number;
};

/** Where its records are: none at the high watermark. */
export type Located = {
  readonly target: Target;
  readonly head: PartitionHead;
  readonly image: SequencerImage;
  readonly chunks: readonly PlannedChunk[];
};

/** Whether a partition may ask the store before it says "nothing new". */
export type Look = "look" | "knownOnly";

export class Locator {
  readonly #deps: EngineDeps;
  readonly #resolver: TopicResolver;
  readonly #planner: Planner;

  constructor(deps: EngineDeps, resolver: TopicResolver, planner: Planner) {
    this.#deps = deps;
    this.#resolver = resolver;
    this.#planner = planner;
  }

  /** Throws what is true of the partition (OffsetOutOfRange, UnknownTopic, TopicFenced, RecordsCorrupt) or what the stores throw. */
  async locate(target: Target, look: Look, deadlineMs: DeadlineMs): Promise<Located> {
    let image = await this.#look(target, look, deadlineMs);
    for (let attempt = 1; ; attempt++) {
      const head = await this.#head(target, image, deadlineMs);
      image = head.image;
      if (target.from === head.head.next) return { target, head: head.head, image, chunks: [] };
      const current = image;
      const made = await repeating(this.#deps, deadlineMs, () =>
        this.#planner.plan(
          target.shard,
          current,
          target.partition,
          target.from,
          target.bytesMax,
          attempt > 1 ? "strong" : "eventual",
        ),
      );
      if (made.kind === "chunks") return { target, head: head.head, image, chunks: made.chunks };
      if (attempt === plansMax)
        throw new RecordsCorrupt(
          `offset ${target.from} of ${nameOf(target)} is in no page, though [${head.head.start}, ${head.head.next}) should be readable`,
        );
      image = await this.strongImage(target, deadlineMs);
    }
  }

  /** An image to start from: the known one where it can serve the offset, else one look. */
  async #look(target: Target, look: Look, deadlineMs: DeadlineMs): Promise<SequencerImage> {
    const known = target.shard.known;
    const next = known?.partitions.get(target.partition)?.next;
    if (known && next !== undefined && (target.from < next || (look === "knownOnly" && target.from === next)))
      return known;
    // At the known end a look may be one poll behind; above it, or with nothing known, it must not.
    if (next !== undefined && target.from === next) {
      const read = await repeating(this.#deps, deadlineMs, () => target.shard.readEventually());
      return read && target.shard.known ? target.shard.known : this.strongImage(target, deadlineMs);
    }
    return this.strongImage(target, deadlineMs);
  }

  /** The sequencer as of now. Throws UnknownTopic or TopicFenced when it is gone. */
  async strongImage(target: Target, deadlineMs: DeadlineMs): Promise<SequencerImage> {
    const image = await repeating(this.#deps, deadlineMs, () => target.shard.readStrongly());
    return image ?? this.#resolver.explainFence(target.topic);
  }

  /**
   * The same, for a reader whose records are not where they were: it hears what became of them. Throws what is true of the
   * partition: its log may begin further on by now, or its topic be deleted.
   */
  async imageThatServes(target: Target, deadlineMs: DeadlineMs): Promise<SequencerImage> {
    return (await this.#head(target, await this.strongImage(target, deadlineMs), deadlineMs)).image;
  }

  /** Where the partition stands; says "sealed" and "out of range" only from a strong look. */
  async #head(
    target: Target,
    image: SequencerImage,
    deadlineMs: DeadlineMs,
  ): Promise<{ readonly head: PartitionHead; readonly image: SequencerImage }> {
    if (canServe(target, image)) return { head: headOf(target, image), image };
    const strong = await this.strongImage(target, deadlineMs);
    if (strong.isSealed) return this.#resolver.explainSeal(target.topic);
    if (!strong.partitions.has(target.partition)) return this.#resolver.explainFence(target.topic);
    const head = headOf(target, strong);
    if (target.from < head.start || target.from > head.next)
      throw new OffsetOutOfRange(
        `offset ${target.from} of ${nameOf(target)} is outside [${head.start}, ${head.next}]`,
        head.start,
        head.next,
      );
    return { head, image: strong };
  }
}

function canServe(target: Target, image: SequencerImage): boolean {
  const head = image.partitions.get(target.partition);
  return !image.isSealed && head !== undefined && target.from >= head.start && target.from <= head.next;
}

function headOf(target: Target, image: SequencerImage): PartitionHead {
  const head = image.partitions.get(target.partition);
  if (!head) throw new ReadFailed(`${nameOf(target)} is not in its sequencer`);
  return head;
}

/** For messages: topic-partition. */
export function nameOf(target: { readonly topic: Topic; readonly partition: number }): string {
  return `${target.topic.name}-${target.partition}`;
}
