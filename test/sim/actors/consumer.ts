/**
 * A member of KIP-848, as clients have it: it beats at whichever process is at hand, gives up what it is told to and says so,
 * takes up what it is given by reading where to go on, reads and commits in its epoch. It leaves for good or for a while, or
 * dies, and sleeps beyond its session, to commit as if nothing had happened.
 */
import type { FetchAnswer } from "../../../lib/engine/index.ts";
import { leavingEpoch, leavingForAWhileEpoch } from "../../../lib/engine/index.ts";
import { CumulogError, present } from "../../../lib/std/index.ts";
import type { Heard } from "../world/asking.ts";
import { ConsumerClient, type Told } from "../world/consumer-client.ts";
import { GroupClient } from "../world/group-client.ts";
import type { Prng } from "../world/prng.ts";
import { killed } from "../world/process.ts";
import { Hand, type HandOptions, type Standing } from "./hand.ts";
import type { Stage } from "./stage.ts";

/** A request's time in a process, and the way there and back. */
const patienceMs = 12_000;
const beatPatienceMs = 5_000;

const refusalsMax = 8;

/** It is not in its group any more, or not as it believes. */
const fenced = new Set(["UnknownMember", "FencedMemberEpoch", "InstanceFenced"]);

export class Consumer extends Hand {
  readonly #beats: ConsumerClient;
  readonly #offsets: GroupClient;
  readonly #heartbeatMs: number;
  /** What it has, and where it stands there; undefined: it has still to read where to go on. */
  readonly #owned = new Map<number, number | undefined>();
  readonly #assignor: string;
  #id: string;
  #epoch = 0;
  /** It has read on since it committed. */
  #hasNews = false;
  #refusals = 0;
  #isSaid = false;
  #isHeard = false;

  constructor(stage: Stage, prng: Prng, options: HandOptions) {
    super(stage, prng, options);
    this.#beats = new ConsumerClient(stage.world);
    this.#offsets = new GroupClient(stage.world);
    this.#heartbeatMs = stage.world.engineOptions.groups.consumerHeartbeatMs;
    this.#id = this.#newId();
    this.#assignor = prng.pick(["uniform", "range"]);
  }

  get id(): string {
    return this.#id;
  }

