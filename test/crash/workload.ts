/**
 * Writers and readers of one life of the log: each has a connection of its own, asks, waits for the answer, and writes
 * both into the history. They stop when the log is gone, or when they are told.
 */
import type { HistoryWriter } from "../sim/checker/index.ts";
import type { Prng } from "../sim/world/prng.ts";
import { type Appended, type Connection, cutName, type Part, type Place } from "./connection.ts";
import type { NewRecord } from "./payload.ts";

/** Most records are small, as they are; some make a segment of their own. */
const sizesBytes = [30, 60, 200, 200, 1_000, 5_000, 40_000] as const;
const fetchBytesMax = 128 * 1024;
const waitMsMax = 50;

/** What the life of a log is called in the history, and what it serves. */
export type Life = {
  readonly name: string;
  readonly places: readonly Place[];
  /** Whose appends lie in the order in which they were asked for: all of them, or those of one connection. */
  readonly isOrderedBy: "life" | "connection";
};

export class Workload {
  readonly #history: HistoryWriter;
  readonly #random: Prng;
  readonly #life: Life;
  readonly #onAcknowledged: () => void;
  #isOver = false;
  /** Appends that were asked for and not answered. */
  underWay = 0;
  acknowledged = 0;

  constructor(
    deps: { readonly history: HistoryWriter; readonly random: Prng; readonly onAcknowledged?: () => void },
    life: Life,
  ) {
    this.#history = deps.history;
    this.#random = deps.random;
    this.#onAcknowledged = deps.onAcknowledged ?? (() => undefined);
    this.#life = life;
  }

  /** Nobody asks anything more. */
  end(): void {
    this.#isOver = true;
  }

  /** Appends until the end. `name` is part of every record's own: order is kept by connection. */
  async write(name: string, connection: Connection): Promise<void> {
    const random = this.#random.fork(name);
    let sequence = 0;
    while (!this.#isOver) {
      const parts = this.#someParts(random, connection, () => `${name}:${sequence++}`);
      if (!(await this.#append(name, connection, parts))) break;
    }
    connection.close();
  }

  /** Follows partitions until the end. */
  async read(name: string, connection: Connection): Promise<void> {
    const random = this.#random.fork(name);
    const positions = new Map<Place, number>();
    while (!this.#isOver) {
      const place = random.pick(this.#life.places);
      const offset = random.chance(0.9) ? (positions.get(place) ?? 0) : 0;
      const next = await this.#fetch(connection, place, offset, random.below(2) * waitMsMax, fetchBytesMax);
      if (next === undefined) break;
      positions.set(place, next);
    }
    connection.close();
  }

  /** Reads a partition from its beginning to its end. */
  async readAll(connection: Connection, place: Place): Promise<void> {
    const bytesMax = 4 * 1024 * 1024;
    for (let offset = 0; ; ) {
      const next = await this.#fetch(connection, place, offset, 0, bytesMax);
      if (next === undefined || next === offset) return;
      offset = next;
    }
  }

  #someParts(random: Prng, { partsMax, recordsMax }: Connection, nameNext: () => string): readonly Part[] {
    const { topic } = random.pick(this.#life.places);
    const places = this.#life.places.filter(place => place.topic === topic);
    const hasKey = random.chance(0.5);
    const recordOf = (): NewRecord => ({
      value: nameNext(),
      sizeBytes: random.pick(sizesBytes),
      hasKey,
      timestampMs: Date.now(),
    });
    return Array.from({ length: Math.round(random.spread(1, partsMax)) }, () => ({
      ...random.pick(places),
      records: Array.from({ length: Math.round(random.spread(1, recordsMax)) }, recordOf),
    }));
  }

  /** Whether the connection is still good. */
  async #append(name: string, connection: Connection, parts: readonly Part[]): Promise<boolean> {
    // The checker holds one process to the order of its invocations.
    const process = this.#life.isOrderedBy === "life" ? this.#life.name : name;
    const ids = parts.map(({ topic, partition, records }) =>
      this.#history.invoke(process, {
        op: "append",
        topic,
        log: topic,
        partition,
        values: records.map(({ value }) => value),
        timestampsMs: records.map(({ timestampMs }) => timestampMs),
      }),
    );
    this.underWay += ids.length;
    let isGood = true;
    await connection.append(parts, (part, outcome) => {
      this.underWay--;
      this.#writeDown(ids[part] ?? -1, outcome);
      // What was refused for certain leaves the order as it is; after anything else it would mean nothing.
      if (outcome.kind === "info" || (outcome.kind === "fail" && outcome.error.name === cutName))
        isGood = false;
    });
    return isGood;
  }

  #writeDown(id: number, outcome: Appended): void {
    if (outcome.kind === "ok") {
      this.#history.ok(id, { op: "append", baseOffset: outcome.baseOffset, appendTimeMs: -1 });
      this.acknowledged++;
      this.#onAcknowledged();
    } else if (outcome.kind === "fail") this.#history.fail(id, outcome.error);
    else this.#history.info(id, outcome.error);
  }

  /** Where to go on; undefined when the connection is not good any more. */
  async #fetch(
    connection: Connection,
    place: Place,
    offset: number,
    waitMs: number,
    bytesMax: number,
  ): Promise<number | undefined> {
    const id = this.#history.invoke(this.#life.name, {
      op: "fetch",
      ...place,
      log: place.topic,
      offset,
      waitMs,
      bytesMin: 1,
      isAlone: true,
    });
    const fetched = await connection.fetch(place, offset, waitMs, bytesMax);
    if (fetched.kind === "ok") {
      const { kind, ...answer } = fetched;
      this.#history.ok(id, { op: "fetch", ...answer });
      return fetched.nextOffset;
    }
    if (fetched.kind === "fail") this.#history.fail(id, fetched.error);
    else this.#history.info(id, fetched.error);
    return undefined;
  }
}
