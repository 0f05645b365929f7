/**
 * An idempotent producer as clients have it: up to five batches under way to one partition, each sent again until it is
 * acknowledged, through whichever process is at hand, sometimes through two at once. Now and then it raises its epoch and
 * leaves behind what is under way: a zombie's batches. When the calendar has leapt it comes back to a log that has forgotten
 * it, or not, and sends again what is old.
 */
import type { AppendAnswer } from "../../../lib/engine/index.ts";
import { clientTimeMs } from "../world/client.ts";
import type { Prng } from "../world/prng.ts";
import { killed, type Life } from "../world/process.ts";
import type { NewBatches } from "../world/requests.ts";
import { aimAt, type StableTopic, type Stage } from "./stage.ts";

/** Kafka's max.in.flight.requests.per.connection of an idempotent producer. */
const underWayMax = 5;
/** Producers that ended before, and whose last batches come again from somewhere after a leap. */
const hauntingMax = 3;
/** Batches of a producer that a log remembers at least; a client asks again for none that are older. */
const rememberedMax = 5;

export async function producer(stage: Stage, prng: Prng): Promise<void> {
  const past: Session[] = [];
  while (!stage.isOver) {
    await stage.pause(prng.spread(5, 2_000));
    const id = await newProducerId(stage, prng);
    if (id === undefined) continue;
    const session = new Session(stage, prng, id, past.slice(-hauntingMax));
    past.push(session);
    await session.run();
  }
}

async function newProducerId(stage: Stage, prng: Prng): Promise<number | undefined> {
  const life = stage.pickWriter(prng);
  if (life === undefined) return undefined;
  const id = await life.run(() => life.engine.newProducerId()).catch(() => undefined);
  return id === killed ? undefined : id;
}

/** One producer id, writing to one partition. */
class Session {
  readonly #stage: Stage;
  readonly #prng: Prng;
  readonly #id: number;
  readonly #target: ReturnType<Stage["pickTarget"]>;
  #epoch = 0;
  #next = 0;
  /** What is not acknowledged, by its first sequence. Of the present epoch, as is what was sent last. */
  readonly #underWay = new Map<Promise<void>, number>();
  readonly #sentLast: Sent[] = [];
  readonly #past: readonly Session[];
  #leaps: number;

  constructor(stage: Stage, prng: Prng, id: number, past: readonly Session[]) {
    this.#stage = stage;
    this.#prng = prng;
    this.#id = id;
    this.#past = past;
    this.#leaps = stage.world.leaps;
    const isFit = ({ isStamped, rules }: StableTopic): boolean => !isStamped && !rules?.isCompact;
    this.#target = aimAt(prng, prng.pick(stage.stable.filter(isFit)));
  }

