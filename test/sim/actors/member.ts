/**
 * A member of a group of the classic protocol, as clients have it: joins, syncs, looks where to go on, reads on and commits,
 * until the group has something else to do; each call by whichever process is at hand. It leaves or dies when told to, and
 * pauses for longer than its session, to commit as if nothing had happened.
 */
import { CumulogError } from "../../../lib/std/index.ts";
import type { Heard } from "../world/asking.ts";
import type { Assignment, GroupClient } from "../world/group-client.ts";
import type { Prng } from "../world/prng.ts";
import { Hand, type HandOptions, type Standing } from "./hand.ts";
import type { Stage } from "./stage.ts";

export type MemberOptions = HandOptions & {
  readonly sessionMs: number;
  readonly rebalanceMs: number;
  readonly mustKnowId: boolean;
};

/** Longer than anybody takes to join, ms: a client that waits less only asks again. */
const joinPatienceMs = 60_000;
/** A request's time in a process, and the way there and back. */
const patienceMs = 12_000;
/** So many of them are "many". */
export const crowd = 12;

type Joined = { readonly members: readonly string[]; readonly isLeader: boolean };

export class Member extends Hand {
  declare readonly options: MemberOptions;
  readonly #client: GroupClient;
  readonly #owned = new Map<number, number>();
  #id = "";
  #generation = -1;
  #isSettled = false;

  constructor(stage: Stage, client: GroupClient, prng: Prng, options: MemberOptions) {
    super(stage, prng, options);
    this.#client = client;
  }

  get id(): string {
    return this.#id;
  }

  get standing(): Standing | undefined {
    return this.#isSettled ? { generation: this.#generation, owned: [...this.#owned.keys()] } : undefined;
  }

  async run(): Promise<void> {
    while (!this.isGone) {
      if (this.mustLeave) await this.#leave();
      else {
        const joined = await this.#join();
        const assignment = joined && (await this.#sync(joined));
        if (assignment && (await this.#takeUp(assignment))) await this.#work();
      }
    }
  }

  async #join(): Promise<Joined | undefined> {
    const life = await this.pickLife();
    if (life === undefined) return undefined;
    const { sessionMs, rebalanceMs, mustKnowId, topic } = this.options;
    // Now and then it has something else to say about itself.
    const metadata = this.prng.chance(0.9) ? topic : `${topic}, ${this.prng.below(9)}`;
    const answer = await this.#client.join(
      life,
      this.#who,
      { sessionMs, rebalanceMs, mustKnowId, metadata },
      joinPatienceMs,
    );
    if (!this.#isGood(answer)) {
      await this.sleep(this.prng.spread(20, 500));
      return undefined;
    }
    this.#id = answer.memberId;
    if (answer.kind === "idRequired") return undefined;
    this.#generation = answer.generation;
    const isLeader = answer.members.length > 0 && !answer.skipsAssignment;
    return { members: answer.members.map(({ memberId }) => memberId), isLeader };
  }

  /** What it is assigned; undefined when it has to join again. */
  async #sync({ members, isLeader }: Joined): Promise<Assignment | undefined> {
    const assignments = isLeader ? this.#assign(members) : new Map<string, Assignment>();
    while (!this.isGone) {
      const life = await this.pickLife();
      if (life === undefined) continue;
      const heard = await this.#client.sync(life, this.#whoIn, assignments, joinPatienceMs);
      if (this.#isGood(heard)) return heard;
      if (heard instanceof CumulogError && heard.name !== "GroupUnavailable") return undefined;
      await this.sleep(this.prng.spread(20, 500));
    }
    return undefined;
  }

  /** By range, beginning anywhere: no two times of assigning are the same. */
  #assign(members: readonly string[]): ReadonlyMap<string, Assignment> {
    const { partitions } = this.options;
    const name = this.stage.world.nextValue();
    const first = this.prng.below(partitions);
    const share = Math.ceil(partitions / members.length);
    return new Map(
      members.map((member, i) => {
        const own = Array.from({ length: share }, (_, k) => i * share + k).filter(each => each < partitions);
        return [member, { name, partitions: own.map(each => (each + first) % partitions) }];
      }),
    );
  }

