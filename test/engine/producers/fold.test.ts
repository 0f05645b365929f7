/**
 * The fold and its decisions against a partition that remembers everything: whatever comes, a batch is appended once and
 * in order, and what is said of a duplicate is true.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decide, type ProducerBatch } from "../../../lib/engine/producers/decide.ts";
import { expiryMs, Fold } from "../../../lib/engine/producers/fold.ts";
import { planChunk } from "../../../lib/engine/producers/plan.ts";

/** One step of clients that lose answers: `back` of what was sent before is sent again, or `ahead` is left out. */
type Step = {
  readonly id: number;
  readonly count: number;
  readonly back: number;
  readonly skip: number;
  readonly bump: boolean;
};

const steps = fc.array(
  fc.record({
    id: fc.integer({ min: 0, max: 2 }),
    count: fc.integer({ min: 1, max: 4 }),
    back: fc.integer({ min: 0, max: 7 }),
    skip: fc.oneof(
      { weight: 6, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 3 }) },
    ),
    bump: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  }),
  { maxLength: 60 },
);

type Client = { epoch: number; next: number; readonly sent: ProducerBatch[] };

/** What a client sends: the next batch, one of the last again, or one too far ahead. */
function batchOf(clients: Map<number, Client>, step: Step): ProducerBatch {
  const client = clients.get(step.id) ?? { epoch: 0, next: 0, sent: [] };
  clients.set(step.id, client);
  if (step.bump) Object.assign(client, { epoch: client.epoch + 1, next: 0 });
  const again = step.back > 2 ? undefined : client.sent.at(-1 - step.back);
  if (again && step.back > 0) return again;
  const batch = {
    producerId: step.id,
    producerEpoch: client.epoch,
    firstSequence: client.next + step.skip,
    count: step.count,
  };
  if (step.skip === 0) {
    client.next += step.count;
    client.sent.push(batch);
  }
  return batch;
}

describe("the fold of a partition's producers", () => {
  it("appends each batch once and in order, and tells duplicates where they are", () => {
    fc.assert(
      fc.property(steps, all => {
        const fold = new Fold();
        const log: string[] = [];
        const clients = new Map<number, Client>();
        for (const step of all) {
          const batch = batchOf(clients, step);
          const names = Array.from(
            { length: batch.count },
            (_, i) => `${batch.producerId}/${batch.producerEpoch}/${batch.firstSequence + i}`,
          );
          const decision = decide(fold.stateOf(batch.producerId), batch);
          if (decision.kind === "duplicate")
            expect(log.slice(decision.baseOffset, decision.baseOffset + batch.count)).toEqual(names);
          if (decision.kind !== "append") continue;
          for (const name of names) expect(log).not.toContain(name);
          fold.take({
            base: log.length,
            count: batch.count,
            timeMs: 1,
            runs: [{ ...batch, offsetDelta: 0 }],
          });
          log.push(...names);
        }
        for (const id of [0, 1, 2]) {
          const own = log.filter(name => name.startsWith(`${id}/`)).map(name => name.split("/").map(Number));
          for (const [i, [, epoch = 0, sequence = 0]] of own.entries()) {
            const [, epochBefore = 0, sequenceBefore = -1] = own[i - 1] ?? [];
            expect(epoch === epochBefore ? sequence : 0).toBe(epoch === epochBefore ? sequenceBefore + 1 : 0);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it("is the same whether it was kept or begun anew from a snapshot", () => {
    fc.assert(
      fc.property(steps, fc.nat(60), (all, cutAt) => {
        const kept = new Fold();
        let begun: Fold | undefined;
        const clients = new Map<number, Client>();
        for (const [i, step] of all.entries()) {
          if (i === cutAt) begun = new Fold(kept.snapshot());
          const batch = batchOf(clients, step);
          const decision = decide(kept.stateOf(batch.producerId), batch);
          if (begun) expect(decide(begun.stateOf(batch.producerId), batch)).toEqual(decision);
          if (decision.kind !== "append") continue;
          for (const fold of begun ? [kept, begun] : [kept])
            fold.take({ base: fold.at, count: batch.count, timeMs: i, runs: [{ ...batch, offsetDelta: 0 }] });
        }
      }),
      { numRuns: 200 },
    );
  });

  it("plans a chunk of many batches as it would decide them one by one", () => {
    fc.assert(
      fc.property(steps, all => {
        const clients = new Map<number, Client>();
        const batches = all
          .map(step => batchOf(clients, step))
          .map(producer => ({ producer, recordCount: producer.count }));
        const { runs, leftOut } = planChunk(new Fold(), batches);
        const gone = new Set(leftOut.map(({ batch }) => batch));
        const one = new Fold();
        for (const batch of batches) {
          const decision = decide(one.stateOf(batch.producer.producerId), batch.producer);
          expect(gone.has(batch)).toBe(decision.kind !== "append");
          if (decision.kind === "append")
            one.take({
              base: one.at,
              count: batch.recordCount,
              timeMs: 0,
              runs: [{ ...batch.producer, offsetDelta: 0 }],
            });
        }
        const whole = new Fold();
        if (one.at > 0) whole.take({ base: 0, count: one.at, timeMs: 0, runs });
        for (const id of [0, 1, 2])
          expect(whole.stateOf(id)?.ranges.at(-1)).toEqual(one.stateOf(id)?.ranges.at(-1));
      }),
      { numRuns: 200 },
    );
  });

  it("forgets a producer a day of the log after its last segment, whoever folds", () => {
    const run = { producerId: 1, producerEpoch: 0, firstSequence: 0, count: 1, offsetDelta: 0 };
    const fold = new Fold();
    fold.take({ base: 0, count: 1, timeMs: 1000, runs: [run] });
    fold.take({ base: 1, count: 1, timeMs: 1000 + expiryMs, runs: [] });
    expect(fold.stateOf(1)).toBeDefined();
    fold.take({ base: 2, count: 1, timeMs: 1001 + expiryMs, runs: [] });
    expect(fold.stateOf(1)).toBeUndefined();
    expect(fold.snapshot().producers.size).toBe(0);
  });

  it("remembers a producer for a day of the log after its batch, however long ago that was dated", () => {
    const run = { producerId: 1, producerEpoch: 0, firstSequence: 0, count: 1, offsetDelta: 0 };
    const fold = new Fold();
    fold.take({ base: 0, count: 1, timeMs: 1000 + 2 * expiryMs, runs: [] });
    fold.take({ base: 1, count: 1, timeMs: 1000, runs: [run] });
    fold.take({ base: 2, count: 1, timeMs: 1000 + 3 * expiryMs, runs: [] });
    expect(fold.stateOf(1)).toBeDefined();
    fold.take({ base: 3, count: 1, timeMs: 1001 + 3 * expiryMs, runs: [] });
    expect(fold.stateOf(1)).toBeUndefined();
  });

  it("takes no entry beyond a gap", () => {
    const fold = new Fold();
    expect(fold.take({ base: 1, count: 1, timeMs: 0, runs: [] })).toBe(false);
    expect(fold.at).toBe(0);
  });
});
