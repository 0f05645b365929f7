/**
 * Committing: the state is read strongly, the member checked, and each topic's item written IF generation and version are
 * still those that were seen. Commits of one process to one item go in the order of arrival, also while their states are
 * being read. What a commit begins without, a group of its id, it makes first.
 */
import { limits } from "../../../format/index.ts";
import { encodeCommitted, groupOffsetsKey } from "../../../format/items/index.ts";
import type { ItemKey } from "../../../ports/index.ts";
import { CumulogError } from "../../../std/index.ts";
import type { Topic, TopicResolver } from "../../topics/index.ts";
import type { EngineDeps, EngineOptions } from "../../types.ts";
import type { Admission, MemberClaim } from "../admission.ts";
import {
  GroupUnavailable,
  OffsetInvalid,
  OffsetMetadataTooLarge,
  OffsetsFull,
  RebalanceInProgress,
} from "../errors.ts";
import type { GroupStore } from "../store.ts";
import { allOf, checkPartition, failedBy, topicWith } from "./asked.ts";
import { type Era, eraOf, type Seen } from "./choose.ts";
import type { Changed, OffsetItems } from "./items.ts";
import type { CommitPartition, OffsetDone, TopicOffsets, TopicOffsetsDone } from "./types.ts";
import { type CommitOptions, Waiting } from "./waiting.ts";

type Deps = Pick<EngineDeps, "clock" | "random"> & {
  readonly store: GroupStore;
  readonly admission: Admission;
  readonly resolver: TopicResolver;
  readonly items: OffsetItems;
};

/** One request. */
type Request = {
  readonly group: string;
  readonly claim: MemberClaim;
  readonly waiting: Waiting;
  readonly admitted: Promise<Admitted>;
};

/** Where it may be written, as of a moment. */
type Admitted = { readonly era: Era; readonly moment: number };

export class OffsetCommitter {
  readonly #deps: Deps;
  readonly #options: EngineOptions;

  constructor(deps: Deps, options: EngineOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /** One answer per topic, in their order. */
  async commit(
    group: string,
    claim: MemberClaim,
    topics: readonly TopicOffsets<CommitPartition>[],
    options: CommitOptions,
  ): Promise<readonly TopicOffsetsDone[]> {
    const waiting = new Waiting(this.#deps, this.#options.requestDeadlineMs, options);
    const admitted = this.#admit(group, claim, waiting);
    const answering = Promise.all(
      topics.map(topic => this.#commitTopic({ group, claim, waiting, admitted }, topic)),
    );
    // Whoever is not admitted hears that, and not what became of each topic.
    const [answers] = await Promise.all([answering, admitted]);
    return answers;
  }

  async #commitTopic(request: Request, asked: TopicOffsets<CommitPartition>): Promise<TopicOffsetsDone> {
    try {
      const partitions = asked.partitions.map(({ partition }) => partition);
      const topic = await topicWith(this.#deps.resolver, asked, partitions);
      const { set, failures } = this.#prepare(topic, asked.partitions);
      const key = groupOffsetsKey(request.group, topic.id);
      const { full } = set.size > 0 ? await this.#write(request, key, set) : { full: new Set<number>() };
      return {
        topic: asked.topic,
        partitions: partitions.map((partition, i) => answerOf(topic, partition, failures.get(i), full)),
      };
    } catch (error) {
      return allOf(asked, failedBy(error));
    }
  }

  #write(request: Request, key: ItemKey, set: ReadonlyMap<number, Uint8Array>) {
    const { waiting } = request;
    const { items } = this.#deps;
    return items.inTurn(key, async (): Promise<Extract<Changed, { kind: "changed" }>> => {
      let from: Seen | undefined;
      let isInDoubt = false;
      for (let admitted = await request.admitted; ; admitted = await this.#admitAgain(request, isInDoubt)) {
        const { era, moment } = admitted;
        // A version learnt since may be that of the next owner: it says nothing of who may write on it.
        if (from === undefined && era.isByVersion && items.isSeenSince(key, moment)) continue;
        const changed = await items.change(key, era, { set, remove: [] }, waiting, from);
        if (changed.kind === "changed") return changed;
        from = changed.seen;
        isInDoubt ||= changed.isInDoubt;
      }
    });
  }

  /** After an attempt that was not answered nobody can say that nothing was committed. */
  async #admitAgain({ group, claim, waiting }: Request, isInDoubt: boolean): Promise<Admitted> {
    try {
      return await this.#admit(group, claim, waiting);
    } catch (error) {
      if (!isInDoubt || !(error instanceof CumulogError)) throw error;
      throw new GroupUnavailable(
        `an attempt was not answered and may have been made; another is refused: ${error.message}`,
      );
    }
  }

  /** The generation to write in. Makes the group for someone without a member, if there is none. */
  async #admit(group: string, claim: MemberClaim, waiting: Waiting): Promise<Admitted> {
    for (;;) {
      const moment = this.#deps.items.moment();
      const state = await this.#deps.admission.admit(group, claim);
      waiting.check();
      // It has not heard yet what it is assigned: what it reads is of the generation before.
      if (state?.phase === "completing")
        throw new RebalanceInProgress(`group ${group} waits for the assignment of ${state.generation}`);
      if (state && state.phase !== "dead") return { era: eraOf(state), moment };
      const generation = state?.generation ?? 0;
      const made = await this.#deps.store.changeState(group, state, {
        kind: "classic",
        phase: "empty",
        generation,
        born: generation,
        sinceMs: this.#deps.clock.now(),
      });
      if (made.kind === "changed") return { era: eraOf(made.state), moment };
    }
  }

  /** What to store, by partition, and what cannot be, by its place in the request. */
  #prepare(topic: Topic, asked: readonly CommitPartition[]) {
    const timeMs = Math.max(0, this.#deps.clock.now());
    const set = new Map<number, Uint8Array>();
    const failures = new Map<number, CumulogError>();
    for (const [i, each] of asked.entries())
      try {
        checkCommit(topic, each);
        const { partition, offset, leaderEpoch = -1, metadata = "" } = each;
        const epoch = Math.max(-1, leaderEpoch);
        set.set(partition, encodeCommitted({ offset, leaderEpoch: epoch, timeMs, metadata }));
      } catch (error) {
        failures.set(i, failedBy(error).error);
      }
    return { set, failures };
  }
}

function checkCommit(topic: Topic, { partition, offset, metadata = "" }: CommitPartition): void {
  checkPartition(topic, partition);
  if (!Number.isSafeInteger(offset) || offset < 0)
    throw new OffsetInvalid(`offset ${offset} for partition ${partition} of topic ${topic.name}`);
  const bytes = Buffer.byteLength(metadata);
  if (bytes > limits.offsetMetadataBytesMax)
    throw new OffsetMetadataTooLarge(
      `${bytes} bytes beside the offset of partition ${partition} of topic ${topic.name}, ${limits.offsetMetadataBytesMax} allowed`,
    );
}

function answerOf(
  topic: Topic,
  partition: number,
  failure: CumulogError | undefined,
  full: ReadonlySet<number>,
): OffsetDone {
  if (failure) return { kind: "failed", error: failure };
  if (!full.has(partition)) return { kind: "done" };
  const error = new OffsetsFull(
    `the group's offsets of topic ${topic.name} have ${limits.groupOffsetsBytesMax} bytes: none are left for partition ${partition}`,
  );
  return { kind: "failed", error };
}
