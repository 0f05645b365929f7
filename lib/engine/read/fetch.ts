/**
 * Fetch: locate the records of all partitions, deliver what fits, and wait if that is not enough yet. Each partition has
 * its own answer, a failure too.
 */
import { offset } from "../../format/index.ts";
import { isEmptyBatch } from "../../format/record-batch/index.ts";
import type { CumulogError } from "../../std/index.ts";
import { asFailure, OffsetOutOfRange, TopicFenced } from "../errors.ts";
import type { DeadlineMs } from "../retry.ts";
import { type Shard, type Shards, shardIndexOf } from "../sequencer/index.ts";
import type { TopicResolver } from "../topics/index.ts";
import type { EngineDeps, EngineOptions, FetchAnswer, FetchOptions, FetchRequest } from "../types.ts";
import { Deliverer } from "./deliver.ts";
import type { ChunkLoader } from "./load.ts";
import { type Located, Locator, type Look, type Target } from "./locate.ts";
import type { Planner } from "./plan.ts";
import type { Watch } from "./watch.ts";

type Resolved = Target | { readonly failure: CumulogError };

export class Fetcher {
  readonly #deps: EngineDeps;
  readonly #options: EngineOptions;
  readonly #resolver: TopicResolver;
  readonly #shards: Shards;
  readonly #locator: Locator;
  readonly #deliverer: Deliverer;
  readonly #watch: Watch;
  readonly #closing = new AbortController();

  constructor(
    deps: EngineDeps,
    options: EngineOptions,
    resolver: TopicResolver,
    shards: Shards,
    planner: Planner,
    loader: ChunkLoader,
    watch: Watch,
  ) {
    this.#deps = deps;
    this.#options = options;
    this.#resolver = resolver;
    this.#shards = shards;
    this.#locator = new Locator(deps, resolver, planner);
    this.#deliverer = new Deliverer(deps, this.#locator, planner, loader);
    this.#watch = watch;
  }

