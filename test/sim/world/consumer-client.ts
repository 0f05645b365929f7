/**
 * A client of KIP-848: beats for a member. What else members ask is the same in groups of either kind.
 */
import type { TopicId } from "../../../lib/format/index.ts";
import { ask, type Heard } from "./asking.ts";
import type { Asking } from "./group-client.ts";
import type { Life } from "./process.ts";
import type { World } from "./world.ts";

/** Who beats: 0 joins, below 0 leaves. */
export type AskingInEpoch = Asking & { readonly epoch: number };

/** What it wants to read, and by whose division. */
export type Reading = { readonly topic: string; readonly topicId: TopicId; readonly assignor?: string };

/** What a member is told; no partitions: as before. */
export type Told = {
  readonly memberId: string;
  readonly epoch: number;
  readonly partitions?: readonly number[];
};

/** Of the client: what it has, and whether it says so. */
export type Holding = { readonly holds: readonly number[]; readonly says: boolean };

export class ConsumerClient {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  beat(
    life: Life,
    who: AskingInEpoch,
    { topic, topicId, assignor }: Reading,
    { holds, says }: Holding,
    patienceMs: number,
  ): Promise<Heard<Told>> {
    return ask(this.#world, life, { op: "beat", ...who, holds }, patienceMs, {
      work: async ({ groups }) => {
        const { memberId, epoch, assignment } = await groups.consumerHeartbeat({
          ...who,
          clientId: "client",
          host: "127.0.0.1",
          rebalanceMs: 10_000,
          ...(who.epoch === 0 && { names: [topic], ...(assignor !== undefined && { assignor }) }),
          ...(says && { owned: new Map(holds.length > 0 ? [[topicId, holds]] : []) }),
        });
        return { memberId, epoch, ...(assignment && { partitions: assignment.get(topicId) ?? [] }) };
      },
      answer: told => ({ op: "told", ...told }),
    });
  }
}
