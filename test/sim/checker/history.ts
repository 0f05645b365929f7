/**
 * What clients did and heard, in order: one event a line, as JSON. Written by the simulator, by the crash test and by
 * outside clients, judged by one checker. Nothing in it knows how the log works inside.
 *
 *   invoke   a client asks; `process` is one life of one process: after a restart it has another name
 *   ok       what it was told
 *   fail     it was told that nothing happened and nothing will
 *   info     nobody can say: an unknown outcome, a killed process
 *   damaged  some offsets of a log cannot be read, for somebody had damaged their bytes: no reader is to blame
 *   tended   a process looks after a topic by itself, and so knows it, though nobody has asked
 *   leap     every wall clock went on by so much at once; `atMs` counts the time that was waited, without leaps
 *
 * `log` names what has one sequence of offsets for ever: the topic, and the id too where a name is used again. A request
 * that goes by such a name alone has no `log`: it may reach either.
 */

/** A record as a reader sees it. `value` is unique to the record that was sent. */
export type SeenRecord = {
  readonly offset: number;
  readonly value: string;
  readonly timestampMs: number;
};

export type OffsetSpecText = "earliest" | "latest" | "maxTimestamp" | { readonly atTimeMs: number };

/** A member as it calls itself; without an id it has none yet. */
type AsMember = { readonly group: string; readonly memberId: string; readonly instanceId?: string };
type InGeneration = AsMember & { readonly generation: number };

/** As a member of KIP-848: 0 joins, below 0 leaves. */
type InEpoch = AsMember & { readonly epoch: number };

/** Records of a partition from one offset up to another. */
export type Delivery = { readonly partition: number; readonly from: number; readonly next: number };

type Place = { readonly topic: string; readonly log?: string; readonly partition: number };

/**
 * What a log may lose, and when: as its topic was made. Of a topic whose name is its log, for as long as it is there. A log
 * that was made without rules loses nothing.
 */
export type LossRules = {
  /** -1: no limit; so for both of them. */
  readonly retentionMs: number;
  readonly retentionBytes: number;
  readonly isDelete: boolean;
  /** The last value of each key stays, and a tombstone for so long. */
  readonly isCompact: boolean;
  readonly deleteRetentionMs: number;
  /** What the clocks of clients said when `atMs` was 0. */
  readonly epochMs: number;
};

export type Invocation =
  | (Place & {
      readonly op: "append";
      /** In order. They lie side by side in the log, or none of them does. */
      readonly values: readonly string[];
      /** As sent; absent where the log gives its own. */
      readonly timestampsMs?: readonly number[];
      /** Of an idempotent producer: however often it is sent, it is there once. */
      readonly producer?: { readonly id: number; readonly epoch: number; readonly sequence: number };
      /** One for each value, where records have keys. */
      readonly keys?: readonly string[];
      /** Which of the values are tombstones of their keys. */
      readonly tombstones?: readonly boolean[];
      /** What the batches take, bytes. */
      readonly sizeBytes?: number;
    })
  | (Place & {
      readonly op: "trim";
      /** What is below is to go. */
      readonly before: number | "highWatermark";
    })
  | (Place & {
      readonly op: "fetch";
      readonly offset: number;
      readonly waitMs: number;
      /** Answer as soon as this much is there. */
      readonly bytesMin: number;
      /** No other partition shares its limits: it cannot be left out for want of room. */
      readonly isAlone: boolean;
    })
  | (Place & { readonly op: "offset"; readonly spec: OffsetSpecText })
  | {
      readonly op: "create";
      readonly topic: string;
      readonly partitions: number;
      readonly rules?: LossRules;
    }
  | { readonly op: "delete"; readonly topic: string }
  | { readonly op: "grow"; readonly topic: string; readonly partitions: number }
  | { readonly op: "configure"; readonly topic: string }
  | { readonly op: "describe"; readonly topic: string }
  | { readonly op: "list" }
  | (AsMember & { readonly op: "join"; readonly sessionMs: number })
  | (InGeneration & { readonly op: "sync" | "heartbeat" })
  | (AsMember & { readonly op: "leave" })
  | (InGeneration & {
      readonly op: "commit";
      readonly topic: string;
      /** Unique: it is stored beside the offsets, and read with them. */
      readonly name: string;
      readonly offsets: readonly { readonly partition: number; readonly offset: number }[];
    })
  | (InGeneration & {
      readonly op: "committed";
      readonly topic: string;
      readonly partitions: readonly number[];
      /** It is about to go on from there. Otherwise it is nobody in the group, and only looks. */
      readonly isOwner: boolean;
    })
  /** A heartbeat of KIP-848, of one that has so much as it asks: what is not in it, it has given up. */
  | (InEpoch & { readonly op: "beat"; readonly holds: readonly number[] })
  /** A call of a reader that keeps only who it is. One that reads has given up all; what it commits is written apart. */
  | (InEpoch & { readonly op: "poll"; readonly verb: "read" | "heartbeat" | "leave" })
  /** A call of a consumer instance, whose place is kept for it. */
  | {
      readonly op: "instance";
      readonly group: string;
      readonly instance: string;
      readonly verb: "create" | "subscribe" | "poll" | "commit" | "assignment" | "delete";
    }
  | { readonly op: "bury"; readonly group: string };

