/**
 * I5 and I6, answer by answer: what a process said of a log never goes back, a strong answer shows everything that was
 * acknowledged before it was asked for, and a fetch leaves nothing out.
 *
 * One pass over the history: at each invocation what must be known by then is noted, at each answer it is held to that.
 */
import { present } from "../../../lib/std/index.ts";
import type { Answer, HistoryEvent, Invocation } from "./history.ts";
import { describe, type Operation, placeOf } from "./operations.ts";
import type { Truth } from "./truth.ts";
import type { Violation } from "./violation.ts";

type Fetch = Extract<Invocation, { op: "fetch" }>;
type OffsetQuestion = Extract<Invocation, { op: "offset" }>;

/** What must hold of an answer, as of when it was asked for. */
type Expectation = {
  /** Every process has acknowledged or shown this much: strong answers are not below. */
  readonly visibleEnd: number;
  /** This process has acknowledged or shown this much. */
  readonly processEnd: number;
  /** This process was never asked about a topic of this name before. */
  readonly isFirst: boolean;
};

export function checkReads(
  history: readonly HistoryEvent[],
  operations: readonly Operation[],
  truth: Truth,
): readonly Violation[] {
  const pass = new Pass(truth);
  const byId = new Map(operations.map(operation => [operation.id, operation]));
  for (const event of history) {
    if (event.type === "final" || event.type === "leap") continue;
    const operation = present(byId.get(event.id), `operation ${event.id}`);
    if (event.type === "invoke") pass.invoked(operation);
    else pass.ended(operation);
  }
  return pass.violations;
}

class Pass {
  readonly violations: Violation[] = [];
  readonly #truth: Truth;
  /** By place: one past the last offset that anyone was told of. */
  readonly #visible = new Map<string, number>();
  /** By process and place: the same, told by that process. */
  readonly #told = new Map<string, number>();
  /** Process and topic: was asked about it. */
  readonly #asked = new Set<string>();
  readonly #expectations = new Map<number, Expectation>();

  constructor(truth: Truth) {
    this.#truth = truth;
  }

