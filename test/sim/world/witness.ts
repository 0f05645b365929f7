/**
 * Watches every call from the store's side: counts what faults were met and which rows of the table of checks, and
 * asserts what the store alone can see: that nothing is ordered before its bytes are durable (check 4).
 */
import type { Call, Outcome, WireEvent } from "../../../lib/adapters/faulty/index.ts";
import { type SegmentId, segmentObjectKey, timeOf } from "../../../lib/format/index.ts";
import { segmentItemKey } from "../../../lib/format/items/index.ts";
import type { Attributes, UpdateResult } from "../../../lib/ports/index.ts";
import { committedSegment, kindOfCall } from "./calls.ts";
import type { Life } from "./process.ts";
import type { World } from "./world.ts";

/** A put that takes longer than this counts as slow, ms. */
const slowMs = 10_000;

export class Witness {
  readonly #world: World;
  /** Segment puts that were stored and not answered. */
  readonly #lostPuts = new Set<string>();
  /** Commits of a sequencer when a call was sent. */
  readonly #commitsAtSending = new WeakMap<Call, number>();
  /** Who removed an entry last, by its name. */
  readonly #rollers = new Map<string, string>();

  constructor(world: World) {
    this.#world = world;
  }

  killed(life: Life): void {
    if (life.appending > 0) this.#world.rows.add(5, life.appending);
    if (life.administering > 0) this.#world.rows.add(30, life.administering);
    if (life.joining > 0) this.#world.rows.add(22, life.joining);
    this.#world.faults.add("process killed");
  }

  watched(life: Life, event: WireEvent): void {
    if (event.kind === "sent") this.#sent(event);
    else if (event.kind === "arrives") this.#arrives(event.call, event.outcome.kind === "late");
    else if (event.kind === "done") this.#done(life, event);
  }

  #sent({ call, outcome }: Extract<WireEvent, { kind: "sent" }>): void {
    const { rows, faults } = this.#world;
    const kind = kindOfCall(call);
    const what = outcome.kind === "failed" ? outcome.failure : outcome.kind;
    if (outcome.kind !== "ok") faults.add(what);
    if (kind === "segment put") {
      const id = segmentOfPut(call);
      if (this.#lostPuts.delete(id)) rows.add(1);
      if (outcome.kind === "answerLost") this.#lostPuts.add(id);
      if ("reachMs" in outcome && outcome.kind !== "late" && outcome.reachMs + outcome.answerMs > slowMs) {
        faults.add("slow");
        rows.add(14);
      }
    }
    if (kind === "offsets write" && isUnheard(outcome) && this.#isRebalancing(call)) rows.add(24);
    if (kind === "commit") {
      if (outcome.kind === "answerLost") rows.add(2);
      if (outcome.kind === "late") this.#commitsAtSending.set(call, this.#commitsOf(call));
    }
  }

  #arrives(call: Call, isLate: boolean): void {
    if (kindOfCall(call) !== "commit") return;
    const { rows } = this.#world;
    rows.add(4);
    if (isLate && this.#commitsOf(call) > (this.#commitsAtSending.get(call) ?? 0)) rows.add(3);
  }

  /** Check 4. A refused commit may come after a sweep took the bytes. */
  #ordered(life: Life, id: SegmentId): void {
    const { memoryItems, memoryObjects } = this.#world;
    if (memoryItems.peek(segmentItemKey(id)) || memoryObjects.peek(segmentObjectKey(id))) return;
    this.#world.violated({
      invariant: "I10",
      message: `${life.name} ordered segment ${id}, whose bytes are not stored`,
    });
  }

  #done(life: Life, { call, outcome, answer }: Extract<WireEvent, { kind: "done" }>): void {
    const { rows } = this.#world;
    const kind = kindOfCall(call);
    if (outcome.kind === "stale") rows.add(15);
    if (outcome.kind === "damaged") rows.add(29);
    if (call.operation === "batchWrite")
      for (const write of call.writes)
        if (write.kind === "delete" && write.key.pk === "T") this.#world.purged.add(write.key.sk.slice(1));
    if (kind === "segment get" && isMissing(answer)) this.#world.deeds.add("read planned anew");
    const id = committedSegment(call) as SegmentId | undefined;
    if (id !== undefined && !isRefused(answer)) this.#ordered(life, id);
    if (id !== undefined && isRefused(answer)) {
      const floor = answer.current?.["floor"];
      if (typeof floor === "number" && floor > timeOf(id) && life.freezes > 0) rows.add(6);
    }
    if (kind === "roll removal" && call.operation === "update") this.#rolled(life, call.update.remove ?? []);
  }

  /** Two rollers were at it when one removes what the other has removed. */
  #rolled(life: Life, names: readonly string[]): void {
    const others = names.filter(name => (this.#rollers.get(name) ?? life.name) !== life.name);
    if (others.length > 0) this.#world.rows.add(16);
    for (const name of names) this.#rollers.set(name, life.name);
  }

  #isRebalancing(call: Call): boolean {
    if (call.port !== "items" || !("key" in call || "item" in call)) return false;
    const { pk } = "key" in call ? call.key : call.item;
    const { phase, generation } = this.#world.memoryItems.peek({ pk, sk: "state" }) ?? {};
    if (phase !== "assigned") return phase === "preparing" || phase === "completing";
    // Of kind consumer: somebody has still to come to the epoch of the group.
    return this.#world.memoryItems
      .snapshot()
      .some(item => item.pk === pk && item.sk.startsWith("m#") && item.attributes["epoch"] !== generation);
  }

  #commitsOf(call: Call): number {
    const commits = this.#sequencerOf(call)?.["seq"];
    return typeof commits === "number" ? commits : 0;
  }

  #sequencerOf(call: Call): Attributes | undefined {
    return call.operation === "update" ? this.#world.memoryItems.peek(call.key) : undefined;
  }
}

function isUnheard({ kind }: Outcome): boolean {
  return kind === "answerLost" || kind === "late" || kind === "dropped";
}

function segmentOfPut(call: Call): string {
  if (call.operation !== "put") return "";
  return call.port === "objects" ? (call.key.split("/").at(-1) ?? "") : call.item.sk;
}

function isMissing(answer: unknown): boolean {
  return typeof answer === "object" && answer !== null && "kind" in answer && answer.kind === "missing";
}

function isRefused(answer: unknown): answer is Extract<UpdateResult, { kind: "refused" }> {
  return typeof answer === "object" && answer !== null && "kind" in answer && answer.kind === "refused";
}