export type Answer =
  | { readonly op: "append"; readonly baseOffset: number; readonly appendTimeMs: number }
  | {
      readonly op: "fetch";
      readonly records: readonly SeenRecord[];
      readonly nextOffset: number;
      readonly highWatermark: number;
      readonly logStartOffset: number;
    }
  | { readonly op: "trimmed"; readonly logStartOffset: number }
  | { readonly op: "offset"; readonly offset: number; readonly timestampMs: number }
  | {
      readonly op: "topic";
      readonly topics: readonly {
        readonly name: string;
        readonly log: string;
        readonly partitions: number;
      }[];
    }
  | {
      readonly op: "joined";
      readonly generation: number;
      readonly memberId: string;
      readonly leaderId: string;
      /** Whom the leader sees. */
      readonly members: readonly { readonly memberId: string; readonly instanceId?: string }[];
    }
  /** It has an id now, and has to come back with it. */
  | { readonly op: "named"; readonly memberId: string }
  /** `name` as the leader drew it, once for each time that it assigned; empty: it is assigned nothing at all. */
  | { readonly op: "synced"; readonly name: string; readonly partitions: readonly number[] }
  /** `commit`: the name of one, empty for what a consumer instance commits; undefined: nothing is committed. */
  | {
      readonly op: "committed";
      readonly offsets: readonly {
        readonly partition: number;
        readonly offset: number;
        readonly commit?: string;
      }[];
    }
  /** To `beat`. No partitions: as it was told before. */
  | {
      readonly op: "told";
      readonly memberId: string;
      readonly epoch: number;
      readonly partitions?: readonly number[];
    }
  | {
      readonly op: "polled";
      readonly memberId: string;
      readonly epoch: number;
      readonly partitions: readonly number[];
      readonly deliveries: readonly Delivery[];
    }
  | { readonly op: "delivered"; readonly deliveries: readonly Delivery[] }
  | { readonly op: "assigned"; readonly partitions: readonly number[] }
  | { readonly op: "done" };

/** `kind` as in lib/std/errors: who must act. */
export type HistoryError = {
  readonly name: string;
  readonly kind: string;
  readonly message: string;
  /** What an out-of-range answer says the log's beginning and end are. */
  readonly logStartOffset?: number;
  readonly highWatermark?: number;
};

export type HistoryEvent =
  | ({
      readonly type: "invoke";
      readonly id: number;
      readonly atMs: number;
      readonly process: string;
    } & Invocation)
  | ({ readonly type: "ok"; readonly id: number; readonly atMs: number } & Answer)
  | { readonly type: "fail"; readonly id: number; readonly atMs: number; readonly error: HistoryError }
  | { readonly type: "info"; readonly id: number; readonly atMs: number; readonly error?: HistoryError }
  | { readonly type: "leap"; readonly atMs: number; readonly ms: number }
  | ({ readonly type: "damaged"; readonly atMs: number } & LostRange)
  | { readonly type: "tended"; readonly atMs: number; readonly process: string; readonly topic: string }
  /** From here on a read is the last word: faults have stopped and everything under way has arrived or never will. */
  | { readonly type: "final"; readonly atMs: number };

/** Offsets [from, to) of a log that were damaged where they lay. */
export type LostRange = {
  readonly log: string;
  readonly partition: number;
  readonly from: number;
  readonly to: number;
};

/** Writes a history. */
export class HistoryWriter {
  readonly events: HistoryEvent[] = [];
  readonly #now: () => number;
  #ids = 0;

  constructor(deps: { readonly now: () => number }) {
    this.#now = deps.now;
  }

  /** Operations so far. */
  get operations(): number {
    return this.#ids;
  }

  invoke(process: string, invocation: Invocation): number {
    const id = this.#ids++;
    this.events.push({ type: "invoke", id, atMs: this.#now(), process, ...invocation });
    return id;
  }

  ok(id: number, answer: Answer): void {
    this.events.push({ type: "ok", id, atMs: this.#now(), ...answer });
  }

  fail(id: number, error: HistoryError): void {
    this.events.push({ type: "fail", id, atMs: this.#now(), error });
  }

  info(id: number, error?: HistoryError): void {
    this.events.push({ type: "info", id, atMs: this.#now(), ...(error && { error }) });
  }

  leap(ms: number): void {
    this.events.push({ type: "leap", atMs: this.#now(), ms });
  }

  damaged(range: LostRange): void {
    this.events.push({ type: "damaged", atMs: this.#now(), ...range });
  }

  tended(process: string, topic: string): void {
    this.events.push({ type: "tended", atMs: this.#now(), process, topic });
  }

  final(): void {
    this.events.push({ type: "final", atMs: this.#now() });
  }

  toLines(): string {
    return this.events.map(event => `${JSON.stringify(event)}\n`).join("");
  }
}

/** Reads what `toLines` wrote. Believes its own files. */
export function readHistory(lines: string): HistoryEvent[] {
  return lines
    .split("\n")
    .filter(line => line !== "")
    .map(line => JSON.parse(line) as HistoryEvent);
}
