/**
 * An engine whose calls on the stores are decided one by one by the test, and written down.
 */

import type { ItemCall } from "../../lib/adapters/faulty/index.ts";
import {
  atOnce,
  type Call,
  FaultyItemStore,
  FaultyObjectStore,
  ItemHistory,
  type Outcome,
} from "../../lib/adapters/faulty/index.ts";
import { MemoryItemStore, MemoryObjectStore } from "../../lib/adapters/memory/index.ts";
import type { Engine, EngineDeps, EngineOptions } from "../../lib/engine/index.ts";
import { anEngine, memoryDeps } from "./log.ts";

export const ok: Outcome = { kind: "ok", reachMs: 0, answerMs: 0 };
export const answerLost: Outcome = { kind: "answerLost", reachMs: 0, answerMs: 0 };
export const dropped: Outcome = { kind: "dropped", answerMs: 0 };
export const throttled: Outcome = { kind: "failed", failure: "throttled", answerMs: 0 };
export const unavailable: Outcome = { kind: "failed", failure: "unavailable", answerMs: 0 };
export const full: Outcome = { kind: "failed", failure: "full", answerMs: 0 };

/** Decides by the call; undefined lets it pass. */
export type Script = (call: Call) => Outcome | undefined;

/** Stores that several scripted engines share. */
export type Stores = {
  readonly items: MemoryItemStore;
  readonly objects: MemoryObjectStore;
  readonly base: EngineDeps;
};

export function memoryStores(over: Partial<EngineDeps> = {}): Stores {
  const base = memoryDeps(over);
  const items = new MemoryItemStore();
  const objects = new MemoryObjectStore({ clock: base.clock });
  return { items, objects, base: { ...base, items, objects } };
}

/** An engine over the stores; `script` may be replaced at any time, and `calls` shows what was asked. */
export function scriptedEngine(stores: Stores, options: Partial<EngineOptions> = {}): ScriptedEngine {
  const scripted: { script: Script; readonly calls: Call[] } = { script: () => undefined, calls: [] };
  const wire = {
    decide: (call: Call) => {
      scripted.calls.push(call);
      return scripted.script(call) ?? ok;
    },
    travel: atOnce,
    watch: () => undefined,
  };
  const items = new FaultyItemStore({ ...wire, store: new ItemHistory({ store: stores.items }) });
  const objects = new FaultyObjectStore({ ...wire, store: stores.objects });
  const engine = anEngine(
    { ...stores.base, items, objects },
    { appendDeadlineMs: 2_000, requestDeadlineMs: 2_000, ...options },
  );
  return Object.assign(scripted, { engine });
}

export type ScriptedEngine = { script: Script; readonly calls: Call[]; readonly engine: Engine };

/** The update that commits a segment to a sequencer. */
export function isCommit(call: Call): call is Extract<ItemCall, { operation: "update" }> {
  return call.port === "items" && call.operation === "update" && call.update.add?.["seq"] !== undefined;
}

/** The update that raises a fence. */
export function isFence(call: Call): boolean {
  return call.port === "items" && call.operation === "update" && call.update.set?.["fence"] !== undefined;
}

/** The query of a page look-up or a plan. */
export function isPageQuery(call: Call): boolean {
  return call.port === "items" && call.operation === "query" && call.query.pk.startsWith("P#");
}

/** The put of a page by a roll. */
export function isPagePut(call: Call): boolean {
  return call.port === "items" && call.operation === "put" && call.item.pk.startsWith("P#");
}

/** The update that takes rolled entries out. */
export function isRollRemoval(call: Call): boolean {
  return call.port === "items" && call.operation === "update" && (call.update.remove?.length ?? 0) > 0;
}

/** A script that gives each call of a kind the next outcome of a list, and lets all others pass. */
export function inTurn(isKind: (call: Call) => boolean, ...outcomes: readonly Outcome[]): Script {
  const rest = [...outcomes];
  return call => (isKind(call) ? rest.shift() : undefined);
}
