/**
 * Reads partitions for a group: from where it stands, else from where it is committed, else from where it is to begin. Says
 * nothing of members and keeps nothing.
 */
import type { OffsetReset, Positions, TopicPartitions } from "../../../format/items/index.ts";
import type { Random } from "../../../ports/index.ts";
import type { CumulogError } from "../../../std/index.ts";
import { OffsetOutOfRange, TopicFenced, UnknownPartition, UnknownTopic } from "../../errors.ts";
import type { Fetcher, OffsetLister } from "../../read/index.ts";
import type { FetchAnswer } from "../../types.ts";
import type { MemberClaim } from "../admission.ts";
import type { GroupOffsets } from "../offsets/index.ts";
import type { TopicNames } from "../topic-names.ts";
import { PositionMissing } from "./errors.ts";
import { type NewPosition, withoutPosition, withPositions } from "./positions.ts";
import type { PartitionRecords, ReadOptions, TopicPosition } from "./types.ts";

type Deps = {
  readonly offsets: GroupOffsets;
  readonly names: TopicNames;
  readonly fetcher: Fetcher;
  readonly lister: OffsetLister;
  readonly random: Random;
};

/** Who begins to read, and what. */
export type Beginning = {
  readonly group: string;
  /** Undefined: of no member. */
  readonly claim: MemberClaim | undefined;
  readonly partitions: TopicPartitions;
  readonly positions: Positions;
  readonly reset: OffsetReset;
};

type Place = NewPosition & { readonly topic: string };

/** What was read, and where partitions stand that had to begin anew. */
export type GroupRead = {
  readonly records: readonly PartitionRecords[];
  readonly positions: Positions;
};

export class GroupReader {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** A position for every partition; `begun` are those that nothing was committed for. Throws PositionMissing and what reading offsets throws. */
  async begin({ group, claim, partitions, positions, reset }: Beginning): Promise<{
    readonly positions: Positions;
    readonly begun: readonly TopicPosition[];
  }> {
    const missing = withoutPosition(positions, partitions);
    if (missing.size === 0) return { positions, begun: [] };
    const asked = await this.#deps.names.assignment(missing);
    const options = claim ? { claim, stamps: true } : { stamps: false };
    const answers = await this.#deps.offsets.fetch(group, asked, options);
    const found: NewPosition[] = [];
    const unknown: Omit<Place, "offset">[] = [];
    for (const [i, answer] of answers.entries()) {
      const { topic, topicId } = asked[i] as (typeof asked)[number];
      if (answer.kind === "failed" && !isGone(answer.error)) throw answer.error;
      for (const { partition, committed } of answer.kind === "offsets" ? answer.partitions : [])
        if (committed) found.push({ topicId, partition, offset: committed.offset });
        else unknown.push({ topic, topicId, partition });
    }
    const begun = await this.#reset(unknown, reset, "no offset is committed");
    return { positions: withPositions(positions, [...found, ...begun]), begun };
  }

  /** What is there, or comes in time. What is gone is left out: whoever assigns will hear of it too. */
  async read(positions: Positions, reset: OffsetReset, options: ReadOptions): Promise<GroupRead> {
    const places = turned(await this.#placesOf(positions), this.#deps.random);
    const answers = await this.#fetch(places, options);
    const outside = places.filter((_, i) => isOutside(answers[i]));
    const begun = await this.#reset(outside, reset, "the position is outside the log");
    const again = await this.#fetch(begun, { ...options, waitMs: 0 });
    const records = [...recordsIn(places, answers), ...recordsIn(begun, again)];
    const errors = [...answers, ...again].flatMap(answer => (answer.kind === "failed" ? [answer.error] : []));
    const error = errors.find(each => !isGone(each) && !(each instanceof OffsetOutOfRange));
    if (error && records.length === 0) throw error;
    return { records, positions: withPositions(positions, begun) };
  }

  /** The first or the next offset of each. Throws PositionMissing. */
  async offsetsAt(
    places: readonly Omit<Place, "offset">[],
    kind: "earliest" | "latest",
  ): Promise<readonly Place[]> {
    const answers = await this.#deps.lister.list(
      places.map(({ topic, partition }) => ({ topic, partition, spec: { kind } })),
    );
    return places.flatMap((place, i) => {
      const answer = answers[i];
      if (answer?.kind === "offset") return [{ ...place, offset: answer.offset }];
      if (answer && !isGone(answer.error)) throw answer.error;
      return [];
    });
  }

  async #reset(
    places: readonly Omit<Place, "offset">[],
    reset: OffsetReset,
    why: string,
  ): Promise<readonly Place[]> {
    const [first] = places;
    if (first === undefined) return [];
    if (reset === "none")
      throw new PositionMissing(
        `partition ${first.partition} of topic ${first.topic}: ${why}, and auto.offset.reset is none`,
      );
    return this.offsetsAt(places, reset);
  }

  #fetch(places: readonly Place[], { waitMs, ...options }: ReadOptions): Promise<readonly FetchAnswer[]> {
    const requests = places.map(place => ({ ...place, bytesMax: options.bytesMax }));
    return this.#deps.fetcher.fetch(requests, { ...options, waitMsMax: waitMs });
  }

  async #placesOf(positions: Positions): Promise<readonly Place[]> {
    const names = await this.#deps.names.of(positions.keys());
    return [...positions].flatMap(([topicId, offsets]) => {
      const topic = names.get(topicId);
      return topic === undefined
        ? []
        : [...offsets].map(([partition, offset]) => ({ topic, topicId, partition, offset }));
    });
  }
}

/** Begins with another each time: the first partitions of a small answer must not be the same ones always. */
function turned<T>(all: readonly T[], random: Random): readonly T[] {
  const from = Math.floor(random.number() * all.length);
  return [...all.slice(from), ...all.slice(0, from)];
}

function recordsIn(places: readonly Place[], answers: readonly FetchAnswer[]): readonly PartitionRecords[] {
  return places.flatMap((place, i) => {
    const answer = answers[i];
    return answer?.kind === "records" && answer.batches.length > 0 ? [{ ...place, answer }] : [];
  });
}

function isOutside(answer: FetchAnswer | undefined): boolean {
  return answer?.kind === "failed" && answer.error instanceof OffsetOutOfRange;
}

function isGone(error: CumulogError): boolean {
  return error instanceof UnknownTopic || error instanceof TopicFenced || error instanceof UnknownPartition;
}