  /** Reads where to go on; false when it has to join again. */
  async #takeUp({ partitions }: Assignment): Promise<boolean> {
    this.#owned.clear();
    while (!this.isGone) {
      const life = await this.pickLife();
      if (life === undefined) continue;
      const saysWho = this.prng.chance(0.5);
      const heard = await this.#client.committed(life, this.#whoIn, this.options.topic, partitions, {
        isOwner: true,
        saysWho,
        patienceMs,
      });
      if (this.#isGood(heard)) {
        for (const { partition, offset } of heard) this.#owned.set(partition, offset);
        return true;
      }
      if (heard instanceof CumulogError && heard.name !== "GroupUnavailable") return false;
      if (!(await this.#beat())) return false;
    }
    return false;
  }

  async #work(): Promise<void> {
    const { sessionMs, commits } = this.options;
    this.#isSettled = true;
    while (!this.isGone && !this.mustLeave) {
      await this.sleep(sessionMs * this.prng.between(0.1, 0.25));
      if (this.mustPause && !(await this.#oversleep())) break;
      if (!(await this.#beat())) break;
      if (this.prng.chance(commits) && !(await this.#commit())) break;
    }
    this.#isSettled = false;
    // What it has read, before others go on: it is of the generation that ends.
    if (!this.isGone && this.#generation >= 0 && this.prng.chance(0.5)) await this.#commit();
  }

  /** False when it has to join again. */
  async #beat(): Promise<boolean> {
    const life = await this.pickLife();
    if (life === undefined || this.isGone) return !this.isGone;
    if (this.stage.world.crowded.has(this.options.group)) this.stage.world.rows.add(23);
    const heard = await this.#client.heartbeat(life, this.#whoIn, this.options.sessionMs / 4);
    return this.#isGood(heard) || heard === undefined || heard.name === "GroupUnavailable";
  }

  /** Reads on, and says so; false when it has to join again. */
  async #commit(): Promise<boolean> {
    const life = await this.pickLife();
    if (life === undefined || this.isGone || this.#owned.size === 0) return !this.isGone;
    const offsets = [...this.#owned]
      .filter(() => this.prng.chance(0.7))
      .map(([partition, offset]) => ({ partition, offset: offset + 1 + this.prng.below(9) }));
    if (offsets.length === 0) return true;
    for (const { partition, offset } of offsets) this.#owned.set(partition, offset);
    const patience = this.prng.chance(0.7) ? patienceMs : this.prng.spread(100, 5_000);
    const heard = await this.#client.commit(life, this.#whoIn, this.options.topic, offsets, patience);
    return this.#isGood(heard) || heard === undefined || heard.name === "GroupUnavailable";
  }

  /** False when it has to join again. */
  async #oversleep(): Promise<boolean> {
    this.mustPause = false;
    this.#isSettled = false;
    await this.sleep(this.options.sessionMs * this.prng.between(1.4, 4));
    if (this.isGone) return false;
    this.stage.world.rows.add(21);
    this.#isSettled = await this.#commit();
    return this.#isSettled;
  }

  async #leave(): Promise<void> {
    const life = await this.pickLife();
    if (life !== undefined && this.#id !== "") await this.#client.leave(life, this.#who, patienceMs);
    this.die();
  }

  /** Whether it is an answer. Heeds what an error says that it has to do. */
  #isGood<T>(heard: Heard<T>): heard is T {
    if (heard === undefined) return false;
    if (!(heard instanceof CumulogError)) return true;
    if (heard.name === "InstanceFenced") this.die();
    if (heard.name === "UnknownMember") {
      this.#id = "";
      this.#generation = -1;
    }
    return false;
  }

  get #who() {
    const { group, instanceId } = this.options;
    return { group, memberId: this.#id, ...(instanceId !== undefined && { instanceId }) };
  }

  get #whoIn() {
    return { ...this.#who, generation: this.#generation };
  }
}
