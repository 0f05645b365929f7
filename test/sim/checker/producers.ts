/**
 * I4: what an idempotent producer sends is there once, in the order of its sequences, and every acknowledgement of one batch
 * names the same offset, for as long as the log remembers the producer. A refusal is true: nothing is called missing,
 * unknown, old or fenced that is not. I14: who has to be forgotten is.
 */
import { present } from "../../../lib/std/index.ts";
import { Forgetting } from "./forgetting.ts";
import type { HistoryEvent, Invocation } from "./history.ts";
import type { Losses } from "./losses.ts";
import { describe, type Operation, placeOf } from "./operations.ts";
import type { Truth } from "./truth.ts";
import type { Violation } from "./violation.ts";

type Producer = NonNullable<Extract<Invocation, { op: "append" }>["producer"]>;
/** One delivery of a batch. */
type Delivery = {
  readonly operation: Operation;
  readonly place: string;
  readonly producer: Producer;
  readonly values: readonly string[];
};

/** Refusals that only a memory of the producer can tell, and all that its state can bring. */
const wordsOfWhoRemembers = new Set(["OutOfOrderSequence", "DuplicateSequence", "InvalidProducerEpoch"]);
const wordsOfRefusal = new Set([...wordsOfWhoRemembers, "UnknownProducer"]);

export function checkProducers(
  history: readonly HistoryEvent[],
  operations: readonly Operation[],
  truth: Truth,
  losses: Losses,
): readonly Violation[] {
  const forgetting = new Forgetting(history, operations, truth, losses);
  const deliveries = operations.flatMap(deliveryOf);
  const byProducer = Map.groupBy(deliveries, ({ place, producer }) => `${place} ${producer.id}`);
  return [...byProducer.values()].flatMap(ofOne => [
    ...checkOffsets(ofOne, forgetting),
    ...checkOrder(ofOne, truth, losses, forgetting),
    ...ofOne.flatMap(delivery => checkRefusal(delivery, ofOne, forgetting)),
    ...ofOne.flatMap(delivery => checkForgotten(delivery, ofOne, forgetting)),
  ]);
}

function deliveryOf(operation: Operation): readonly Delivery[] {
  const { invocation } = operation;
  if (invocation.op !== "append" || !invocation.producer) return [];
  const place = placeOf(invocation);
  return place === undefined
    ? []
    : [{ operation, place, producer: invocation.producer, values: invocation.values }];
}

function checkOffsets(ofOne: readonly Delivery[], forgetting: Forgetting): readonly Violation[] {
  const offsets = new Map<string, { readonly offset: number; readonly operation: Operation }>();
  return ofOne.flatMap(({ operation, producer, place }) => {
    const { outcome } = operation;
    if (outcome.kind !== "ok" || outcome.answer.op !== "append") return [];
    const batch = `${producer.epoch}/${producer.sequence}`;
    const offset = outcome.answer.baseOffset;
    const first = offsets.get(batch);
    offsets.set(batch, first ?? { offset, operation });
    if (first === undefined || first.offset === offset) return [];
    const [before, after] =
      first.offset < offset ? [first.operation, operation] : [operation, first.operation];
    const earlier = { earlier: before, since: before.invokedAt };
    if (forgetting.isPossible(place, producer.id, earlier, after)) return [];
    const message = `${describe(operation)} is at ${offset}; ${describe(first.operation)}, the same batch, at ${first.offset}`;
    return [{ invariant: "I3", message } as const];
  });
}

/**
 * In the log, sequences of an epoch follow each other from 0 on, each once, and epochs only rise. Where the producer was
 * forgotten in between, any epoch may begin, with sequence 0.
 */
