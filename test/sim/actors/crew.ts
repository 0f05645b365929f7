/**
 * Everybody in one group: hires members, lets them leave, die, oversleep and come back under their instance id, and looks
 * from outside at what they have committed. Once settling it lets those who are there be.
 */
import { GroupClient } from "../world/group-client.ts";
import type { Prng } from "../world/prng.ts";
import { Consumer } from "./consumer.ts";
import type { Hand, HandOptions } from "./hand.ts";
import { InstanceUser } from "./instance.ts";
import { crowd, Member } from "./member.ts";
import { Poller } from "./poller.ts";
import type { Stage } from "./stage.ts";

/** How one speaks to its group: those of `member` are of kind classic, all others go together in groups of kind consumer. */
export type Face = "member" | "consumer" | "poller" | "instance";

export type CrewOptions = {
  /** Each is one of these. */
  readonly faces: readonly Face[];
  /** It is deleted now and then, and made anew. */
  readonly isBuried: boolean;
  readonly group: string;
  readonly topic: string;
  readonly partitions: number;
  /** Members that there are mostly. */
  readonly size: number;
  /** Of them, those with an instance id. */
  readonly instances: number;
  /** Between changes among them, on average, ms. */
  readonly churnMs: number;
  readonly commits: number;
  readonly loyalty: number;
};

const sessionsMs = [6_000, 6_000, 10_000, 15_000] as const;
const rebalancesMs = [6_000, 15_000, 30_000] as const;

export class Crew {
  readonly options: CrewOptions;
  readonly client: GroupClient;
  readonly #stage: Stage;
  readonly #prng: Prng;
  readonly #members: Hand[] = [];
  #isSettling = false;
  #isAway = false;
  #hired = 0;

  constructor(stage: Stage, prng: Prng, options: CrewOptions) {
    this.#stage = stage;
    this.#prng = prng;
    this.options = options;
    this.client = new GroupClient(stage.world);
    if (options.size >= crowd) stage.world.crowded.add(options.group);
  }

  /** Those who are there. */
  get members(): readonly Hand[] {
    return this.#members.filter(({ isGone }) => !isGone);
  }

  get isClassic(): boolean {
    return this.options.faces.includes("member");
  }

  /** Hires everybody; they play from now on. */
  begin(): void {
    for (let i = 0; i < this.options.size; i++)
      this.#hire(i < this.options.instances ? `instance-${i}` : undefined);
    this.#stage.play([this.#churn(), this.#observe()]);
  }

  /** Everybody leaves, and nobody comes until they are called back. */
  goAway(): void {
    this.#isAway = true;
    for (const member of this.members) member.leave();
  }

  comeBack(): void {
    this.#isAway = false;
  }

  /** No more comings and goings but these: somebody is there. */
  settle(): void {
    this.#isAway = false;
    if (!this.#isSettling) for (const member of this.members) member.stay();
    this.#isSettling = true;
    if (this.members.length === 0) this.#hire(undefined);
  }

  /** One more change: somebody leaves, or comes where there is one alone. */
  change(): void {
    const [first, second] = this.members;
    if (first && second) first.leave();
    else this.#hire(undefined);
  }

  #hire(instanceId: string | undefined): void {
    const { group, topic, partitions, commits, loyalty, faces } = this.options;
    const prng = this.#prng.fork(`member ${this.#hired++}`);
    const face = faces.length > 1 ? prng.fork("face").pick(faces) : faces[0];
    const hand = { group, topic, partitions, commits, loyalty };
    const member = this.#make(face, prng, instanceId === undefined ? hand : { ...hand, instanceId });
    this.#members.push(member);
    this.#stage.play([member.run()]);
  }

  #make(face: Face | undefined, prng: Prng, options: HandOptions): Hand {
    const stage = this.#stage;
    // Only members have instance ids.
    if (face === "consumer" || (face !== "member" && options.instanceId !== undefined))
      return new Consumer(stage, prng, options);
    if (face === "poller") return new Poller(stage, prng, options);
    if (face === "instance") return new InstanceUser(stage, prng, options);
    const sessionMs = prng.pick(sessionsMs);
    const rebalanceMs = prng.pick(rebalancesMs);
    const mustKnowId = prng.chance(0.5);
    return new Member(stage, this.client, prng, { ...options, sessionMs, rebalanceMs, mustKnowId });
  }

  async #churn(): Promise<void> {
    const { churnMs, size } = this.options;
    while (!this.#isSettling) {
      await this.#stage.world.scheduler.sleep(this.#prng.spread(churnMs / 4, churnMs * 2));
      if (this.#isSettling) return;
      if (this.#isAway) continue;
      if (this.members.length < size) this.#hire(undefined);
      if (this.members.length > 0) this.#disturb(this.#prng.pick(this.members));
    }
  }

  #disturb(member: Hand): void {
    const { instanceId } = member.options;
    const draw = this.#prng.number();
    if (draw < 0.3) member.leave();
    else if (draw < 0.55) member.die();
    else if (draw < 0.85) member.pause();
    if (instanceId === undefined || draw >= 0.7) return;
    // Its machine is started again: at once, or while the one before still believes to be it.
    this.#hire(instanceId);
  }

  /** As an operator's tool looks: of no generation. */
  async #observe(): Promise<void> {
    const { group, topic, partitions } = this.options;
    const everything = Array.from({ length: partitions }, (_, i) => i);
    while (!this.#stage.isOver) {
      const pauseMs = this.#prng.spread(50, 3_000);
      await this.#stage.world.scheduler.sleep(this.isClassic ? pauseMs : 2 * pauseMs);
      const life = this.#stage.pickLife(this.#prng);
      if (life === undefined || this.#stage.isOver) continue;
      const nobody = { group, memberId: "", generation: -1 };
      await this.client.committed(life, nobody, topic, everything, {
        isOwner: false,
        saysWho: false,
        patienceMs: 12_000,
      });
    }
  }
}
