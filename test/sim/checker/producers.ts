/**
 * I4: what an idempotent producer sends is there once, in the order of its sequences, and every acknowledgement of one batch
 * names the same offset. A refusal is true: nothing is called missing, unknown, old or fenced that is not.
 */
import type { Invocation } from "./history.ts";
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

export function checkProducers(operations: readonly Operation[], truth: Truth): readonly Violation[] {
  const deliveries = operations.flatMap(deliveryOf);
  const byProducer = Map.groupBy(deliveries, ({ place, producer }) => `${place} ${producer.id}`);
  return [...byProducer.values()].flatMap(ofOne => [
    ...checkOffsets(ofOne),
    ...checkOrder(ofOne, truth),
    ...ofOne.flatMap(delivery => checkRefusal(delivery, ofOne)),
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

function checkOffsets(ofOne: readonly Delivery[]): readonly Violation[] {
  const offsets = new Map<string, { readonly offset: number; readonly operation: Operation }>();
  return ofOne.flatMap(({ operation, producer }) => {
    const { outcome } = operation;
    if (outcome.kind !== "ok" || outcome.answer.op !== "append") return [];
    const batch = `${producer.epoch}/${producer.sequence}`;
    const offset = outcome.answer.baseOffset;
    const first = offsets.get(batch);
    offsets.set(batch, first ?? { offset, operation });
    if (first === undefined || first.offset === offset) return [];
    const message = `${describe(operation)} is at ${offset}; ${describe(first.operation)}, the same batch, at ${first.offset}`;
    return [{ invariant: "I3", message } as const];
  });
}

/** In the log, sequences of an epoch follow each other from 0 on, each once, and epochs only rise. */
function checkOrder(ofOne: readonly Delivery[], truth: Truth): readonly Violation[] {
  const [one] = ofOne;
  if (one === undefined || !truth.ends.has(one.place)) return [];
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
  let before = { epoch: -1, sequence: -1 };
  for (const record of there) {
    const expected = record.epoch === before.epoch ? before.sequence + 1 : 0;
    if (record.epoch < before.epoch || record.sequence !== expected)
      violations.push({
        invariant: "I4",
        message: `${one.place}:${record.offset} holds epoch ${record.epoch} sequence ${record.sequence} of producer ${one.producer.id} after epoch ${before.epoch} sequence ${before.sequence}`,
      });
    before = record;
  }
  return violations;
}

/** Why a refusal cannot be true. */
function checkRefusal(delivery: Delivery, ofOne: readonly Delivery[]): readonly Violation[] {
  const { operation, producer } = delivery;
  const name = operation.outcome.kind === "fail" ? operation.outcome.error?.name : undefined;
  const isBefore = (other: Delivery): boolean => other.operation.endedAt < operation.invokedAt;
  const acknowledged = ofOne.filter(
    other =>
      other.operation.outcome.kind === "ok" && isBefore(other) && other.producer.epoch === producer.epoch,
  );
  const previous = acknowledged.some(
    ({ producer: { sequence }, values }) => sequence + values.length === producer.sequence,
  );
  const isWrong =
    (name === "UnknownProducer" && acknowledged.length > 0) ||
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
