/**
 * Where groups go on: an item per group and topic. Committed offsets move only by a commit of the present generation, or,
 * in a group without members, by anybody.
 */
import type { TopicResolver, Topics } from "../../topics/index.ts";
import type { EngineDeps, EngineOptions } from "../../types.ts";
import type { Admission, MemberClaim } from "../admission.ts";
import type { KnownGroups } from "../known.ts";
import type { GroupStore } from "../store.ts";
import { OffsetCommitter } from "./commit.ts";
import { OffsetDeleter } from "./delete.ts";
import { OffsetFetcher } from "./fetch.ts";
import { OffsetItems } from "./items.ts";
import type {
  CommitPartition,
  FetchedOffsets,
  FetchOffsetsOptions,
  TopicOffsets,
  TopicOffsetsDone,
} from "./types.ts";
import type { CommitOptions } from "./waiting.ts";

type Deps = Pick<EngineDeps, "clock" | "random"> & {
  readonly store: GroupStore;
  readonly known: KnownGroups;
  readonly admission: Admission;
  readonly topics: Topics;
  readonly resolver: TopicResolver;
};

export class GroupOffsets {
  readonly #items: OffsetItems;
  readonly #committer: OffsetCommitter;
  readonly #fetcher: OffsetFetcher;
  readonly #deleter: OffsetDeleter;

  /** Starts nothing and reads nothing. */
  constructor(deps: Deps, options: EngineOptions) {
    const items = new OffsetItems(deps.store);
    this.#items = items;
    this.#committer = new OffsetCommitter({ ...deps, items }, options);
    this.#fetcher = new OffsetFetcher({ ...deps, items }, options);
    this.#deleter = new OffsetDeleter({ ...deps, items }, options);
  }

  /**
   * Commits, for good once answered "done". What fails for one partition harms no other. Throws, for all: UnknownMember, GenerationFenced, InstanceFenced, RebalanceInProgress,
   * InvalidGroupId, GroupUnavailable.
   */
  commit(
    group: string,
    claim: MemberClaim,
    topics: readonly TopicOffsets<CommitPartition>[],
    options: CommitOptions = {},
  ): Promise<readonly TopicOffsetsDone[]> {
    return this.#committer.commit(group, claim, topics, options);
  }

  /** A moment after which nothing was learnt yet: what is read from now on is younger. */
  moment(): number {
    return this.#items.moment();
  }

  /**
   * What is committed, as of now. Throws, for all: InvalidGroupId, GroupUnavailable, and what a claim is refused with. A group
   * that is not there has committed nothing.
   */
  fetch(
    group: string,
    topics: readonly TopicOffsets<number>[] | "all",
    options: FetchOffsetsOptions,
  ): Promise<readonly FetchedOffsets[]> {
    return this.#fetcher.fetch(group, topics, options);
  }

  /** Deletes offsets of topics that nobody in the group reads. Throws, for all: UnknownGroup, GroupNotEmpty, GroupUnavailable. */
  delete(group: string, topics: readonly TopicOffsets<number>[]): Promise<readonly TopicOffsetsDone[]> {
    return this.#deleter.delete(group, topics);
  }

  /** Tidies up after a group that was deleted: its offsets are void from then on, whether or not this is done. */
  deleteAll(group: string): Promise<void> {
    return this.#deleter.deleteAll(group);
  }
}
