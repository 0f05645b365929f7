/**
 * A lane a partition: records gather in an open batch, closed batches wait in line, and at most one request is on its way
 * at a time, so that the order within a partition is the order of the lines. What has lined up meanwhile goes together in
 * the next request. Lanes work at the same time.
 *
 * After the first failure nothing more is sent; `account` then says what is certain and what is not.
 */
import {
  buildBatch,
  buildPlainBatch,
  encodedRecordBytes,
  type RecordInput,
} from "../../lib/format/record-batch/index.ts";
import type { Codecs, Compression } from "../../lib/ports/index.ts";
import { Deferred } from "../../lib/std/index.ts";
import { leavesDoubt } from "./send.ts";

export type LaneDeps = {
  readonly codecs: Codecs;
  /** The partition of a record by its key. */
  readonly choose: (key: Uint8Array | null) => number;
  /** A batch was closed: records without a key may go elsewhere from here on. */
  readonly batchClosed: () => void;
  /** Appends batches, all or none, and answers with the first offset, or throws; what is safe to repeat, it repeats itself. */
  readonly send: (partition: number, batches: readonly Uint8Array[]) => Promise<number>;
  /** The first failure, as soon as it is known: the input may be silent for long. */
  readonly onFailure: (error: Error) => void;
};

export type LaneOptions = {
  readonly compression: Compression;
  /** The topic's max.message.bytes. */
  readonly batchBytesMax: number;
};

/** What became of the records so far. */
export type Account = {
  readonly records: number;
  readonly lanes: readonly LaneAccount[];
  /** Every line before this one is acknowledged. Undefined: so is every line that was added. */
  readonly firstUnsureLine: number | undefined;
  readonly doubts: readonly Doubt[];
};
export type LaneAccount = {
  readonly partition: number;
  readonly records: number;
  readonly lastOffset: number;
};
/** A request whose answer was lost: all of it appended, or nothing. */
export type Doubt = {
  readonly partition: number;
  readonly records: number;
  readonly firstLine: number;
  readonly lastLine: number;
};

/** Where batches stop growing: larger ones cost the server no less per byte. */
const batchBytesGoal = 1024 * 1024;
const batchHeaderBytes = 61;
/** What one request carries at most, unless a single batch is larger: some round trips' worth, and little enough to repeat. */
const requestBytesMax = 4 * 1024 * 1024;
/** How long records of a slow input wait for others, ms. */
const lingerMs = 5;
/** Bytes of records that may wait or be on their way. */
const pendingBytesMax = 32 * 1024 * 1024;

type Gathered = {
  readonly records: RecordInput[];
  readonly firstLine: number;
  lastLine: number;
  bytes: number;
};

type Lane = {
  readonly partition: number;
  open: Gathered | undefined;
  readonly closed: Gathered[];
  isSending: boolean;
  records: number;
  lastOffset: number;
};

export class Lanes {
  readonly #deps: LaneDeps;
  readonly #options: LaneOptions;
  readonly #batchBytesGoal: number;
  readonly #lanes = new Map<number, Lane>();
  readonly #lost: Gathered[] = [];
  readonly #doubts: Doubt[] = [];
  #failure: Error | undefined;
  #pendingBytes = 0;
  #sending = 0;
  #acknowledged = 0;
  #changed = new Deferred<void>();
  #lingering: NodeJS.Timeout | undefined;

  constructor(deps: LaneDeps, options: LaneOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#batchBytesGoal = Math.min(batchBytesGoal, options.batchBytesMax);
  }

  /** Takes a record; lines come in rising order. Sends nothing at once: ask for `room` now and then. */
  add(record: RecordInput, line: number): void {
    const bytes = encodedRecordBytes(record);
    const open = this.#openFor(record, bytes, line);
    open.records.push(record);
    open.lastLine = line;
    open.bytes += bytes;
    this.#pendingBytes += bytes;
    this.#lingering ??= setTimeout(() => this.#sendIdle(), lingerMs);
  }

  /** Records that the server has. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** Whether a batch of this record alone might be larger than the topic takes: then ask `sizeAlone`. */
  isNearLimit(record: RecordInput): boolean {
    return batchHeaderBytes + encodedRecordBytes(record) > this.#options.batchBytesMax;
  }

  /** Bytes of a batch of this record alone. */
  async sizeAlone(record: RecordInput): Promise<number> {
    const batch = await this.#build([record]);
    return batch.length;
  }

