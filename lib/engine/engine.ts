/**
 * The log: its verbs joined over the ports. Holds no rule of its own; each verb's folder has its rules.
 */

import { offset } from "../format/index.ts";
import type { Clock } from "../ports/index.ts";
import { concat, present } from "../std/index.ts";
import type { OwnChunkListener } from "./append/index.ts";
import {
  Appender,
  Batcher,
  Committer,
  chunkKey,
  Flusher,
  SegmentClock,
  SegmentPlacer,
} from "./append/index.ts";
import { Cluster } from "./cluster.ts";
import { Fsck, type FsckReport } from "./fsck/index.ts";
import {
  CalledReaders,
  type GroupOperations,
  type GroupPolls,
  Groups,
  type Instances,
} from "./groups/index.ts";
import { checkEngineOptions } from "./options.ts";
import type { Call } from "./pages/index.ts";
import { type DescribedProducer, ProducerIds, Producers } from "./producers/index.ts";
import {
  BlockCache,
  Chunk,
  ChunkLoader,
  CompactedPages,
  Fetcher,
  OffsetLister,
  PageCache,
  Planner,
  Watch,
} from "./read/index.ts";
import { RecordDeleter } from "./retention/index.ts";
import { repeating } from "./retry.ts";
import { Roller } from "./roll/index.ts";
import { Shards, shardIndexOf } from "./sequencer/index.ts";
import { TopicResolver, TopicStore, Topics } from "./topics/index.ts";
import type {
  AppendAnswer,
  AppendRequest,
  DeleteAnswer,
  DeleteRequest,
  EngineDeps,
  EngineOptions,
  FetchAnswer,
  FetchOptions,
  FetchRequest,
  OffsetAnswer,
  OffsetRequest,
} from "./types.ts";
import { Upkeep } from "./upkeep/index.ts";

export class Engine {
  readonly options: EngineOptions;
  readonly topics: Topics;
  readonly groups: Groups;
  /** Readers of groups by single calls, whose place is kept for them. */
  readonly instances: Instances;
  /** Readers of groups by single calls that keep only who they are. */
  readonly groupPolls: GroupPolls;
  /** What operators do with groups of either kind. */
  readonly groupOperations: GroupOperations;
  /** What the log does for itself. */
  readonly upkeep: Upkeep;
  readonly #deps: EngineDeps;
  readonly #clock: Clock;
  readonly #resolver: TopicResolver;
  readonly #shards: Shards;
  readonly #cluster: Cluster;
  readonly #appender: Appender;
  readonly #fetcher: Fetcher;
  readonly #lister: OffsetLister;
  readonly #deleter: RecordDeleter;
  readonly #roller: Roller;
  readonly #producers: Producers;
  readonly #producerIds: ProducerIds;
  readonly #batcher: Batcher;
  readonly #cache: BlockCache;
  #draining: Promise<void> | undefined;