  /** One answer per request, in their order. Never throws for what is wrong with a request. */
  async fetch(requests: readonly FetchRequest[], options: FetchOptions): Promise<readonly FetchAnswer[]> {
    const waitUntilMs = this.#deps.clock.monotonicMs() + options.waitMsMax;
    const signal = options.signal
      ? AbortSignal.any([options.signal, this.#closing.signal])
      : this.#closing.signal;
    const targets = await Promise.all(requests.map(request => this.#resolve(request)));
    const shards = shardsOf(targets);
    let seen = newsOf(shards);
    let ends = endsOf(targets);
    let answers = await this.#collect(targets, options.bytesMax, "look");
    while (!isEnough(answers, options) && !signal.aborted && this.#deps.clock.monotonicMs() < waitUntilMs) {
      // What was committed while these answers were made is no news any more to someone who begins to wait now.
      if (newsOf(shards) === seen) await this.#watch.wait(shards, waitUntilMs, signal);
      seen = newsOf(shards);
      // News of a shard may be of its other partitions: then what was gathered is gathered still.
      const now = endsOf(targets);
      if (now.every((end, i) => end === ends[i])) continue;
      ends = now;
      answers = await this.#collect(targets, options.bytesMax, "knownOnly");
    }
    this.#tell(answers);
    return answers;
  }

  #tell(answers: readonly FetchAnswer[]): void {
    for (const answer of answers)
      if (answer.kind === "failed")
        this.#deps.telemetry.count("cumulog_fetch_failures_total", 1, { error: answer.error.name });
      else this.#deps.telemetry.count("cumulog_fetched_bytes_total", bytesIn(answer.batches));
  }

  /** Ends every waiting, now and later: what is there is answered. */
  close(): void {
    this.#closing.abort();
  }

  async #resolve(request: FetchRequest): Promise<Resolved> {
    try {
      const warm = this.#resolver.warm(request.topic) ?? (await this.#resolver.resolve(request.topic));
      const { topic, partition } = await this.#resolver.partition(warm, request.partition);
      if (request.topicId !== undefined && request.topicId !== topic.id)
        throw new TopicFenced(`topic ${topic.name} has the id ${topic.id}, not ${request.topicId}`);
      if (!Number.isSafeInteger(request.offset) || request.offset < 0)
        throw new OffsetOutOfRange(`offset ${request.offset} is no offset: 0 to 2^53 are`, -1, -1);
      const shard = this.#shards.of(topic.id, shardIndexOf(topic, partition));
      return { topic, partition, shard, from: offset(request.offset), bytesMax: request.bytesMax };
    } catch (error) {
      return { failure: asFailure(error) };
    }
  }

  /** Plans all partitions at once; then each, in order, takes what is left of the bytes. */
  async #collect(
    targets: readonly Resolved[],
    bytesMax: number,
    look: Look,
  ): Promise<readonly FetchAnswer[]> {
    const budget = { bytes: bytesMax, isUntouched: true };
    const planned = await Promise.all(
      targets.map(target => ("failure" in target ? target : this.#locate(target, look))),
    );
    return Promise.all(
      planned.map(located => {
        if ("failure" in located) return failed(located.failure);
        // Taken before anything is awaited, so the partitions share the budget in the order they were asked for. The
        // first one that has something brings a batch however large, as in Kafka: a reader always gets on.
        const allowed = Math.min(located.target.bytesMax, budget.bytes);
        const mustBring = budget.isUntouched && located.chunks.length > 0;
        if (mustBring) budget.isUntouched = false;
        budget.bytes -= Math.min(allowed, wantedBytes(located));
        return this.#deliver(located, allowed, mustBring);
      }),
    );
  }

  /**
   * Batches without records stand for what compaction took. Alone they are of no use: some clients wait behind them for ever. So it
   * goes on behind them, as often as there are such, up to the end.
   */
  async #deliver(located: Located, allowed: number, mustBring: boolean): Promise<FetchAnswer> {
    const answer = await this.#deliverer.deliver(located, allowed, mustBring, this.#deadline());
    if (answer.kind === "failed" || answer.batches.length === 0 || !answer.batches.every(isEmptyBatch))
      return answer;
    if (answer.nextOffset >= answer.highWatermark) return answer;
    const behind = await this.#locate({ ...located.target, from: answer.nextOffset }, "knownOnly");
    if ("failure" in behind) return answer;
    const next = await this.#deliver(behind, allowed, mustBring);
    return next.kind === "failed" || next.batches.length === 0 ? answer : next;
  }

  #locate(target: Target, look: Look): Promise<Located | { readonly failure: CumulogError }> {
    return this.#locator
      .locate(target, look, this.#deadline())
      .catch((error: unknown) => ({ failure: asFailure(error) }));
  }

  #deadline(): DeadlineMs {
    return this.#deps.clock.monotonicMs() + this.#options.requestDeadlineMs;
  }
}

/** Where each partition is known to end; undefined where nothing can be known, or nothing more will come. */
function endsOf(targets: readonly Resolved[]): readonly (number | undefined)[] {
  return targets.map(target => {
    const known = "failure" in target ? undefined : target.shard.known;
    return "failure" in target || known?.isSealed ? undefined : known?.partitions.get(target.partition)?.next;
  });
}

function wantedBytes(located: Located): number {
  return located.chunks.reduce((sum, chunk) => sum + chunk.length, 0);
}

function isEnough(answers: readonly FetchAnswer[], options: FetchOptions): boolean {
  let bytes = 0;
  for (const answer of answers) {
    if (answer.kind === "failed") return true;
    bytes += bytesIn(answer.batches);
  }
  return bytes >= Math.max(1, options.bytesMin) || bytes >= options.bytesMax;
}

function bytesIn(batches: readonly Uint8Array[]): number {
  return batches.reduce((sum, batch) => sum + batch.length, 0);
}

function shardsOf(targets: readonly Resolved[]): readonly Shard[] {
  return [...new Set(targets.flatMap(target => ("shard" in target ? [target.shard] : [])))];
}

/** What is known of the shards, as one number that rises with whatever counts as news: a commit, a seal. */
function newsOf(shards: readonly Shard[]): number {
  return shards.reduce((sum, { known }) => sum + (known ? known.commits + (known.isSealed ? 1 : 0) : -1), 0);
}

function failed(error: CumulogError): FetchAnswer {
  return { kind: "failed", error };
}
