/**
 * What the log does for itself, shard by shard, within what it may take. Holds no rule: each step's folder has its own.
 */
import type { ShardIndex } from "../../format/index.ts";
import type { CompactionOptions, CompactorDeps } from "../compaction/index.ts";
import type { Shards } from "../sequencer/index.ts";
import type { Topic } from "../topics/index.ts";
import { Budget, type BudgetLimits } from "./budget.ts";
import { type Tended, Tender } from "./tend.ts";

type Deps = CompactorDeps & { readonly shards: Shards };

export class Upkeep {
  readonly #deps: Deps;
  readonly #tender: Tender;

  constructor(deps: Deps, options: CompactionOptions) {
    this.#deps = deps;
    this.#tender = new Tender(deps, options);
  }

  /** One shard's turn. Throws what the stores throw; what was done is done, and the next turn goes on. */
  tend(topic: Topic, shard: ShardIndex, limits: BudgetLimits, signal?: AbortSignal): Promise<Tended> {
    return this.#tender.tend(topic, shard, this.#deps.clock.now(), new Budget(this.#deps, limits, signal));
  }
}
