/**
 * A client of readers that come by single calls: polls that keep only who they are, and consumer instances. It takes some of
 * what is fetched, and hears of what it took.
 */
import type { Engine, GroupPolled, ReadOptions, Take } from "../../../lib/engine/index.ts";
import { CumulogError } from "../../../lib/std/index.ts";
import type { Delivery, Invocation } from "../checker/index.ts";
import { ask, type Heard } from "./asking.ts";
import { errorOf } from "./client.ts";
import type { AskingInEpoch } from "./consumer-client.ts";
import type { Life } from "./process.ts";
import type { World } from "./world.ts";

/** What a poll brings. */
export type Polling = {
  readonly topic: string;
  readonly verb: "read" | "heartbeat" | "leave";
  readonly commits: readonly { readonly partition: number; readonly offset: number }[];
  readonly sessionMs: number;
};

/** How much is taken of what is fetched, and how long is waited for it. */
export type Taking = { readonly partitionsMax: number; readonly waitMs: number };

export type Polled = GroupPolled<readonly Delivery[]>;

/** An instance by its names. */
export type Called = { readonly group: string; readonly instance: string };
type Verb = Extract<Invocation, { op: "instance" }>["verb"];

/** Some of those small batches that there are. */
const bytesMax = 400;

export class CalledClient {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** One call of a reader that keeps only who it is. What it commits is an operation of its own for each partition. */
  async poll(
    life: Life,
    { group, memberId, epoch }: AskingInEpoch,
    { topic, verb, commits, sessionMs }: Polling,
    taking: Taking,
    patienceMs: number,
  ): Promise<Heard<Polled>> {
    const { history } = this.#world;
    const named = commits.map(each => ({ ...each, metadata: this.#world.nextValue() }));
    const ids = named.map(({ metadata: name, ...offset }) => {
      const asking = { group, memberId, generation: epoch, topic, name, offsets: [offset] };
      return history.invoke(life.name, { op: "commit", ...asking });
    });
    const member = { group, memberId, epoch, clientId: "client", host: "", names: [topic], sessionMs };
    const asked = {
      member,
      commits: named.length > 0 ? [{ topic, partitions: named }] : [],
      positions: [],
      reset: "earliest",
      verb,
    } as const;
    const heard = await ask(this.#world, life, { op: "poll", group, memberId, epoch, verb }, patienceMs, {
      work: ({ groupPolls }, signal) => groupPolls.poll(asked, reading(taking, signal), taker(taking)),
      answer: answer => ({
        op: "polled",
        memberId: answer.memberId,
        epoch: answer.epoch,
        partitions: partitionsIn(answer.assignment),
        deliveries: answer.taken?.value ?? [],
      }),
    });
    for (const [i, id] of ids.entries()) {
      const done = heard === undefined || heard instanceof CumulogError ? undefined : heard.commits[0];
      const each = done?.partitions[i];
      if (each?.kind === "done") history.ok(id, { op: "done" });
      // Whatever the call failed of, it may have committed before.
      else if (each === undefined)
        history.info(id, heard instanceof CumulogError ? errorOf(heard) : undefined);
      else if (each.error.name === "GroupUnavailable") history.info(id, errorOf(each.error));
      else history.fail(id, errorOf(each.error));
    }
    return heard;
  }

  /** What an instance delivers. */
  deliver(life: Life, at: Called, taking: Taking, patienceMs: number): Promise<Heard<readonly Delivery[]>> {
    const name = { group: at.group, name: at.instance };
    return ask(this.#world, life, { op: "instance", ...at, verb: "poll" }, patienceMs, {
      work: ({ instances }, signal) => instances.poll(name, () => reading(taking, signal), taker(taking)),
      answer: deliveries => ({ op: "delivered", deliveries }),
    });
  }

  /** What an instance has. */
  assignment(life: Life, at: Called, patienceMs: number): Promise<Heard<readonly number[]>> {
    return ask(this.#world, life, { op: "instance", ...at, verb: "assignment" }, patienceMs, {
      work: async ({ instances }) =>
        partitionsIn(await instances.assignment({ group: at.group, name: at.instance })),
      answer: partitions => ({ op: "assigned", partitions }),
    });
  }

  /** Whatever else is asked of an instance. */
  call(
    life: Life,
    at: Called,
    verb: Exclude<Verb, "poll" | "assignment">,
    work: (instances: Engine["instances"]) => Promise<unknown>,
    patienceMs: number,
  ): Promise<Heard<"done">> {
    return ask(this.#world, life, { op: "instance", ...at, verb }, patienceMs, {
      work: async ({ instances }) => {
        await work(instances);
        return "done" as const;
      },
      answer: () => ({ op: "done" }),
    });
  }
}

function reading({ waitMs }: Taking, signal: AbortSignal): ReadOptions {
  return { waitMs, bytesMin: 1, bytesMax, signal };
}

/** Takes all of the first partitions, and nothing of others. */
function taker({ partitionsMax }: Taking): Take<readonly Delivery[]> {
  return async records => {
    const taken = records.slice(0, partitionsMax);
    return {
      value: taken.map(({ partition, offset, answer }) => ({
        partition,
        from: offset,
        next: answer.nextOffset,
      })),
      next: taken.map(({ topic, partition, answer }) => ({ topic, partition, offset: answer.nextOffset })),
    };
  };
}

function partitionsIn(assignment: readonly { readonly partitions: readonly number[] }[]): readonly number[] {
  return assignment.flatMap(({ partitions }) => partitions);
}
