/**
 * The shards that this process has met, bounded: the least recently used ones that nobody watches are forgotten.
 * Forgetting costs one read later and nothing else.
 */
import type { ShardIndex, TopicId } from "../../format/index.ts";
import type { ItemStore } from "../../ports/index.ts";
import { Shard } from "./shard.ts";

/** An image takes a few KiB; this many stay under 100 MiB. */
const shardsMax = 20_000;

/** How many shards in use may be passed over to find one to forget: the next shard met goes on from there. */
const looksMax = 16;

export class Shards {
  readonly #items: ItemStore;
  readonly #shards = new Map<string, Shard>();

  constructor(items: ItemStore) {
    this.#items = items;
  }

  of(topicId: TopicId, index: ShardIndex): Shard {
    const name = `${topicId}#${index}`;
    const known = this.#shards.get(name);
    if (known) {
      this.#shards.delete(name);
      this.#shards.set(name, known);
      return known;
    }
    const shard = new Shard(this.#items, topicId, index);
    this.#shards.set(name, shard);
    if (this.#shards.size > shardsMax) this.#forgetOldest();
    return shard;
  }

  #forgetOldest(): void {
    let looks = 0;
    for (const [name, shard] of this.#shards) {
      if (looks++ === looksMax) return;
      this.#shards.delete(name);
      if (!shard.isWatched) return;
      // Somebody waits for news of it: it is in use, and goes to the end of the line.
      this.#shards.set(name, shard);
    }
  }
}
