/**
 * Consumers of both protocols that come and go at three processes, over a store whose calls take their time in any order and lose
 * answers, so that their group changes its kind again and again. No two are ever told the same partition; whoever begins to
 * read a partition finds what was committed before, and nothing older lands after that.
 */
import { describe, expect, it } from "vitest";
import { defaultEngineOptions, type Engine } from "../../../lib/engine/index.ts";
import { readGroupState } from "../../../lib/format/items/index.ts";
import type { ItemStore } from "../../../lib/ports/index.ts";
import { CumulogError, Deferred, present } from "../../../lib/std/index.ts";
import { anEngine, memoryDeps } from "../../support/log.ts";
import { ClassicConsumer, type Consumer, group, NewConsumer, topic } from "./migrating.ts";
import { Chance, slow, turns, type Weather } from "./weather.ts";

const partitions = 6;
const slots = 4;
const livesEach = 60;
const seeds = Array.from({ length: 20 }, (_, i) => i + 1);

/** Who may read what, and where each has begun. */
class Truth {
  readonly violations: string[] = [];
  readonly #owners = new Map<number, string>();
  readonly #positions = new Map<number, { readonly of: string; at: number }>();
  readonly #committed = new Map<number, number>();

  own(client: string, owned: readonly number[]): void {
    for (const [partition, owner] of this.#owners)
      if (owner === client && !owned.includes(partition)) this.#owners.delete(partition);
    for (const partition of owned) {
      const owner = this.#owners.get(partition);
      if (owner !== undefined && owner !== client)
        this.violations.push(`${partition} is told to ${client}, and ${owner} has it`);
      this.#owners.set(partition, client);
    }
  }

  /** What must be found by whoever asks from now on. */
  committed(partition: number): number {
    return this.#committed.get(partition) ?? 0;
  }

  begins(client: string, partition: number, at: number, least: number): void {
    if (at < least) this.violations.push(`${client} begins ${partition} at ${at}, ${least} was committed`);
    this.#positions.set(partition, { of: client, at });
  }

  /** Where it stands, if it is the one that began last. */
  position(client: string, partition: number): number | undefined {
    const position = this.#positions.get(partition);
    return position?.of === client ? position.at : undefined;
  }

  commits(client: string, partition: number, offset: number): void {
    const { of, at } = this.#positions.get(partition) ?? { of: client, at: 0 };
    if (of !== client && at < offset)
      this.violations.push(`${client} has committed ${offset} of ${partition}, where ${of} began at ${at}`);
    this.#committed.set(partition, Math.max(this.committed(partition), offset));
    const position = this.#positions.get(partition);
    if (position?.of === client) position.at = offset;
  }
}

/** A place where consumers come and go, of either protocol. */
class Slot {
  readonly #name: string;
  readonly #isCooperative: boolean;
  readonly #chance: Chance;
  readonly #truth: Truth;
  readonly #engines: readonly Engine[];
  #count = 0;
  consumer: Consumer;

  constructor(
    { name, isCooperative }: { readonly name: string; readonly isCooperative: boolean },
    {
      engines,
      chance,
      truth,
    }: { readonly engines: readonly Engine[]; readonly chance: Chance; readonly truth: Truth },
  ) {
    this.#name = name;
    this.#isCooperative = isCooperative;
    this.#engines = engines;
    this.#chance = chance;
    this.#truth = truth;
    this.consumer = this.#next();
  }

