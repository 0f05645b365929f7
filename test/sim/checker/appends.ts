/**
 * I1, I3, I4, I7: what was acknowledged is there, where it was said to be; what failed for certain is not; what nobody could
 * say is there at most once, whole. A request delivered several times may be there as often as it was delivered.
 */
import type { Invocation } from "./history.ts";
import type { Losses } from "./losses.ts";
import { describe, type Operation, placeOf } from "./operations.ts";
import type { Place, Truth } from "./truth.ts";
import type { Violation } from "./violation.ts";

type Append = Extract<Invocation, { op: "append" }>;

export function checkAppends(
  operations: readonly Operation[],
  truth: Truth,
  losses: Losses,
): readonly Violation[] {
  const appends = operations.filter(isAppend);
  const deletedTopics = new Set(
    operations.flatMap(({ invocation }) => (invocation.op === "delete" ? [invocation.topic] : [])),
  );
  return [
    ...appends.flatMap(append => checkAcknowledged(append, truth, losses, deletedTopics)),
    ...checkAmounts(appends, truth),
    ...checkWhole(appends, truth, losses),
    ...checkOrder(appends),
  ];
}

type AppendOperation = Operation & { readonly invocation: Append };

function isAppend(operation: Operation): operation is AppendOperation {
  return operation.invocation.op === "append";
}

function checkAcknowledged(
  append: AppendOperation,
  truth: Truth,
  losses: Losses,
  deletedTopics: ReadonlySet<string>,
): readonly Violation[] {
  const { invocation, outcome } = append;
  if (outcome.kind !== "ok" || outcome.answer.op !== "append") return [];
  const { baseOffset, appendTimeMs } = outcome.answer;
  const said = `${describe(append)} was acknowledged at ${baseOffset}`;
  if (!Number.isSafeInteger(baseOffset) || baseOffset < 0) return [{ invariant: "I3", message: said }];
  const place = placeOf(invocation);
  if (place === undefined) return [];
  const end = truth.ends.get(place);
  if (end === undefined) {
    if (deletedTopics.has(invocation.topic)) return [];
    return [{ invariant: "I1", message: `${said}, and ${place} could not be read in the end` }];
  }
  const records = truth.records.get(place);
  for (const [i, value] of invocation.values.entries()) {
    const offset = baseOffset + i;
    const found = records?.get(offset);
    // Gone before anybody read it.
    if (found === undefined && losses.mayBeGone(place, offset, Number.POSITIVE_INFINITY)) continue;
    if (found?.value !== value) {
      const elsewhere = truth.places.get(value)?.find(seen => seen.place === place);
      const there = found === undefined ? `the log ends at ${end}` : `${found.value} is there`;
      return [
        elsewhere === undefined
          ? { invariant: "I1", message: `${said}: ${value} is not at ${offset}: ${there}` }
          : {
              invariant: "I3",
              message: `${said}: ${value} is at ${elsewhere.offset}, not at ${offset}: ${there}`,
            },
      ];
    }
    const timestampMs = invocation.timestampsMs?.[i] ?? appendTimeMs;
    if (found.timestampMs !== timestampMs)
      return [
        {
          invariant: "I2",
          message: `${said}: ${value} was sent with time ${timestampMs} and has ${found.timestampMs}`,
        },
      ];
  }
  return [];
}

function checkAmounts(appends: readonly AppendOperation[], truth: Truth): readonly Violation[] {
  const violations: Violation[] = [];
  const deliveries = new Map<string, AppendOperation[]>();
  for (const append of appends)
    for (const value of append.invocation.values)
      deliveries.set(value, [...(deliveries.get(value) ?? []), append]);
  for (const value of new Set([...truth.places.keys(), ...truth.unplaced])) {
    const sent = deliveries.get(value) ?? [];
    const seen = truth.places.get(value) ?? [];
    const where = seen.map(({ place, offset }) => `${place}:${offset}`).join(", ") || "a reader's answer";
    const may = sent.filter(append => append.outcome.kind !== "fail");
    if (sent.length === 0)
      violations.push({ invariant: "I2", message: `${value} is in ${where}; nobody sent it` });
    else if (may.length === 0)
      violations.push({
        invariant: "I7",
        message: `${sent.map(describe)} failed for certain; ${value} is in ${where}`,
      });
    else if (seen.length > may.length)
      violations.push({
        invariant: "I7",
        message: `${value} was sent ${may.length} times (${may.map(describe)}) and is in ${where}`,
      });
    for (const { place } of seen) {
      const places = sent.map(append => placeOf(append.invocation));
      if (sent.length > 0 && !places.includes(undefined) && !places.includes(place))
        violations.push({ invariant: "I9", message: `${value} was sent to ${places} and is in ${place}` });
    }
  }
  return violations;
}

/** Wherever the first record of a request is, the others follow; none is anywhere alone. In logs read to their end. */
function checkWhole(appends: readonly AppendOperation[], truth: Truth, losses: Losses): readonly Violation[] {
  const violations: Violation[] = [];
  for (const append of appends) {
    const { values } = append.invocation;
    const [first] = values;
    if (first === undefined || values.length < 2) continue;
    const placesOf = (value: string): readonly Place[] =>
      (truth.places.get(value) ?? []).filter(({ place }) => truth.ends.has(place));
    const starts = placesOf(first);
    for (const { place, offset } of starts) {
      values.forEach((value, i) => {
        const found = truth.records.get(place)?.get(offset + i);
        const isGone = found === undefined && losses.mayBeGone(place, offset + i, Number.POSITIVE_INFINITY);
        if (found?.value !== value && !isGone)
          violations.push({
            invariant: "I7",
            message: `${describe(append)} is torn: ${first} is at ${place}:${offset}, ${found?.value ?? "nothing"} at ${offset + i}`,
          });
      });
    }
    for (const value of values) {
      // The first of them may have gone before anybody read it.
      if (losses.isLossy(placeOf(append.invocation))) continue;
      if (placesOf(value).length > starts.length)
        violations.push({
          invariant: "I7",
          message: `${describe(append)} is torn: ${value} is there without ${first}`,
        });
    }
  }
  return violations;
}

/** What one process was asked to append to a partition lies there in the order in which it was asked. */
function checkOrder(appends: readonly AppendOperation[]): readonly Violation[] {
  const violations: Violation[] = [];
  const latest = new Map<string, { readonly append: AppendOperation; readonly baseOffset: number }>();
  for (const append of appends) {
    const { invocation, outcome, process } = append;
    const place = placeOf(invocation);
    // What a producer sends again is where it was: its order is that of its sequences.
    if (invocation.producer || place === undefined || outcome.kind !== "ok" || outcome.answer.op !== "append")
      continue;
    const { baseOffset } = outcome.answer;
    const before = latest.get(`${process} ${place}`);
    if (before !== undefined && before.baseOffset > baseOffset)
      violations.push({
        invariant: "I4",
        message: `${describe(append)} is at ${baseOffset}, before ${describe(before.append)} at ${before.baseOffset}, which was asked for earlier`,
      });
    latest.set(`${process} ${place}`, { append, baseOffset });
  }
  return violations;
}
