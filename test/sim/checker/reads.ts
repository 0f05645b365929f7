/**
 * I5 and I6, answer by answer: what a process said of a log never goes back, a strong answer shows everything that was
 * acknowledged before it was asked for, and a fetch leaves nothing out.
 *
 * One pass over the history: at each invocation what must be known by then is noted, at each answer it is held to that.
 */
import { present } from "../../../lib/std/index.ts";
import type { Answer, HistoryEvent, Invocation, SeenRecord } from "./history.ts";
import type { Losses } from "./losses.ts";
import { describe, type Operation, placeOf } from "./operations.ts";
import type { Truth } from "./truth.ts";
import type { Violation } from "./violation.ts";

type Fetch = Extract<Invocation, { op: "fetch" }>;
type FetchAnswer = Extract<Answer, { op: "fetch" }>;
type OffsetQuestion = Extract<Invocation, { op: "offset" }>;

/** What must hold of an answer, as of when it was asked for. */
type Expectation = {
  /** Every process has acknowledged or shown this much: strong answers are not below. */
  readonly visibleEnd: number;
  /** This process has acknowledged or shown this much. */
  readonly processEnd: number;
  /** The same for the beginning of the log: what is deleted is not back. */
  readonly visibleStart: number;
  readonly processStart: number;
  /** This process was never asked about a topic of this name before, nor has it looked after it. */
  readonly isFirst: boolean;
};

export function checkReads(
  history: readonly HistoryEvent[],
  operations: readonly Operation[],
  truth: Truth,
  losses: Losses,
): readonly Violation[] {
  const pass = new Pass(truth, losses);
  const byId = new Map(operations.map(operation => [operation.id, operation]));
  for (const event of history) {
    if (event.type === "tended") pass.tended(event);
    if (!("id" in event)) continue;
    const operation = present(byId.get(event.id), `operation ${event.id}`);
    if (event.type === "invoke") pass.invoked(operation);
    else pass.ended(operation);
  }
  return pass.violations;
}

class Pass {
  readonly violations: Violation[] = [];
  readonly #truth: Truth;
  readonly #losses: Losses;
  /** By place: one past the last offset that anyone was told of. */
  readonly #visible = new Map<string, number>();
  /** By process and place: the same, told by that process. */
  readonly #told = new Map<string, number>();
  /** By place, and by process and place: where the log was said to begin. */
  readonly #starts = new Map<string, number>();
  /** Process and topic: was asked about it. */
  readonly #asked = new Set<string>();
  readonly #expectations = new Map<number, Expectation>();

  constructor(truth: Truth, losses: Losses) {
    this.#truth = truth;
    this.#losses = losses;
  }

