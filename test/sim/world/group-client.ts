/**
 * A client in a consumer group: asks a process what members ask, and writes into the history what it asked and heard. It has
 * patience for so long; then its connection is cut, which the process hears when it can.
 */
import type { Engine, JoinAnswer } from "../../../lib/engine/index.ts";
import { CumulogError, Deferred, textOf, utf8 } from "../../../lib/std/index.ts";
import type { Answer, Invocation } from "../checker/index.ts";
import { errorOf } from "./client.ts";
import { killed, type Life } from "./process.ts";
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

/** Undefined: nobody answered, for the process died or patience was over. */
export type Heard<T> = T | CumulogError | undefined;

const givenUp: unique symbol = Symbol("given up");

export class GroupClient {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  async join(life: Life, who: Asking, details: JoinDetails, patienceMs: number): Promise<Heard<JoinAnswer>> {
    const { sessionMs, rebalanceMs, metadata, mustKnowId } = details;
    life.joining++;
    const heard = await this.#ask(life, { op: "join", ...who, sessionMs }, patienceMs, {
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
    const heard = await this.#ask(life, { op: "sync", ...who }, patienceMs, {
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
    return this.#ask(life, { op: "heartbeat", ...who }, patienceMs, {
      work: async ({ groups }) => {
        await groups.heartbeat(who);
        return "done" as const;
      },
      answer: () => ({ op: "done" }),
    });
  }

  leave(life: Life, who: Asking, patienceMs: number): Promise<Heard<"done">> {
    return this.#ask(life, { op: "leave", ...who }, patienceMs, {
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
    return this.#ask(life, { op: "commit", ...who, topic, name, offsets }, patienceMs, {
      work: async ({ groups }, signal) => {
        const partitions = offsets.map(each => ({ ...each, metadata: name }));
        const [done] = await groups.offsets.commit(who.group, who, [{ topic, partitions }], signal);
        for (const each of done?.partitions ?? []) if (each.kind === "failed") throw each.error;
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
    return this.#ask(life, { op: "committed", ...who, topic, partitions, isOwner }, patienceMs, {
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

  async #ask<T>(
    life: Life,
    invocation: Invocation,
    patienceMs: number,
    {
      work,
      answer,
    }: {
      readonly work: (engine: Engine, signal: AbortSignal) => Promise<T>;
      readonly answer: (value: T) => Answer;
    },
  ): Promise<Heard<T>> {
    const { history, scheduler } = this.#world;
    const id = history.invoke(life.name, invocation);
    this.#world.note(() => `client asks ${life.name} ${JSON.stringify(invocation)} (${id})`);
    const controller = new AbortController();
    const patience = new Deferred<typeof givenUp>();
    const cancel = scheduler.after(patienceMs, () => {
      patience.resolve(givenUp);
      life.gate.pass(() => controller.abort());
    });
    const working = life
      .run(() => work(life.engine, controller.signal))
      .catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
    const heard = await Promise.race([working, patience.promise]);
    cancel();
    this.#world.note(() => `client hears of ${invocation.op} ${id}: ${show(heard)}`);
    if (heard === killed || heard === givenUp) {
      history.info(id);
      return undefined;
    }
    if (heard instanceof CumulogError) {
      // Nobody knows what became of it; every other word says what is so, and that nothing was done.
      if (heard.name === "GroupUnavailable") history.info(id, errorOf(heard));
      else history.fail(id, errorOf(heard));
      return heard;
    }
    if (heard instanceof Error) {
      this.#world.violated({ invariant: "bug", message: `operation ${id} threw: ${heard.stack}` });
      history.info(id);
      return undefined;
    }
    history.ok(id, answer(heard));
    return heard;
  }
}

function joinAnswerOf(joined: JoinAnswer): Answer {
  if (joined.kind === "idRequired") return { op: "named", memberId: joined.memberId };
  const { generation, memberId, leaderId } = joined;
  const members = joined.members.map(({ metadata: _, ...who }) => who);
  return { op: "joined", generation, memberId, leaderId, members };
}

function show(heard: unknown): string {
  if (typeof heard === "symbol") return heard.description ?? "";
  if (heard instanceof Error) return `${heard.name}: ${heard.message}`;
  return JSON.stringify(heard, (_key, value: unknown) =>
    value instanceof Uint8Array ? `${value.length}B` : value,
  );
}