  /** Lives so often, and on while others do: whoever waits for it would see it expire. */
  async live(times: number, end: End): Promise<void> {
    for (let i = 1; !end.isReached; i++) {
      if (i > times) end.reach(this);
      await turns(this.#chance.below(6));
      const luck = this.#chance.below(100);
      if (luck < 5) await this.#replace();
      else if (luck < 40) await this.#commit();
      else await this.consumer.live(this.#engine);
    }
  }

  async #replace(): Promise<void> {
    await this.consumer.leave(this.#engine);
    this.consumer = this.#next();
  }

  async #commit(): Promise<void> {
    const { consumer } = this;
    const { claim, name } = consumer;
    const partition = consumer.owned[this.#chance.below(Math.max(1, consumer.owned.length))];
    if (claim === undefined || partition === undefined) return;
    const { offsets } = this.#engine.groups;
    const at = this.#truth.position(name, partition);
    try {
      if (at === undefined) {
        const least = this.#truth.committed(partition);
        const asked = [{ topic, partitions: [partition] }];
        const [answer] = await offsets.fetch(group, asked, { claim, stamps: true });
        if (answer?.kind !== "offsets" || !consumer.owned.includes(partition)) return;
        this.#truth.begins(name, partition, answer.partitions[0]?.committed?.offset ?? 0, least);
        return;
      }
      const commits = [{ topic, partitions: [{ partition, offset: at + 1 }] }];
      const [done] = await offsets.commit(group, claim, commits);
      if (done?.partitions[0]?.kind === "done") this.#truth.commits(name, partition, at + 1);
    } catch (error) {
      if (!(error instanceof CumulogError)) throw error;
    }
  }

  #next(): Consumer {
    const name = `${this.#name}.${++this.#count}`;
    const isCooperative = this.#isCooperative;
    const onOwned = this.#truth.own.bind(this.#truth);
    // One place is that of a static member, which changes its protocol under one name.
    const isStatic = this.#name === "a";
    const options = { name, partitions, isCooperative, onOwned, ...(isStatic && { instanceId: "i" }) };
    return this.#chance.below(2) === 0 ? new NewConsumer(options) : new ClassicConsumer(options);
  }

  get #engine(): Engine {
    return present(this.#engines[this.#chance.below(this.#engines.length)], "engine");
  }
}

/** When all of them have lived as often as they were to. */
class End {
  readonly #done = new Set<Slot>();
  readonly #reached = new Deferred<void>();
  readonly reached = this.#reached.promise;

  get isReached(): boolean {
    return this.#done.size === slots;
  }

  reach(slot: Slot): void {
    this.#done.add(slot);
    if (this.isReached) this.#reached.resolve();
  }
}

/** How often the group's state was changed from one kind to the other. */
function countingKinds(items: ItemStore, counts: { changes: number }): ItemStore {
  let kind = "";
  return new Proxy(items, {
    get(target, name: keyof ItemStore) {
      if (name !== "put") return target[name].bind(target);
      return async (...args: Parameters<ItemStore["put"]>) => {
        const result = await target.put(...args);
        const [{ pk, sk, attributes }] = args;
        if (pk !== `G#${group}` || sk !== "state" || result.kind !== "applied") return result;
        const state = readGroupState(group, attributes);
        if (kind !== "" && kind !== state.kind && state.phase !== "empty") counts.changes++;
        kind = state.kind;
        return result;
      };
    },
  });
}

async function run(seed: number) {
  const chance = new Chance(seed);
  const weather: Weather = { isFoul: false };
  const counts = { changes: 0 };
  const deps = memoryDeps();
  const items = countingKinds(deps.items, counts);
  const truth = new Truth();
  // Those who vanish without being heard are not expired: it would take as long as their sessions.
  const groups = { ...defaultEngineOptions.groups, consumerHeartbeatMs: 0 };
  const options = { groups, watchPauseMs: 1, watchPauseMsMax: 2 };
  const engines = Array.from({ length: 3 }, () =>
    anEngine({ ...deps, items: slow(items, chance, weather) }, options),
  );
  await present(engines[0], "engine").topics.create({ name: topic, partitions });
  weather.isFoul = true;
  const isCooperative = seed % 2 === 0;
  const all = Array.from(
    { length: slots },
    (_, i) => new Slot({ name: `${"abcd"[i]}`, isCooperative }, { engines, chance, truth }),
  );
  const end = new End();
  const living = all.map(slot => slot.live(livesEach, end));
  await end.reached;
  const violations = [...truth.violations];
  weather.isFoul = false;
  await Promise.all(engines.map(engine => engine.drain()));
  await Promise.all(living);
  return { violations, counts };
}

describe("consumers of both protocols among faults", () => {
  let changes = 0;
  for (const seed of seeds)
    it(`have one owner a partition and lose no commit, seed ${seed}`, async () => {
      const { violations, counts } = await run(seed);
      changes += counts.changes;
      expect(violations).toEqual([]);
    });

  it("have changed the kind of their group again and again", () => {
    expect(changes).toBeGreaterThan(seeds.length);
  });
});