  invoked(operation: Operation): void {
    const { invocation, process } = operation;
    if (!("partition" in invocation)) return;
    const place = placeOf(invocation);
    const asked = `${process} ${invocation.topic}`;
    if (place !== undefined)
      this.#expectations.set(operation.id, {
        visibleEnd: this.#visible.get(place) ?? 0,
        processEnd: this.#told.get(`${process} ${place}`) ?? 0,
        isFirst: !this.#asked.has(asked),
      });
    this.#asked.add(asked);
  }

  ended(operation: Operation): void {
    const { invocation, outcome, process } = operation;
    if (!("partition" in invocation)) return;
    const place = placeOf(invocation);
    if (outcome.kind !== "ok") {
      this.#failed(operation);
      return;
    }
    const { answer } = outcome;
    if (invocation.op === "fetch" && answer.op === "fetch") {
      this.#checkShape(operation, invocation, answer);
      if (place === undefined) return;
      this.#checkFetch(operation, invocation, answer);
      this.#tell(process, place, answer.highWatermark);
    } else if (place === undefined) return;
    else if (invocation.op === "append" && answer.op === "append")
      this.#tell(process, place, answer.baseOffset + invocation.values.length);
    else if (invocation.op === "offset" && answer.op === "offset") {
      this.#checkOffset(operation, invocation, answer);
      if (invocation.spec === "latest") this.#tell(process, place, answer.offset);
    }
  }

  /** "Out of range" is said of what is out of range, by a strong look. */
  #failed(operation: Operation): void {
    const { invocation, outcome } = operation;
    const expected = this.#expectations.get(operation.id);
    if (invocation.op !== "fetch" || expected === undefined || outcome.kind === "ok") return;
    if (outcome.error?.name !== "OffsetOutOfRange") return;
    const said = outcome.error.highWatermark ?? 0;
    if (invocation.offset <= expected.visibleEnd || said < expected.visibleEnd)
      this.#violated(
        "I5",
        operation,
        `out of range, the log said to end at ${said}, when ${expected.visibleEnd} was known`,
      );
  }

  #checkShape(operation: Operation, asked: Fetch, answer: Extract<Answer, { op: "fetch" }>): void {
    const [first] = answer.records;
    const last = answer.records.at(-1);
    if (first === undefined || last === undefined) {
      if (answer.nextOffset !== asked.offset)
        this.#violated("I6", operation, `nothing was read, and next is ${answer.nextOffset}`);
      if (asked.isAlone && answer.highWatermark > asked.offset)
        this.#violated("I6", operation, `nothing was read, and the log ends at ${answer.highWatermark}`);
    } else {
      if (first.offset > asked.offset)
        this.#violated("I6", operation, `the first record has offset ${first.offset}`);
      if (last.offset < asked.offset)
        this.#violated("I6", operation, `the last record has offset ${last.offset}`);
      const gap = answer.records.findIndex((record, i) => record.offset !== first.offset + i);
      if (gap >= 0)
        this.#violated("I6", operation, `offset ${first.offset + gap} is left out after ${gap} records`);
      if (answer.nextOffset !== last.offset + 1)
        this.#violated("I6", operation, `the last record is ${last.offset}, next is ${answer.nextOffset}`);
    }
    if (answer.highWatermark < answer.nextOffset)
      this.#violated(
        "I6",
        operation,
        `next is ${answer.nextOffset}, past the end at ${answer.highWatermark}`,
      );
  }

  #checkFetch(operation: Operation, asked: Fetch, answer: Extract<Answer, { op: "fetch" }>): void {
    const { visibleEnd, processEnd, isFirst } = this.#expectation(operation);
    const { highWatermark } = answer;
    if (highWatermark < processEnd)
      this.#violated("I5", operation, `the log ends at ${highWatermark}; this process knew ${processEnd}`);
    // An empty answer below the high watermark says that other partitions took the room, not that nothing is there.
    const saysNothingNew = answer.records.length === 0 && highWatermark <= asked.offset;
    if (saysNothingNew && isFirst && asked.offset < visibleEnd)
      this.#violated(
        "I5",
        operation,
        `nothing at ${asked.offset} by the first look of this process, ${visibleEnd} was known`,
      );
    this.#checkEnd(operation, highWatermark);
  }

  #checkOffset(operation: Operation, asked: OffsetQuestion, answer: Extract<Answer, { op: "offset" }>): void {
    const { visibleEnd } = this.#expectation(operation);
    const said = `${answer.offset} (time ${answer.timestampMs})`;
    if (asked.spec === "latest") {
      if (answer.offset < visibleEnd) this.#violated("I5", operation, `${said} when ${visibleEnd} was known`);
      this.#checkEnd(operation, answer.offset);
      return;
    }
    const records = this.#truth.records.get(present(placeOf(asked), "a place")) ?? new Map();
    const visible = [...records.values()].filter(record => record.offset < visibleEnd);
    if (asked.spec === "earliest") {
      if (answer.offset !== 0) this.#violated("I6", operation, `${said}, and nothing was ever removed`);
      return;
    }
    const found = records.get(answer.offset);
    if (answer.offset >= 0 && found !== undefined && found.timestampMs !== answer.timestampMs)
      this.#violated("I2", operation, `${said}, and that record has time ${found.timestampMs}`);
    if (asked.spec === "maxTimestamp") {
      const latestMs = Math.max(-1, ...visible.map(record => record.timestampMs));
      if (answer.timestampMs < latestMs)
        this.#violated("I5", operation, `${said}, time ${latestMs} was known`);
      return;
    }
    const { atTimeMs } = asked.spec;
    let first = -1;
    for (const record of visible)
      if (record.timestampMs >= atTimeMs && (first < 0 || record.offset < first)) first = record.offset;
    if (first >= 0 && answer.offset !== first)
      this.#violated("I5", operation, `${said}, and ${first} is the first with that time`);
    if (first < 0 && answer.offset >= 0 && (answer.offset < visibleEnd || answer.timestampMs < atTimeMs))
      this.#violated("I5", operation, `${said}, which is before that time`);
  }

  /** Nobody may be told of an end that the log never had. */
  #checkEnd(operation: Operation, said: number): void {
    const end = this.#truth.ends.get(placeOf(operation.invocation as Fetch) ?? "");
    if (end !== undefined && said > end)
      this.#violated("I5", operation, `the log is said to end at ${said}; in the end it ends at ${end}`);
  }

  #expectation(operation: Operation): Expectation {
    return present(this.#expectations.get(operation.id), `expectation of ${operation.id}`);
  }

  #tell(process: string, place: string, end: number): void {
    this.#visible.set(place, Math.max(this.#visible.get(place) ?? 0, end));
    const told = `${process} ${place}`;
    this.#told.set(told, Math.max(this.#told.get(told) ?? 0, end));
  }

  #violated(invariant: Violation["invariant"], operation: Operation, message: string): void {
    this.violations.push({ invariant, message: `${describe(operation)}: ${message}` });
  }
}