  /** Starts nothing and reads nothing. */
  constructor(deps: EngineDeps, options: EngineOptions) {
    checkEngineOptions(options);
    this.options = options;
    this.#deps = deps;
    this.#clock = deps.clock;
    this.#cluster = new Cluster(deps, options);
    const store = new TopicStore(deps, options);
    const resolver = new TopicResolver(deps, options, store);
    this.topics = new Topics(deps, options, store, resolver);
    this.groups = new Groups({ ...deps, topics: this.topics, resolver }, options);
    const shards = new Shards(deps.items);
    this.#resolver = resolver;
    this.#shards = shards;
    this.#cache = new BlockCache(options.blockCacheBytes);
    this.#roller = new Roller(deps, options);
    const segmentClock = new SegmentClock(deps.clock);
    const placer = new SegmentPlacer(deps, options, segmentClock);
    this.#producers = new Producers(deps, options);
    this.#producerIds = new ProducerIds(deps, options);
    const committer = new Committer(deps, options, placer, this.#roller, resolver, this.#producers);
    const flusher = new Flusher(deps, shards, placer, committer, keepOwnChunk(deps, this.#cache));
    this.#batcher = new Batcher(deps.clock, options, (pendings, onPlaced) =>
      flusher.flush(pendings, onPlaced),
    );
    this.#appender = new Appender(deps, options, resolver, this.#batcher);
    const loader = new ChunkLoader(deps, this.#cache);
    const planner = new Planner(deps, new PageCache(), new CompactedPages(deps, options));
    const watch = new Watch(deps, options);
    this.#fetcher = new Fetcher(deps, options, resolver, shards, planner, loader, watch);
    this.#lister = new OffsetLister(deps, options, resolver, shards, planner, loader);
    const readers = new CalledReaders(
      {
        ...deps,
        groups: this.groups,
        topics: this.topics,
        resolver,
        fetcher: this.#fetcher,
        lister: this.#lister,
      },
      options,
    );
    this.instances = readers.instances;
    this.groupPolls = readers.polls;
    this.groupOperations = readers.operations;
    this.#deleter = new RecordDeleter(deps, options, resolver, shards);
    this.upkeep = new Upkeep(
      {
        ...deps,
        shards,
        topics: this.topics,
        producers: this.#producers,
        segmentClock,
        cluster: this.#cluster,
      },
      options,
    );
  }

  /** Appends batches. One answer per request, in their order; each is durable and ordered once answered. */
  append(requests: readonly AppendRequest[]): Promise<readonly AppendAnswer[]> {
    return this.#appender.append(requests);
  }

  /** Reads batches from offsets on, waiting for new ones when asked to. One answer per request, in their order. */
  fetch(requests: readonly FetchRequest[], options: FetchOptions): Promise<readonly FetchAnswer[]> {
    return this.#fetcher.fetch(requests, options);
  }

  /** Offsets by name or time, as of now. One answer per request, in their order. */
  listOffsets(requests: readonly OffsetRequest[]): Promise<readonly OffsetAnswer[]> {
    return this.#lister.list(requests);
  }

  /** Deletes records from the beginning on, for good. One answer per request, in their order. */
  deleteRecords(requests: readonly DeleteRequest[]): Promise<readonly DeleteAnswer[]> {
    return this.#deleter.delete(requests);
  }

  /** The idempotent producers that a partition remembers, as of now. Throws UnknownTopic, UnknownPartition, ReadFailed. */
  async describeProducers(name: string, index: number): Promise<readonly DescribedProducer[]> {
    const { topic, partition } = await this.#resolver.partition(await this.#resolver.resolve(name), index);
    const shard = this.#shards.of(topic.id, shardIndexOf(topic, partition));
    const deadlineMs = this.#clock.monotonicMs() + this.options.requestDeadlineMs;
    return this.#producers.describe(shard, partition, deadlineMs);
  }

  /** An id for an idempotent producer, never given to another. Its epoch is 0. */
  newProducerId(): Promise<number> {
    return this.#producerIds.next();
  }

  /** 22 characters that name this log to clients. */
  clusterId(): Promise<string> {
    return this.#cluster.id();
  }

  /** Reads everything that is stored and says what is wrong; changes nothing. Throws what the stores throw. */
  fsck(signal?: AbortSignal): Promise<FsckReport> {
    const deps = this.#deps;
    const call: Call = work =>
      repeating(deps, deps.clock.monotonicMs() + this.options.requestDeadlineMs, work);
    return new Fsck(deps, this.options, call).run(signal);
  }

  /** Throws FormatNewer when the log was written in a format that this program does not read. */
  checkFormat(): Promise<void> {
    return this.#cluster.checkFormat();
  }

  /** Throws FormatNewer when this program may serve the log and not look after it. */
  checkUpkeepFormat(): Promise<void> {
    return this.#cluster.checkUpkeepFormat("now");
  }

  /** What is held in memory for others, bytes: batches under way, and chunks for readers. */
  get memory(): { readonly appendBufferBytes: number; readonly blockCacheBytes: number } {
    return { appendBufferBytes: this.#batcher.bufferedBytes, blockCacheBytes: this.#cache.sizeBytes };
  }

  /** Resolves when the background work of everything answered so far has ended. */
  async settle(): Promise<void> {
    await Promise.all([this.#roller.settle(), this.#producers.settle()]);
  }

  /** Takes no more appends, answers all that are under way, ends waiting fetches, ends background work. */
  drain(): Promise<void> {
    this.#draining ??= this.#drain();
    return this.#draining;
  }

  async #drain(): Promise<void> {
    this.#fetcher.close();
    this.groups.close();
    await this.#appender.close();
    await this.settle();
  }
}

/** A process that writes has what it wrote at hand for its readers. */
function keepOwnChunk(deps: EngineDeps, cache: BlockCache): OwnChunkListener {
  return (segment, part, chunk, baseOffset) => {
    const info = present(
      segment.chunks.get(chunkKey(part.topic.id, chunk.partition)),
      `partition ${chunk.partition} in segment ${segment.id}`,
    );
    const place = {
      segmentId: segment.id,
      tier: segment.tier,
      position: info.position,
      length: info.length,
      base: offset(baseOffset),
      offsetCount: chunk.recordCount,
    };
    // A copy: it is patched with its offsets, and the callers' bytes stay theirs.
    const bytes = concat(chunk.pendings.map(pending => pending.bytes));
    cache.keep(new Chunk(place, bytes, deps.codecs, "checked"), "tail");
  };
}
