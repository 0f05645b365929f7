/**
 * What is known of one partition: which record lies at which offset, by a digest of all its bytes, and what the log has
 * promised to keep. Producers tell it what was acknowledged, readers what they saw; whoever comes second has to agree with the
 * first. Holds a few bytes a record, so that it lasts an hour.
 */
import { createHash } from "node:crypto";
import type { BatchRecord, RecordInput } from "../../../lib/format/record-batch/index.ts";
import type { Policy } from "./topics.ts";

/** 48 bits of a digest of everything that a producer says of a record. */
export type Digest = number;

/** What a reader of the whole partition has seen. */
export type ReadBack = {
  readonly start: number;
  readonly end: number;
  readonly records: ReadonlyMap<number, Digest>;
  /** When the reading began and ended, ms since 1970. */
  readonly beganMs: number;
  readonly endedMs: number;
};

const digestBytes = 6;
/** The upkeep comes by when it can: far more than any pause of it, and blocks go as a whole. */
const lateMsMax = 240_000;

/** Of the key, the value and the time. */
export function digestOf({ key, value, timestampMs }: RecordInput): Digest {
  const hash = createHash("sha1").update(`${timestampMs} ${key?.length ?? -1} ${value?.length ?? -1} `);
  if (key !== null) hash.update(key);
  if (value !== null) hash.update(value);
  return hash.digest().readUIntBE(0, digestBytes);
}

export class Ledger {
  readonly #place: string;
  readonly #policy: Policy;
  readonly #problems: (line: string) => void;
  /** By offset. */
  readonly #digests: Digest[] = [];
  readonly #timesMs: number[] = [];
  readonly #isAcknowledged: boolean[] = [];
  readonly #isTombstone: boolean[] = [];
  readonly #keys: (string | undefined)[] = [];
  #acknowledgedEnd = 0;
  #startMax = 0;

  /** `place` names the partition in what is told to `problems`. */
  constructor(place: string, policy: Policy, problems: (line: string) => void) {
    this.#place = place;
    this.#policy = policy;
    this.#problems = problems;
  }

  /** The log has said that these records lie from `base` on. */
  acknowledge(base: number, records: readonly RecordInput[]): void {
    for (const [index, record] of records.entries()) {
      const offset = base + index;
      if (this.#isAcknowledged[offset]) this.#problem(offset, "was acknowledged to two");
      this.#agree(offset, record);
      this.#isAcknowledged[offset] = true;
    }
    this.#acknowledgedEnd = Math.max(this.#acknowledgedEnd, base + records.length);
  }

  /** A reader has seen this. */
  see(record: BatchRecord): void {
    this.#agree(record.offset, record);
  }

  /**
   * Holds a reading of everything, while nobody appended, to what was promised. `pending`: records whose append was not answered
   * yet; they may be there, and may have superseded others.
   */
  judge({ start, end, records, beganMs, endedMs }: ReadBack, pending: readonly RecordInput[]): void {
    const sent = new Set(pending.map(digestOf));
    if (start < this.#startMax) this.#problems(`${this.#place}: the start went back to ${start}`);
    this.#startMax = Math.max(start, this.#startMax);
    if (end < this.#acknowledgedEnd)
      this.#problems(`${this.#place}: ends at ${end}, ${this.#acknowledgedEnd} was acknowledged`);
    for (const [offset, digest] of records)
      if (this.#digests[offset] === undefined && !sent.has(digest))
        this.#problem(offset, "nobody sent what lies here");
      else if (this.#digests[offset] !== undefined && this.#digests[offset] !== digest)
        this.#problem(offset, "other bytes were read than sent");
    const mayHaveGone = this.#latestOfKeys(pending);
    for (let offset = 0; offset < this.#acknowledgedEnd; offset++) {
      if (!this.#isAcknowledged[offset] || records.has(offset)) continue;
      if (offset < start ? this.#isOld(offset, endedMs) : mayHaveGone(offset, endedMs)) continue;
      this.#problem(offset, offset < start ? "was removed before its time" : "was acknowledged and is gone");
    }
    this.#isKeptTooLong(start, beganMs);
  }

  /** How many records were acknowledged. */
  get acknowledged(): number {
    return this.#isAcknowledged.reduce(sum => sum + 1, 0);
  }

  #agree(offset: number, record: RecordInput): void {
    const digest = digestOf(record);
    const known = this.#digests[offset];
    if (known !== undefined && known !== digest) this.#problem(offset, "two do not agree on its bytes");
    if (known !== undefined) return;
    this.#digests[offset] = digest;
    this.#timesMs[offset] = record.timestampMs;
    if (!this.#policy.isCompact) return;
    this.#isTombstone[offset] = record.value === null;
    this.#keys[offset] = keyTextOf(record);
  }

  #isOld(offset: number, nowMs: number): boolean {
    return (this.#timesMs[offset] ?? nowMs) + this.#policy.retentionMs <= nowMs;
  }

  /** Whether compaction by key may have removed the record at an offset. */
  #latestOfKeys(pending: readonly RecordInput[]): (offset: number, nowMs: number) => boolean {
    if (!this.#policy.isCompact) return () => false;
    const latest = new Map<string, number>();
    for (const [offset, key] of this.#keys.entries()) if (key !== undefined) latest.set(key, offset);
    for (const record of pending) latest.set(keyTextOf(record), Number.POSITIVE_INFINITY);
    return (offset, nowMs) => {
      if ((latest.get(this.#keys[offset] ?? "") ?? 0) > offset) return true;
      const timeMs = this.#timesMs[offset] ?? nowMs;
      return this.#isTombstone[offset] === true && timeMs + this.#policy.tombstoneMs <= nowMs;
    };
  }

  /** Retention that does nothing would pass every other check: what is long past its time has to be gone. */
  #isKeptTooLong(start: number, nowMs: number): void {
    // A block of few keys spans a long time, and goes as a whole.
    if (this.#policy.isCompact) return;
    const timeMs = this.#timesMs[start] ?? nowMs;
    const behindMs = nowMs - timeMs - this.#policy.retentionMs;
    if (behindMs > lateMsMax) this.#problem(start, `is there ${Math.round(behindMs)} ms past its retention`);
  }

  #problem(offset: number, what: string): void {
    this.#problems(`${this.#place}:${offset}: ${what}`);
  }
}

function keyTextOf({ key }: RecordInput): string {
  return Buffer.from(key ?? []).toString("latin1");
}
