/**
 * A reader of a group that keeps nothing but who it is: each call goes to whichever process is at hand, commits what the last
 * one delivered and brings more. It says now and then that it is still at work, leaves, dies, and sleeps beyond its session.
 */
import { CumulogError } from "../../../lib/std/index.ts";
import { CalledClient, type Polled, type Polling } from "../world/called-client.ts";
import type { Prng } from "../world/prng.ts";
import { Hand, type HandOptions, type Standing } from "./hand.ts";
import type { Stage } from "./stage.ts";

const patienceMs = 8_000;
const sessionMs = 6_000;

const fenced = new Set(["UnknownMember", "FencedMemberEpoch", "InstanceFenced"]);

export class Poller extends Hand {
  readonly #client: CalledClient;
  #id = "";
  #epoch = 0;
  #owned: readonly number[] | undefined;
  /** What was delivered and is to be committed. */
  #done: Polling["commits"] = [];

  constructor(stage: Stage, prng: Prng, options: HandOptions) {
    super(stage, prng, options);
    this.#client = new CalledClient(stage.world);
  }

  get id(): string {
    return this.#id;
  }

  get standing(): Standing | undefined {
    return this.#owned && { generation: this.#epoch, owned: this.#owned };
  }

  async run(): Promise<void> {
    while (!this.isGone) {
      if (this.mustLeave) await this.#leave();
      else {
        if (this.mustPause) await this.#oversleep();
        await this.#poll(this.#epoch > 0 && this.prng.chance(0.2) ? "heartbeat" : "read");
        await this.sleep(sessionMs * this.prng.between(0.1, 0.25));
      }
    }
  }

  async #poll(verb: Polling["verb"]): Promise<void> {
    const life = await this.pickLife();
    if (life === undefined || this.isGone) return;
    const { group, topic } = this.options;
    const taking = { partitionsMax: 1 + this.prng.below(3), waitMs: this.prng.pick([0, 0, 500, 3_000]) };
    // What it is not done with is delivered again.
    if (!this.stage.isOver && this.prng.chance(0.2)) this.#done = [];
    const polling = { topic, verb, commits: this.#done, sessionMs };
    const who = { group, memberId: this.#id, epoch: this.#epoch };
    const heard = await this.#client.poll(life, who, polling, taking, patienceMs);
    if (heard === undefined) return;
    if (!(heard instanceof CumulogError)) this.#hear(heard, verb);
    else if (fenced.has(heard.name)) this.#begin();
  }

  #hear({ memberId, epoch, assignment, taken }: Polled, verb: Polling["verb"]): void {
    this.#id = memberId;
    this.#epoch = epoch;
    this.#owned = assignment.flatMap(({ partitions }) => partitions);
    if (verb === "read")
      this.#done = (taken?.value ?? []).map(({ partition, next }) => ({ partition, offset: next }));
    else this.#done = [];
  }

  #begin(): void {
    if (this.prng.chance(0.5)) this.#id = "";
    this.#epoch = 0;
    this.#owned = undefined;
    this.#done = [];
  }

  async #oversleep(): Promise<void> {
    this.mustPause = false;
    this.#owned = undefined;
    await this.sleep(sessionMs * this.prng.between(1.4, 4));
    if (this.#done.length > 0) this.stage.world.rows.add(21);
  }

  async #leave(): Promise<void> {
    if (this.#epoch > 0) await this.#poll("leave");
    this.die();
  }
}