  async run(): Promise<void> {
    const batches = 3 + this.#prng.below(25);
    for (let i = 0; i < batches && !this.#stage.isOver; i++) {
      if (this.#underWay.size >= underWayMax) await Promise.race(this.#underWay.keys());
      if (this.#leaps < this.#stage.world.leaps) await this.#comeBack();
      if (this.#prng.chance(0.04)) this.#raiseEpoch();
      this.#start();
      if (this.#prng.chance(0.5)) await this.#stage.pause(this.#prng.spread(1, 300));
    }
    await Promise.all(this.#underWay.keys());
  }

  /** After a leap. Its own old batch comes again too, or it goes on as if nothing had happened. */
  async #comeBack(): Promise<void> {
    this.#leaps = this.#stage.world.leaps;
    for (const session of this.#past) await session.#sendOld();
    if (this.#prng.chance(0.4) || !(await this.#sendOld())) return;
    this.#raiseEpoch();
  }

  /**
   * Somebody else's record makes the log a day older, then one of the last batches is sent again, answered or not: mostly to
   * the process that appended that record. Another may not have heard of it.
   */
  async #sendOld(): Promise<boolean> {
    const old = this.#sentLast.filter(({ leaps }) => leaps < this.#stage.world.leaps);
    const other = this.#stage.pickWriter(this.#prng);
    if (old.length === 0 || other === undefined) return false;
    await this.#stage.client.append(other, [this.#stage.newBatches(this.#prng, this.#target)]);
    const life = this.#prng.chance(0.8) ? other : this.#stage.pickWriter(this.#prng);
    if (life !== undefined) await this.#sendAgain(life, this.#prng.pick(old));
    return true;
  }

  async #sendAgain(life: Life, old: Sent): Promise<void> {
    const [answer] = (await this.#stage.client.append(life, [old.batch])) ?? [];
    const isThereAgain =
      answer?.kind === "appended" && old.offset !== undefined && answer.baseOffset !== old.offset;
    if (isThereAgain || isUnknown(answer)) this.#stage.world.rows.add(10);
  }

  /** What is under way is not sent again, and may arrive all the same: before the new epoch does, or never. */
  #raiseEpoch(): void {
    if (this.#next === 0) return;
    if (this.#underWay.size > 0) this.#stage.world.rows.add(11);
    this.#epoch++;
    this.#next = 0;
    this.#underWay.clear();
    this.#sentLast.length = 0;
  }

  #start(): void {
    const records = Array.from({ length: 1 + this.#prng.below(3) }, () => ({
      value: this.#stage.world.nextValue(),
      timestampMs: clientTimeMs(this.#stage.world),
      paddingBytes: Math.floor(this.#prng.spread(1, 400)),
    }));
    const sequence = this.#next;
    this.#next += records.length;
    const batch = {
      ...this.#target,
      batches: [records],
      producer: { id: this.#id, epoch: this.#epoch, sequence },
    };
    const sent: Sent = { batch, sequence, leaps: this.#stage.world.leaps, offset: undefined };
    this.#sentLast.push(sent);
    if (this.#sentLast.length > rememberedMax) this.#sentLast.shift();
    const done = this.#deliver(sent, this.#epoch).finally(() => this.#underWay.delete(done));
    this.#underWay.set(done, sequence);
  }

  /** Sends it until it is acknowledged, or the epoch is over. */
  async #deliver(own: Sent, epoch: number): Promise<void> {
    const { batch, sequence } = own;
    for (let tries = 0; epoch === this.#epoch; tries++) {
      const isNext = [...this.#underWay.values()].every(other => other >= sequence);
      const life = this.#stage.pickWriter(this.#prng);
      if (life === undefined) {
        await this.#stage.pause(50);
        continue;
      }
      const sent = [this.#stage.client.append(life, [batch])];
      const other = this.#stage.pickWriter(this.#prng);
      if (other !== undefined && other !== life && this.#prng.chance(0.1)) {
        this.#stage.world.rows.add(8);
        sent.push(this.#stage.client.append(other, [batch]));
      }
      const answers = (await Promise.all(sent)).map(all => all?.[0]);
      const appended = answers.find(answer => answer?.kind === "appended");
      if (appended) {
        own.offset = appended.baseOffset;
        return;
      }
      // It is there, Kafka's clients conclude. The checker knows whether it may be.
      if (answers.some(isDuplicate)) return;
      if (answers.some(isMissing)) this.#stage.world.rows.add(9);
      // Forgotten, or begun anew by an old batch of its own: it goes on with a new epoch, as Kafka's clients do.
      const isLost = answers.some(isMissing) || answers.some(isUnknown);
      if (isNext && isLost && epoch === this.#epoch) this.#raiseEpoch();
      await this.#stage.pause(this.#prng.spread(1, Math.min(2_000, 20 * 2 ** tries)));
    }
  }
}

/** A batch that was sent. */
type Sent = {
  readonly batch: NewBatches;
  readonly sequence: number;
  /** How often the calendar had leapt. */
  readonly leaps: number;
  /** Where it is, once acknowledged. */
  offset: number | undefined;
};

function isUnknown(answer: AppendAnswer | undefined): boolean {
  return answer?.kind === "failed" && answer.error.name === "UnknownProducer";
}

function isDuplicate(answer: AppendAnswer | undefined): boolean {
  return answer?.kind === "failed" && answer.error.name === "DuplicateSequence";
}

function isMissing(answer: AppendAnswer | undefined): boolean {
  return answer?.kind === "failed" && answer.error.name === "OutOfOrderSequence";
}
