/**
 * An idempotent producer as clients have it: up to five batches under way to one partition, each sent again until it is
 * acknowledged, through whichever process is at hand, sometimes through two at once. Now and then it raises its epoch and
 * leaves behind what is under way: a zombie's batches.
 */
import type { AppendAnswer } from "../../../lib/engine/index.ts";
import { clientTimeMs } from "../world/client.ts";
import type { Prng } from "../world/prng.ts";
import { killed } from "../world/process.ts";
import type { NewBatches } from "../world/requests.ts";
import type { Stage } from "./stage.ts";

/** Kafka's max.in.flight.requests.per.connection of an idempotent producer. */
const underWayMax = 5;

export async function producer(stage: Stage, prng: Prng): Promise<void> {
  while (!stage.isOver) {
    await stage.pause(prng.spread(5, 2_000));
    const id = await newProducerId(stage, prng);
    if (id !== undefined) await new Session(stage, prng, id).run();
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
  /** Sequences acknowledged or not, of the present epoch. */
  readonly #underWay = new Set<Promise<void>>();

  constructor(stage: Stage, prng: Prng, id: number) {
    this.#stage = stage;
    this.#prng = prng;
    this.#id = id;
    const topic = prng.pick(stage.stable.filter(({ isStamped }) => !isStamped));
    this.#target = {
      topic: topic.name,
      log: topic.name,
      partition: prng.below(topic.partitions),
      isStamped: false,
    };
  }

  async run(): Promise<void> {
    const batches = 3 + this.#prng.below(25);
    for (let i = 0; i < batches && !this.#stage.isOver; i++) {
      if (this.#underWay.size >= underWayMax) await Promise.race(this.#underWay);
      if (this.#prng.chance(0.04)) this.#raiseEpoch();
      this.#start();
      if (this.#prng.chance(0.5)) await this.#stage.pause(this.#prng.spread(1, 300));
    }
    await Promise.all(this.#underWay);
  }

  /** What is under way is not sent again, and may arrive all the same: before the new epoch does, or never. */
  #raiseEpoch(): void {
    if (this.#next === 0) return;
    if (this.#underWay.size > 0) this.#stage.world.rows.add(11);
    this.#epoch++;
    this.#next = 0;
    this.#underWay.clear();
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
    const done = this.#deliver(batch, this.#epoch).finally(() => this.#underWay.delete(done));
    this.#underWay.add(done);
  }

  /** Sends it until it is acknowledged, or the epoch is over. */
  async #deliver(batch: NewBatches, epoch: number): Promise<void> {
    for (let tries = 0; epoch === this.#epoch; tries++) {
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
      if (answers.some(answer => answer?.kind === "appended")) return;
      if (answers.some(isMissing)) this.#stage.world.rows.add(9);
      await this.#stage.pause(this.#prng.spread(1, Math.min(2_000, 20 * 2 ** tries)));
    }
  }
}

function isMissing(answer: AppendAnswer | undefined): boolean {
  return answer?.kind === "failed" && answer.error.name === "OutOfOrderSequence";
}
