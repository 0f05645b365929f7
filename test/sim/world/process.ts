/**
 * One process of the simulated world: an engine with a clock, a chance and a line to the stores of its own. It is
 * killed at any await and started anew, and frozen and thawed; calls that it had sent go their own way.
 */
import {
  FaultyItemStore,
  FaultyObjectStore,
  type Travel,
  type WireEvent,
} from "../../../lib/adapters/faulty/index.ts";
import { pureCodecs } from "../../../lib/adapters/pure/index.ts";
import { Engine, type EngineOptions } from "../../../lib/engine/index.ts";
import type { ItemStore, ObjectStore, Telemetry } from "../../../lib/ports/index.ts";
import { Deferred } from "../../../lib/std/index.ts";
import { Gate } from "./gate.ts";
import type { Prng } from "./prng.ts";
import { ProcessClock } from "./process-clock.ts";
import type { World } from "./world.ts";

/** Told to whoever waited for a process that died. */
export const killed: unique symbol = Symbol("killed");
export type Killed = typeof killed;

/** One life of a process. */
export class Life {
  readonly name: string;
  readonly gate: Gate;
  readonly clock: ProcessClock;
  readonly items: ItemStore;
  readonly objects: ObjectStore;
  readonly engine: Engine;
  /** Requests under way, for the table of checks. */
  appending = 0;
  administering = 0;
  /** Members that wait in a barrier. */
  joining = 0;
  /** How often it was frozen. */
  freezes = 0;
  readonly #died = new Deferred<Killed>();
  readonly #world: World;
  readonly #underWay = new Set<() => void>();

  constructor(
    world: World,
    options: {
      readonly name: string;
      readonly prng: Prng;
      readonly aheadMs: number;
      readonly engine: EngineOptions;
    },
  ) {
    this.#world = world;
    this.name = options.name;
    this.gate = new Gate(world.scheduler);
    this.clock = new ProcessClock({ scheduler: world.scheduler, gate: this.gate }, options.aheadMs);
    const wire = {
      decide: world.decideFor(this),
      travel: this.#travel(),
      watch: (event: WireEvent) => world.watched(this, event),
    };
    this.items = new FaultyItemStore({ ...wire, store: world.itemHistory });
    this.objects = new FaultyObjectStore({ ...wire, store: world.memoryObjects });
    const random = { bytes: (n: number) => options.prng.bytes(n), number: () => options.prng.number() };
    this.engine = new Engine(
      {
        items: this.items,
        objects: this.objects,
        clock: this.clock,
        random,
        telemetry: this.#telemetry(),
        codecs: pureCodecs,
      },
      options.engine,
    );
  }

  get isDead(): boolean {
    return this.gate.isClosed;
  }

  /** Runs something within the process: once it is thawed, and never, when it dies before. */
  run<T>(work: () => Promise<T>): Promise<T | Killed> {
    const done = new Deferred<T>();
    this.gate.pass(() => void work().then(done.resolve, done.reject));
    return Promise.race([done.promise, this.#died.promise]);
  }

  /** Its promises never settle, its timers never fire; a call on its way arrives, or is dropped, as `isLost` says. */
  kill(isLost: () => boolean): void {
    this.gate.close();
    for (const cancel of [...this.#underWay]) if (isLost()) cancel();
    this.#underWay.clear();
    this.#died.resolve(killed);
  }

  #travel(): Travel {
    const { scheduler } = this.#world;
    return {
      toStore: (ms, arrive) => {
        const cancel = scheduler.after(ms, () => {
          this.#underWay.delete(cancel);
          arrive();
        });
        this.#underWay.add(cancel);
      },
      toCaller: (ms, answer) => {
        scheduler.after(ms, () => this.gate.pass(answer));
      },
    };
  }

  #telemetry(): Telemetry {
    return {
      log: (level, message, fields) =>
        this.#world.note(() => `${this.name} says ${level}: ${message} ${JSON.stringify(fields ?? {})}`),
      count: () => undefined,
      observe: () => undefined,
      gauge: () => undefined,
    };
  }
}