  /** Resolves when there is memory for more. Throws the first failure. */
  async room(): Promise<void> {
    while (this.#pendingBytes > pendingBytesMax && !this.#failure) await this.#changed.promise;
    if (this.#failure) throw this.#failure;
  }

  /** Sends everything and waits for the answers. Throws the first failure, when nothing is on its way any more. */
  async flush(): Promise<void> {
    for (const lane of this.#lanes.values()) if (lane.open) this.#close(lane);
    while (this.#sending > 0) await this.#changed.promise;
    clearTimeout(this.#lingering);
    if (this.#failure) throw this.#failure;
  }

  /** What is certain, and what is not. */
  account(): Account {
    const lanes = [...this.#lanes.values()].sort((a, b) => a.partition - b.partition);
    const unsure = [
      ...this.#lost,
      ...lanes.flatMap(lane => [...lane.closed, ...(lane.open ? [lane.open] : [])]),
    ];
    return {
      records: this.#acknowledged,
      lanes: lanes.map(({ partition, records, lastOffset }) => ({ partition, records, lastOffset })),
      firstUnsureLine:
        unsure.length === 0 ? undefined : Math.min(...unsure.map(({ firstLine }) => firstLine)),
      doubts: this.#doubts,
    };
  }

  #openFor(record: RecordInput, bytes: number, line: number): Gathered {
    for (;;) {
      const lane = this.#lane(this.#deps.choose(record.key));
      lane.open ??= { records: [], firstLine: line, lastLine: line, bytes: batchHeaderBytes };
      if (lane.open.records.length === 0 || lane.open.bytes + bytes <= this.#batchBytesGoal) return lane.open;
      // Records without a key move on with a new batch: choose again.
      this.#close(lane);
    }
  }

  #lane(partition: number): Lane {
    const known = this.#lanes.get(partition);
    if (known) return known;
    const lane = { partition, open: undefined, closed: [], isSending: false, records: 0, lastOffset: -1 };
    this.#lanes.set(partition, lane);
    return lane;
  }

  /** The input is slow: what has gathered goes out, unless its lane is busy and will look for it by itself. */
  #sendIdle(): void {
    this.#lingering = undefined;
    for (const lane of this.#lanes.values()) if (lane.open && !lane.isSending) this.#close(lane);
  }

  #close(lane: Lane): void {
    if (!lane.open) return;
    lane.closed.push(lane.open);
    lane.open = undefined;
    this.#deps.batchClosed();
    if (!lane.isSending) void this.#drive(lane);
  }

  async #drive(lane: Lane): Promise<void> {
    lane.isSending = true;
    this.#sending++;
    for (let next = this.#next(lane); next.length > 0; next = this.#next(lane))
      await this.#deliver(lane, next);
    lane.isSending = false;
    this.#sending--;
    this.#wake();
  }

  /** What goes into the next request: what waits in line, else what has gathered so far. */
  #next(lane: Lane): readonly Gathered[] {
    if (this.#failure) return [];
    if (lane.closed.length === 0 && lane.open) {
      lane.closed.push(lane.open);
      lane.open = undefined;
      this.#deps.batchClosed();
    }
    let bytes = 0;
    const request: Gathered[] = [];
    for (let next = lane.closed[0]; next; next = lane.closed[0]) {
      bytes += next.bytes;
      if (request.length > 0 && bytes > requestBytesMax) break;
      request.push(next);
      lane.closed.shift();
    }
    return request;
  }

  async #deliver(lane: Lane, request: readonly Gathered[]): Promise<void> {
    const records = request.reduce((sum, gathered) => sum + gathered.records.length, 0);
    try {
      const batches = await Promise.all(request.map(gathered => this.#build(gathered.records)));
      const baseOffset = await this.#deps.send(lane.partition, batches);
      lane.records += records;
      this.#acknowledged += records;
      lane.lastOffset = baseOffset + records - 1;
    } catch (error) {
      this.#lost.push(...request);
      if (leavesDoubt(error)) this.#doubts.push({ partition: lane.partition, records, ...linesOf(request) });
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    } finally {
      for (const gathered of request) this.#pendingBytes -= gathered.bytes - batchHeaderBytes;
      this.#wake();
    }
  }

  #fail(error: Error): void {
    if (this.#failure) return;
    this.#failure = error;
    this.#deps.onFailure(error);
  }

  async #build(records: readonly RecordInput[]): Promise<Uint8Array> {
    const { codecs } = this.#deps;
    const { compression, batchBytesMax } = this.#options;
    const batch = await buildBatch(records, { codecs, compression });
    // What does not compress may grow past the limit that it kept before.
    return batch.length > batchBytesMax ? buildPlainBatch(records, { codecs }) : batch;
  }

  #wake(): void {
    const changed = this.#changed;
    this.#changed = new Deferred();
    changed.resolve();
  }
}

function linesOf(request: readonly Gathered[]): { readonly firstLine: number; readonly lastLine: number } {
  return {
    firstLine: Math.min(...request.map(gathered => gathered.firstLine)),
    lastLine: Math.max(...request.map(gathered => gathered.lastLine)),
  };
}
