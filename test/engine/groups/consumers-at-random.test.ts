/**
 * Members of KIP-848 that beat at three processes at once, over a store whose calls take their time in any order and lose
 * answers: no two clients are ever told the same partition, and once nothing fails any more every partition is with one.
 */
import { describe, expect, it } from "vitest";
import { type Engine, leavingEpoch } from "../../../lib/engine/index.ts";
import type { TopicPartitions } from "../../../lib/format/items/index.ts";
import { CumulogError, present } from "../../../lib/std/index.ts";
import { anEngine, memoryDeps } from "../../support/log.ts";
import { Chance, slow, turns, type Weather } from "./weather.ts";

const partitions = 6;
const members = 4;
const beatsEach = 40;
const seeds = Array.from({ length: 25 }, (_, i) => i + 1);

/** Which client has been told which partition. */
class Told {
  readonly #byPartition = new Map<number, string>();
  readonly violations: string[] = [];

  take(memberId: string, assigned: TopicPartitions): void {
    const now = new Set([...assigned.values()].flat());
    for (const [partition, owner] of this.#byPartition)
      if (owner === memberId && !now.has(partition)) this.#byPartition.delete(partition);
    for (const partition of now) {
      const owner = this.#byPartition.get(partition);
      if (owner !== undefined && owner !== memberId)
        this.violations.push(`${partition} is told to ${memberId}, and ${owner} has it`);
      this.#byPartition.set(partition, memberId);
    }
  }

  get size(): number {
    return this.#byPartition.size;
  }
}

/** One client: it gives up what it is told to at once, and says so with its next heartbeat. */
class Client {
  readonly #engines: readonly Engine[];
  readonly #chance: Chance;
  readonly #told: Told;
  #memberId: string;
  #lives = 0;
  #epoch = 0;
  #owned: TopicPartitions = new Map();
  #isNews = true;

  constructor(name: string, engines: readonly Engine[], chance: Chance, told: Told) {
    this.#memberId = name;
    this.#engines = engines;
    this.#chance = chance;
    this.#told = told;
  }

  async live(beats: number): Promise<void> {
    for (let i = 0; i < beats; i++) {
      await turns(this.#chance.below(6));
      if (this.#chance.below(25) === 0) await this.#leave();
      else await this.beat();
    }
  }

  async beat(): Promise<void> {
    const isJoining = this.#epoch === 0;
    const saysAll = isJoining || this.#isNews;
    this.#isNews = true;
    try {
      const answer = await this.#engine.groups.consumerHeartbeat({
        ...this.#self,
        epoch: this.#epoch,
        ...(isJoining && { names: ["t"] }),
        ...(saysAll && { owned: this.#owned }),
      });
      this.#epoch = answer.epoch;
      this.#isNews = answer.assignment !== undefined;
      if (answer.assignment) this.#own(answer.assignment);
    } catch (error) {
      if (!(error instanceof CumulogError)) throw error;
      if (error.name !== "GroupUnavailable") this.#begin();
    }
  }

  /** Whether this is its present name. */
  isCalled(memberId: string): boolean {
    return this.#memberId === memberId;
  }

  async #leave(): Promise<void> {
    // Whoever leaves has stopped reading before it says so.
    this.#own(new Map());
    try {
      await this.#engine.groups.consumerHeartbeat({ ...this.#self, epoch: leavingEpoch });
    } catch (error) {
      if (!(error instanceof CumulogError)) throw error;
    }
    this.#begin();
  }

  /** As a new member: the one before may still have its place for a while. */
  #begin(): void {
    this.#own(new Map());
    this.#epoch = 0;
    this.#memberId = `${this.#memberId.split("-")[0]}-${++this.#lives}`;
  }

  #own(assigned: TopicPartitions): void {
    this.#owned = assigned;
    this.#told.take(this.#memberId, assigned);
  }

  get #self() {
    return { group: "g", memberId: this.#memberId, clientId: "c", host: "h" };
  }

  get #engine(): Engine {
    return present(this.#engines[this.#chance.below(this.#engines.length)], "engine");
  }
}

async function run(seed: number) {
  const chance = new Chance(seed);
  const weather: Weather = { isFoul: false };
  const deps = memoryDeps();
  const told = new Told();
  const engines = Array.from({ length: 3 }, () =>
    anEngine({ ...deps, items: slow(deps.items, chance, weather) }),
  );
  await present(engines[0], "engine").topics.create({ name: "t", partitions });
  weather.isFoul = true;
  const clients = Array.from({ length: members }, (_, i) => new Client(`m${i}`, engines, chance, told));
  await Promise.all(clients.map(client => client.live(beatsEach)));
  weather.isFoul = false;
  return { told, clients, engine: present(engines[0], "engine") };
}

describe("members of KIP-848 among faults", () => {
  for (const seed of seeds)
    it(`are never told the same partition, seed ${seed}`, async () => {
      const { told, clients, engine } = await run(seed);
      expect(told.violations).toEqual([]);
      // Those who left without being heard are taken out, as their sessions would do it.
      for (const { memberId } of (await engine.groups.describeConsumers("g")).members)
        if (!clients.some(client => client.isCalled(memberId)))
          await engine.groups.consumerHeartbeat({
            group: "g",
            memberId,
            epoch: leavingEpoch,
            clientId: "c",
            host: "h",
          });
      for (let i = 0; i < 12; i++) for (const client of clients) await client.beat();
      expect(told.violations).toEqual([]);
      expect(told.size).toBe(partitions);
    });
});