  tended({ process, topic }: { readonly process: string; readonly topic: string }): void {
    this.#asked.add(`${process} ${topic}`);
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
        visibleStart: this.#starts.get(place) ?? 0,
        processStart: this.#starts.get(`${process} ${place}`) ?? 0,
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
      this.#begins(operation, place, answer.logStartOffset);
    } else if (place === undefined) return;
    else if (invocation.op === "append" && answer.op === "append")
      this.#tell(process, place, answer.baseOffset + invocation.values.length);
    else if (invocation.op === "offset" && answer.op === "offset") {
      this.#checkOffset(operation, invocation, answer);
      if (invocation.spec === "latest") this.#tell(process, place, answer.offset);
      if (invocation.spec === "earliest") this.#begins(operation, place, answer.offset);
    } else if (invocation.op === "trim" && answer.op === "trimmed")
      this.#begins(operation, place, answer.logStartOffset);
  }

  /** "Out of range" is said of what is out of range, by a strong look. */
  #failed(operation: Operation): void {
    const { invocation, outcome } = operation;
    const expected = this.#expectations.get(operation.id);
    if (invocation.op !== "fetch" || expected === undefined || outcome.kind === "ok") return;
    if (outcome.error?.name !== "OffsetOutOfRange") return;
    const said = outcome.error.highWatermark ?? 0;
    const start = outcome.error.logStartOffset ?? 0;
    const place = placeOf(invocation);
    if (place !== undefined && this.#losses.isLossy(place)) {
      this.#begins(operation, place, start);
      if (invocation.offset < start && said >= expected.visibleEnd) return;
    }
    if (invocation.offset <= expected.visibleEnd || said < expected.visibleEnd)
      this.#violated(
        "I5",
        operation,
        `out of range, the log said to end at ${said}, when ${expected.visibleEnd} was known`,
      );
  }

  #checkShape(operation: Operation, asked: Fetch, answer: FetchAnswer): void {
    const [first] = answer.records;
    const last = answer.records.at(-1);
    if (this.#losses.isLossy(placeOf(asked))) this.#checkGaps(operation, asked, answer);
    else if (first === undefined || last === undefined) {
      if (answer.nextOffset !== asked.offset)
        this.#violated("I6", operation, `nothing was read, and next is ${answer.nextOffset}`);
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
    if (answer.nextOffset === asked.offset && asked.isAlone && answer.highWatermark > asked.offset)
      this.#violated("I6", operation, `nothing was read, and the log ends at ${answer.highWatermark}`);
    if (answer.highWatermark < answer.nextOffset)
      this.#violated(
        "I6",
        operation,
        `next is ${answer.nextOffset}, past the end at ${answer.highWatermark}`,
      );
  }

  /** A reader comes by every offset: what it is not given there may be gone. */
  #checkGaps(operation: Operation, asked: Fetch, { records, nextOffset }: FetchAnswer): void {
    const place = placeOf(asked);
    const given = new Set(records.map(({ offset }) => offset));
    for (let offset = asked.offset; offset < nextOffset; offset++)
      if (!given.has(offset) && !this.#losses.mayBeGone(place, offset, operation.endedAt))
        this.#violated("I6", operation, `offset ${offset} is left out, and nothing says that it may go`);
    const disorder = records.find(({ offset }, i) => offset <= (records[i - 1]?.offset ?? -1));
    if (disorder !== undefined) this.#violated("I6", operation, `offset ${disorder.offset} is not in order`);
    const last = records.at(-1)?.offset ?? -1;
    if (nextOffset < asked.offset || nextOffset <= last)
      this.#violated("I6", operation, `the last record is ${last}, next is ${nextOffset}`);
  }

  /** A log begins behind what may be gone, and never earlier than it was said to. */
  #begins(operation: Operation, place: string, start: number): void {
    const lost = this.#losses.lostBelow(place, start, operation.endedAt);
    if (lost !== undefined)
      this.#violated("I1", operation, `the log begins at ${start}, and nothing says that ${lost} may go`);
    const { processStart } = this.#expectation(operation);
    if (start < processStart)
      this.#violated("I6", operation, `the log begins at ${start}; this process knew ${processStart}`);
    const told = `${operation.process} ${place}`;
    this.#starts.set(place, Math.max(this.#starts.get(place) ?? 0, start));
    this.#starts.set(told, Math.max(this.#starts.get(told) ?? 0, start));
  }

  #checkFetch(operation: Operation, asked: Fetch, answer: FetchAnswer): void {
    const { visibleEnd, processEnd, processStart, isFirst } = this.#expectation(operation);
    const { highWatermark } = answer;
    if (asked.offset < processStart)
      this.#violated(
        "I6",
        operation,
        `was answered; this process knew that the log begins at ${processStart}`,
      );
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
    const { visibleEnd, visibleStart } = this.#expectation(operation);
    const place = present(placeOf(asked), "a place");
    const said = `${answer.offset} (time ${answer.timestampMs})`;
    if (asked.spec === "latest") {
      if (answer.offset < visibleEnd) this.#violated("I5", operation, `${said} when ${visibleEnd} was known`);
      this.#checkEnd(operation, answer.offset);
      return;
    }
    if (asked.spec === "earliest") {
      if (answer.offset < visibleStart)
        this.#violated("I5", operation, `${said} when ${visibleStart} was known`);
      return;
    }
    const records = this.#truth.records.get(place) ?? new Map<number, SeenRecord>();
    const visible = [...records.values()].filter(
      ({ offset }) =>
        offset < visibleEnd &&
        !(this.#losses.isLossy(place) && this.#losses.mayBeGone(place, offset, operation.endedAt)),
    );
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
    // What may be gone may be there as well.
    const isEarlier = this.#losses.isLossy(place) && answer.offset >= 0 && answer.offset < first;
    if (isEarlier && answer.timestampMs < atTimeMs)
      this.#violated("I5", operation, `${said}, which is before that time`);
    if (first >= 0 && answer.offset !== first && !isEarlier)
      this.#violated("I5", operation, `${said}, and ${first} is the first with that time`);
    const isNew = answer.offset >= visibleEnd || this.#losses.isLossy(place);
    if (first < 0 && answer.offset >= 0 && (!isNew || answer.timestampMs < atTimeMs))
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
