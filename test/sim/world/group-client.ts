/**
 * A client in a consumer group: asks a process what members of the classic protocol ask, and what all ask of offsets.
 */
import type { JoinAnswer } from "../../../lib/engine/index.ts";
import { textOf, utf8 } from "../../../lib/std/index.ts";
import type { Answer } from "../checker/index.ts";
import { ask, type Heard } from "./asking.ts";
import type { Life } from "./process.ts";
import type { World } from "./world.ts";

/** Who asks: as the history knows it. */
export type Asking = { readonly group: string; readonly memberId: string; readonly instanceId?: string };
export type AskingIn = Asking & { readonly generation: number };

export type JoinDetails = {
  readonly sessionMs: number;
  readonly rebalanceMs: number;
  readonly metadata: string;
  readonly mustKnowId: boolean;
};

/** What a member is told to read; `name` is the leader's for this time of assigning. */
export type Assignment = { readonly name: string; readonly partitions: readonly number[] };

export type Committed = { readonly partition: number; readonly offset: number; readonly commit?: string };

export class GroupClient {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  async join(life: Life, who: Asking, details: JoinDetails, patienceMs: number): Promise<Heard<JoinAnswer>> {
    const { sessionMs, rebalanceMs, metadata, mustKnowId } = details;
    life.joining++;
    const heard = await ask(this.#world, life, { op: "join", ...who, sessionMs }, patienceMs, {
      work: ({ groups }, signal) =>
        groups.join({
          ...who,
          clientId: "client",
          host: "127.0.0.1",
          sessionMs,
          rebalanceMs,
          protocolType: "consumer",
          protocols: [{ name: "range", metadata: utf8(metadata) }],
          mustKnowId,
          signal,
        }),
      answer: joinAnswerOf,
    });
    life.joining--;
    return heard;
  }

  async sync(
    life: Life,
    who: AskingIn,
    assignments: ReadonlyMap<string, Assignment>,
    patienceMs: number,
  ): Promise<Heard<Assignment>> {
    const bytes = new Map([...assignments].map(([id, each]) => [id, utf8(JSON.stringify(each))]));
    life.joining++;
    const heard = await ask(this.#world, life, { op: "sync", ...who }, patienceMs, {
      work: async ({ groups }, signal) => {
        const { assignment } = await groups.sync({ ...who, assignments: bytes, signal });
        return assignment.length === 0
          ? { name: "", partitions: [] }
          : (JSON.parse(textOf(assignment)) as Assignment);
      },
      answer: ({ name, partitions }) => ({ op: "synced", name, partitions }),
    });
    life.joining--;
    return heard;
  }

  heartbeat(life: Life, who: AskingIn, patienceMs: number): Promise<Heard<"done">> {
    return ask(this.#world, life, { op: "heartbeat", ...who }, patienceMs, {
      work: async ({ groups }) => {
        await groups.heartbeat(who);
        return "done" as const;
      },
      answer: () => ({ op: "done" }),
    });
  }

  leave(life: Life, who: Asking, patienceMs: number): Promise<Heard<"done">> {
    return ask(this.#world, life, { op: "leave", ...who }, patienceMs, {
      work: async ({ groups }) => {
        const [answer] = await groups.leave(who.group, [who]);
        if (answer?.kind === "failed") throw answer.error;
        return "done" as const;
      },
      answer: () => ({ op: "done" }),
    });
  }

  commit(
    life: Life,
    who: AskingIn,
    topic: string,
    offsets: readonly { readonly partition: number; readonly offset: number }[],
    patienceMs: number,
  ): Promise<Heard<"done">> {
    const name = this.#world.nextValue();
    return ask(this.#world, life, { op: "commit", ...who, topic, name, offsets }, patienceMs, {
      work: async ({ groups }, signal) => {
        const partitions = offsets.map(each => ({ ...each, metadata: name }));
        const [done] = await groups.offsets.commit(who.group, who, [{ topic, partitions }], { signal });
        for (const each of done?.partitions ?? []) if (each.kind === "failed") throw each.error;
        return "done" as const;
      },
      answer: () => ({ op: "done" }),
    });
  }

  /** Deletes the group, as an operator does. */
  bury(life: Life, group: string, patienceMs: number): Promise<Heard<"done">> {
    return ask(this.#world, life, { op: "bury", group }, patienceMs, {
      work: async ({ groups }) => {
        await groups.delete(group);
        return "done" as const;
      },
      answer: () => ({ op: "done" }),
    });
  }

  /** `isOwner`: it goes on from there. `saysWho`: as newer clients do, whose claim is checked. */
  committed(
    life: Life,
    who: AskingIn,
    topic: string,
    partitions: readonly number[],
    {
      isOwner,
      saysWho,
      patienceMs,
    }: { readonly isOwner: boolean; readonly saysWho: boolean; readonly patienceMs: number },
  ): Promise<Heard<readonly Committed[]>> {
    return ask(this.#world, life, { op: "committed", ...who, topic, partitions, isOwner }, patienceMs, {
      work: async ({ groups }) => {
        const [fetched] = await groups.offsets.fetch(who.group, [{ topic, partitions }], {
          stamps: isOwner,
          ...(saysWho && { claim: who }),
        });
        if (fetched === undefined || fetched.kind === "failed")
          throw fetched?.error ?? new Error("no answer for the topic");
        return fetched.partitions.map(({ partition, committed }) =>
          committed === undefined
            ? { partition, offset: 0 }
            : { partition, offset: committed.offset, commit: committed.metadata },
        );
      },
      answer: offsets => ({ op: "committed", offsets }),
    });
  }
}

function joinAnswerOf(joined: JoinAnswer): Answer {
  if (joined.kind === "idRequired") return { op: "named", memberId: joined.memberId };
  const { generation, memberId, leaderId } = joined;
  const members = joined.members.map(({ metadata: _, ...who }) => who);
  return { op: "joined", generation, memberId, leaderId, members };
}