function checkOrder(
  ofOne: readonly Delivery[],
  truth: Truth,
  losses: Losses,
  forgetting: Forgetting,
): readonly Violation[] {
  const [one] = ofOne;
  if (one === undefined || !truth.ends.has(one.place)) return [];
  const isLossy = losses.isLossy(one.place);
  const numbers = new Map<string, { readonly epoch: number; readonly sequence: number }>();
  for (const { producer, values } of ofOne)
    for (const [i, value] of values.entries())
      numbers.set(value, { epoch: producer.epoch, sequence: producer.sequence + i });
  const there = [...(truth.records.get(one.place) ?? [])]
    .toSorted(([a], [b]) => a - b)
    .flatMap(([offset, { value }]) => {
      const number = numbers.get(value);
      return number ? [{ offset, ...number }] : [];
    });
  const violations: Violation[] = [];
  let before = { offset: -1, epoch: -1, sequence: -1 };
  for (const record of there) {
    const expected = record.epoch === before.epoch ? before.sequence + 1 : 0;
    // What lay between may have gone before anybody read it.
    const isNext = isLossy ? record.sequence >= expected : record.sequence === expected;
    const follows = record.epoch >= before.epoch && isNext;
    const isForgotten = isLossy || forgetting.isBetween(one.place, before.offset, record.offset);
    const beginsAnew = record.sequence === 0 && isForgotten;
    if (!follows && !beginsAnew)
      violations.push({
        invariant: "I4",
        message: `${one.place}:${record.offset} holds epoch ${record.epoch} sequence ${record.sequence} of producer ${one.producer.id} after epoch ${before.epoch} sequence ${before.sequence}`,
      });
    before = record;
  }
  return violations;
}

/** Why a refusal cannot be true. */
function checkRefusal(
  { operation, producer, place }: Delivery,
  ofOne: readonly Delivery[],
  forgetting: Forgetting,
): readonly Violation[] {
  const name = operation.outcome.kind === "fail" ? operation.outcome.error?.name : undefined;
  // In an outage there are ten thousands of deliveries: only those that say something are compared with all others.
  if (name === undefined || !wordsOfRefusal.has(name)) return [];
  const isBefore = (other: Delivery): boolean => other.operation.endedAt < operation.invokedAt;
  const remembered = ofOne.filter(
    other =>
      other.operation.outcome.kind === "ok" &&
      isBefore(other) &&
      other.producer.epoch === producer.epoch &&
      !forgetting.isPossible(
        place,
        producer.id,
        { earlier: other.operation, since: firstOf(other, ofOne).operation.invokedAt },
        operation,
      ),
  );
  const previous = remembered.some(
    ({ producer: { sequence }, values }) => sequence + values.length === producer.sequence,
  );
  const isWrong =
    (name === "UnknownProducer" && (remembered.length > 0 || producer.sequence === 0)) ||
    (name === "OutOfOrderSequence" && (previous || producer.sequence === 0)) ||
    name === "DuplicateSequence" ||
    (name === "InvalidProducerEpoch" &&
      !ofOne.some(
        other => other.producer.epoch > producer.epoch && other.operation.invokedAt < operation.endedAt,
      ));
  if (!isWrong) return [];
  const message = `${describe(operation)}, epoch ${producer.epoch} sequence ${producer.sequence}, was refused: ${name}`;
  return [{ invariant: "I4", message }];
}

/** The first delivery of the same batch: a duplicate that was acknowledged later makes nobody remember longer. */
function firstOf({ producer: { epoch, sequence } }: Delivery, ofOne: readonly Delivery[]): Delivery {
  return present(
    ofOne.find(({ producer }) => producer.epoch === epoch && producer.sequence === sequence),
    "a delivery",
  );
}

/** What a producer that must be forgotten may not hear: that its batch is there, or what only a memory of it can tell. */
function checkForgotten(
  { operation, producer, place }: Delivery,
  ofOne: readonly Delivery[],
  forgetting: Forgetting,
): readonly Violation[] {
  const { outcome } = operation;
  const isKnown =
    outcome.kind === "ok" ? producer.sequence !== 0 : wordsOfWhoRemembers.has(outcome.error?.name ?? "");
  if (!isKnown) return [];
  const all = ofOne.map(other => other.operation);
  if (!forgetting.isCertain(place, producer.id, operation, all)) return [];
  const heard = outcome.kind === "ok" ? "acknowledged" : `refused: ${outcome.error?.name}`;
  const message = `${describe(operation)}, epoch ${producer.epoch} sequence ${producer.sequence} of a producer that was to be forgotten, was ${heard}`;
  return [{ invariant: "I14", message }];
}