  get standing(): Standing | undefined {
    const isSettled = this.#isHeard && [...this.#owned.values()].every(each => each !== undefined);
    return isSettled ? { generation: this.#epoch, owned: this.#holds } : undefined;
  }

  async run(): Promise<void> {
    while (!this.isGone) {
      if (this.mustLeave) await this.#leave();
      else if (this.mustPause) await this.#oversleep();
      else {
        await this.#beat();
        await this.#takeUp();
        await this.#read();
        // At the end only what is news: whoever commits what it has committed proves nothing any more.
        const isTime = this.stage.isOver ? this.#hasNews : this.prng.chance(this.options.commits);
        if (isTime) await this.#commit();
        await this.sleep(this.#heartbeatMs * this.prng.between(0.3, 1));
      }
    }
  }

  async #beat(): Promise<void> {
    const life = await this.pickLife();
    if (life === undefined || this.isGone) return;
    if (this.stage.world.crowded.has(this.options.group)) this.stage.world.rows.add(23);
    const says = this.#epoch === 0 || !this.#isSaid;
    const holding = { holds: this.#holds, says };
    const heard = await this.#beats.beat(
      life,
      this.#who(this.#epoch),
      this.#reading,
      holding,
      beatPatienceMs,
    );
    const isGood = this.#isGood(heard);
    this.#isHeard = isGood;
    // Whoever was asked may have heard it: the next time it says all that it has.
    this.#isSaid =
      isGood && (heard.partitions === undefined || (says && isSame(heard.partitions, this.#holds)));
    if (isGood && !this.isGone) await this.#hear(heard);
  }

  async #hear({ memberId, epoch, partitions }: Told): Promise<void> {
    this.#id = memberId;
    const gone = partitions ? this.#holds.filter(each => !partitions.includes(each)) : [];
    // Of what it is to give up it commits, in the epoch in which it had it.
    if (gone.length > 0 && this.prng.chance(0.6)) await this.#commit();
    if (this.isGone || !this.#isHeard) return;
    this.#epoch = epoch;
    for (const each of gone) this.#owned.delete(each);
    for (const each of partitions ?? []) this.#owned.set(each, this.#owned.get(each));
  }

  /** Reads where to go on in what it was given. */
  async #takeUp(): Promise<void> {
    const missing = [...this.#owned].filter(([, position]) => position === undefined).map(([each]) => each);
    const life = missing.length > 0 ? await this.pickLife() : undefined;
    if (life === undefined || this.isGone) return;
    const options = { isOwner: true, saysWho: true, patienceMs };
    const heard = await this.#offsets.committed(life, this.#whoIn, this.options.topic, missing, options);
    if (!this.#isGood(heard)) return;
    for (const { partition, offset } of heard) this.#owned.set(partition, offset);
  }

  async #read(): Promise<void> {
    const places = [...this.#owned].flatMap(([partition, offset]) =>
      offset === undefined ? [] : [{ topic: this.options.topic, partition, offset, bytesMax: 200 }],
    );
    const life = places.length > 0 ? await this.pickLife() : undefined;
    if (life === undefined || this.isGone) return;
    const fetching = life.run(() => life.engine.fetch(places, { waitMsMax: 0, bytesMin: 1, bytesMax: 400 }));
    const answers: readonly FetchAnswer[] | typeof killed | undefined = await Promise.race([
      fetching,
      this.sleep(patienceMs).then(() => undefined),
    ]);
    if (answers === undefined || answers === killed) return;
    for (const [i, { partition }] of places.entries()) {
      const answer = answers[i];
      if (answer?.kind !== "records" || !this.#owned.has(partition)) continue;
      if (answer.nextOffset !== this.#owned.get(partition)) this.#hasNews = true;
      this.#owned.set(partition, answer.nextOffset);
    }
  }

  async #commit(): Promise<void> {
    const life = await this.pickLife();
    const offsets = [...this.#owned].flatMap(([partition, offset]) =>
      offset === undefined || (!this.stage.isOver && this.prng.chance(0.2)) ? [] : [{ partition, offset }],
    );
    if (life === undefined || this.isGone || offsets.length === 0) return;
    const patience = this.prng.chance(0.7) ? patienceMs : this.prng.spread(100, 5_000);
    const heard = await this.#offsets.commit(life, this.#whoIn, this.options.topic, offsets, patience);
    // What it has left out is news still.
    if (this.#isGood(heard)) this.#hasNews = offsets.length < this.#owned.size;
  }

  async #oversleep(): Promise<void> {
    this.mustPause = false;
    this.#isHeard = false;
    await this.sleep(this.stage.world.engineOptions.groups.consumerSessionMs * this.prng.between(1.4, 4));
    if (this.isGone || this.#owned.size === 0) return;
    this.stage.world.rows.add(21);
    await this.#commit();
  }

  /** A static member may be back soon, and mostly is. */
  async #leave(): Promise<void> {
    const life = await this.pickLife();
    const isBack = this.options.instanceId !== undefined && this.prng.chance(0.6);
    const epoch = isBack ? leavingForAWhileEpoch : leavingEpoch;
    if (life !== undefined && this.#epoch > 0)
      await this.#beats.beat(
        life,
        this.#who(epoch),
        this.#reading,
        { holds: [], says: false },
        beatPatienceMs,
      );
    this.die();
  }

  /** Whether it is an answer. Heeds what an error says that it has to do. */
  #isGood<T>(heard: Heard<T>): heard is T {
    if (heard === undefined) return false;
    if (!(heard instanceof CumulogError)) return true;
    // Somebody has its place, and keeps it: no client asks for ever.
    if (heard.name === "UnreleasedInstance" && ++this.#refusals > refusalsMax) this.die();
    if (fenced.has(heard.name)) {
      this.#owned.clear();
      this.#epoch = 0;
      this.#isHeard = false;
      if (this.prng.chance(0.3)) this.#id = this.#newId();
    }
    return false;
  }

  get #holds(): readonly number[] {
    return [...this.#owned.keys()];
  }

  get #reading() {
    const { topic } = this.options;
    const topicId = present(this.stage.ids.get(topic), `the id of ${topic}`);
    return { topic, topicId, assignor: this.#assignor };
  }

  #who(epoch: number) {
    const { group, instanceId } = this.options;
    return { group, memberId: this.#id, epoch, ...(instanceId !== undefined && { instanceId }) };
  }

  get #whoIn() {
    const { epoch: generation, ...who } = this.#who(this.#epoch);
    return { ...who, generation };
  }

  #newId(): string {
    return this.stage.world.nextValue();
  }
}

function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every(each => b.includes(each));
}
