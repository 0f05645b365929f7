/**
 * The simulated world: one object store, one item store, one network, virtual time and one seed that decides it all.
 * It runs the real engine and watches the wire; whatever happens in it happens again, to the byte, with the same seed.
 */
import {
  type Call,
  type Decide,
  ItemHistory,
  type Outcome,
  type WireEvent,
} from "../../../lib/adapters/faulty/index.ts";
import { MemoryItemStore, MemoryObjectStore } from "../../../lib/adapters/memory/index.ts";
import type { EngineOptions } from "../../../lib/engine/index.ts";
import type { ItemKey } from "../../../lib/ports/index.ts";
import { Deferred, present } from "../../../lib/std/index.ts";
import { HistoryWriter, type Violation } from "../checker/index.ts";
import { showCall } from "./calls.ts";
import { Gate } from "./gate.ts";
import { Prng } from "./prng.ts";
import { Life } from "./process.ts";
import { ProcessClock } from "./process-clock.ts";
import { type CheckRow, type Deed, Tally } from "./rows.ts";
import { Scheduler } from "./scheduler.ts";
import { Trace } from "./trace.ts";
import { Witness } from "./witness.ts";

/** Chooses what becomes of a call of a process. */
export type Choose = (life: Life, call: Call) => Outcome;

/** Everything arrives within a few milliseconds. */
export const chooseOk: Choose = () => ({ kind: "ok", reachMs: 1, answerMs: 1 });

type Wanted = {
  readonly life: Life;
  readonly isIt: (event: WireEvent) => boolean;
  readonly resolve: () => void;
};

export type WorldOptions = {
  readonly seed: string;
  readonly engine: EngineOptions;
  readonly trace?: (line: string) => void;
};

export class World {
  readonly scheduler = new Scheduler();
  readonly prng: Prng;
  readonly engineOptions: EngineOptions;
  readonly memoryItems = new MemoryItemStore();
  readonly memoryObjects: MemoryObjectStore;
  readonly itemHistory: ItemHistory;
  readonly history: HistoryWriter;
  readonly rows = new Tally<CheckRow>();
  readonly faults = new Tally<string>();
  readonly deeds = new Tally<Deed>();
  /** Ids of deleted topics of which the purge has left nothing. */
  readonly purged = new Set<string>();
  /** Keys of objects that nobody could read whole until faults stopped. */
  readonly damagedObjects = new Set<string>();
  /** What the world itself saw being broken. */
  readonly violations: Violation[] = [];
  choose: Choose = chooseOk;
  /** Sweeps that are under way. */
  sweeping = 0;
  /** Groups with a dozen members or more. */
  readonly crowded = new Set<string>();
  /** How often the calendar leapt. */
  leaps = 0;
  readonly #trace: Trace;
  readonly #witness: Witness;
  readonly #lives = new Map<string, Life>();
  readonly #incarnations = new Map<string, number>();
  readonly #wanted: Wanted[] = [];
  #values = 0;

  constructor(options: WorldOptions) {
    this.prng = new Prng(options.seed);
    this.engineOptions = options.engine;
    this.#trace = new Trace(options.trace);
    const storeClock = new ProcessClock({ scheduler: this.scheduler, gate: new Gate(this.scheduler) }, 0);
    this.memoryObjects = new MemoryObjectStore({ clock: storeClock });
    this.itemHistory = new ItemHistory({ store: this.memoryItems });
    this.history = new HistoryWriter({ now: () => Math.floor(this.scheduler.nowMs) });
    this.#witness = new Witness(this);
  }

  /** What happens, for traces. */
  note(line: () => string): void {
    this.#trace.add(this.scheduler.nowMs, line);
  }

  violated(violation: Violation): void {
    this.note(() => `VIOLATION ${violation.invariant}: ${violation.message}`);
    this.violations.push(violation);
  }

  /** A text that no other record has. */
  nextValue(): string {
    return `v${this.#values++}`;
  }

  /** The processes that run, frozen ones included, in order of their start. */
  get lives(): readonly Life[] {
    return [...this.#lives.values()].filter(life => !life.isDead);
  }

  life(process: string): Life {
    return present(this.#lives.get(process), `process ${process}`);
  }

  /** Starts a process, or a new life of it. */
  start(
    process: string,
    options: { readonly aheadMs?: number; readonly engine?: Partial<EngineOptions> } = {},
  ): Life {
    const incarnation = (this.#incarnations.get(process) ?? 0) + 1;
    this.#incarnations.set(process, incarnation);
    const name = `${process}.${incarnation}`;
    const life = new Life(this, {
      name,
      prng: this.prng.fork(`process ${name}`),
      aheadMs: options.aheadMs ?? 0,
      engine: { ...this.engineOptions, ...options.engine },
    });
    this.#lives.set(process, life);
    this.note(() => `start ${name}, its clock ${Math.round(options.aheadMs ?? 0)} ms ahead`);
    return life;
  }

  kill(life: Life, isLost: () => boolean): void {
    this.note(() => `kill ${life.name}`);
    this.#witness.killed(life);
    life.kill(isLost);
  }

  freeze(life: Life): void {
    this.note(() => `freeze ${life.name}`);
    life.freezes++;
    life.gate.freeze();
  }

  thaw(life: Life): void {
    this.note(() => `thaw ${life.name}`);
    life.gate.thaw();
  }

  /** All wall clocks go on by so much at once, the stores' and the clients' too; nothing else happens meanwhile. */
  leap(ms: number): void {
    this.note(() => `the calendar leaps by ${ms} ms`);
    this.scheduler.leap(ms);
    this.history.leap(ms);
    this.leaps++;
  }

  /** Keys of all item-tier segments. */
  segmentItems(): readonly ItemKey[] {
    return this.memoryItems.snapshot().filter(item => item.pk.startsWith("S#"));
  }

  decideFor(life: Life): Decide {
    return call => this.choose(life, call);
  }

  /** Resolves at the next event of a process that is asked for. */
  happens(life: Life, isIt: (event: WireEvent) => boolean): Promise<void> {
    const happened = new Deferred<void>();
    this.#wanted.push({ life, isIt, resolve: happened.resolve });
    return happened.promise;
  }

  watched(life: Life, event: WireEvent): void {
    this.note(() => showEvent(life, event));
    this.#witness.watched(life, event);
    for (const wanted of this.#wanted)
      if (wanted.life === life && wanted.isIt(event)) {
        this.#wanted.splice(this.#wanted.indexOf(wanted), 1);
        wanted.resolve();
        return;
      }
  }
}

function showEvent(life: Life, event: WireEvent): string {
  const text = `${life.name} ${event.kind} ${showCall(event.call)}`;
  switch (event.kind) {
    case "sent":
      return event.outcome.kind === "ok" ? text : `${text} (${JSON.stringify(event.outcome)})`;
    case "done":
      return `${text} -> ${showAnswer(event.answer)}`;
    case "threw":
      return `${text} -> ${String(event.error)}`;
    default:
      return text;
  }
}

function showAnswer(answer: unknown): string {
  return (
    JSON.stringify(answer, (_key, value: unknown) =>
      value instanceof Uint8Array ? `${value.length}B` : value,
    ) ?? "nothing"
  );
}
