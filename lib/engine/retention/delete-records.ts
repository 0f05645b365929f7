/**
 * Deletes records from the beginning of partitions: their log start moves forward, by one conditional update, and never
 * back. What lies below it is not readable from then on; its bytes stay until a sweep finds them.
 */
import { type Offset, offset } from "../../format/index.ts";
import { readSequencer, startUpdate } from "../../format/items/index.ts";
import { asFailure, OffsetOutOfRange } from "../errors.ts";
import { repeating } from "../retry.ts";
import { type Shards, shardIndexOf } from "../sequencer/index.ts";
import type { TopicResolver } from "../topics/index.ts";
import type { DeleteAnswer, DeleteRequest, EngineDeps, EngineOptions } from "../types.ts";

export class RecordDeleter {
  readonly #deps: EngineDeps;
  readonly #options: EngineOptions;
  readonly #resolver: TopicResolver;
  readonly #shards: Shards;

  constructor(deps: EngineDeps, options: EngineOptions, resolver: TopicResolver, shards: Shards) {
    this.#deps = deps;
    this.#options = options;
    this.#resolver = resolver;
    this.#shards = shards;
  }

  /** One answer per request, in their order. Never throws for what is wrong with a request. */
  delete(requests: readonly DeleteRequest[]): Promise<readonly DeleteAnswer[]> {
    return Promise.all(
      requests.map(request =>
        this.#deleteOne(request).then(
          (logStartOffset): DeleteAnswer => ({ kind: "deleted", logStartOffset }),
          (error): DeleteAnswer => ({ kind: "failed", error: asFailure(error) }),
        ),
      ),
    );
  }

  async #deleteOne({ topic: name, partition: index, before }: DeleteRequest): Promise<Offset> {
    const deadlineMs = this.#deps.clock.monotonicMs() + this.#options.requestDeadlineMs;
    const resolved = await this.#resolver.resolve(name);
    const { topic, partition } = await this.#resolver.partition(resolved, index);
    const shard = this.#shards.of(topic.id, shardIndexOf(topic, partition));
    const image = await repeating(this.#deps, deadlineMs, () => shard.readStrongly());
    const head = image?.partitions.get(partition);
    if (image?.isSealed) return this.#resolver.explainSeal(topic);
    if (!head) return this.#resolver.explainFence(topic);
    const to = before === "highWatermark" ? head.next : before;
    if (to > head.next || to < 0)
      throw new OffsetOutOfRange(
        `offset ${to} of ${name}-${partition} is outside [${head.start}, ${head.next}]`,
        head.start,
        head.next,
      );
    if (to <= head.start) return head.start;
    const { update, condition } = startUpdate(partition, offset(to));
    const result = await repeating(this.#deps, deadlineMs, () =>
      this.#deps.items.update(shard.key, update, condition),
    );
    const after = result.kind === "applied" ? result.attributes : result.current;
    // Also when it was refused, by our own first attempt: who was told that records are deleted reads none of them here.
    if (after !== undefined) shard.learn(after);
    const start = after && readSequencer(after).partitions.get(partition)?.start;
    // Refused although it is not there yet: the shard was sealed, or is gone.
    return start !== undefined && start >= to ? start : this.#resolver.explainFence(topic);
  }
}
