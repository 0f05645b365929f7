/**
 * What every client writes and reads: the same records, so that anyone can check anyone. A record is compared as a line of
 * text that holds all of it; `lineOf` is the grammar, and each client's program writes the same.
 */

/** Bytes are base64; null is no key, no value. */
export type FixtureRecord = {
  readonly key: string | null;
  readonly value: string | null;
  readonly timestamp: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
};

export type Fixture = {
  readonly records: readonly FixtureRecord[];
  /** The lines of the records, from offset 0 on. */
  readonly lines: readonly string[];
  /** A value near the limit of a record, base64. */
  readonly largeValue: string;
  /** A value above the limit has so many bytes. */
  readonly tooLargeBytes: number;
};

const count = 40;
/** An hour ago. What is older than a week is let go while the clients are at work (retention.ms). */
const firstTimestampMs = Math.floor(performance.timeOrigin / 1_000) * 1_000 - 3_600_000;
const stepMs = 1_000;
const largeBytes = 900 * 1024;

/** The same at every call of one run. */
export function fixture(): Fixture {
  const records = Array.from({ length: count }, (_, i) => record(i));
  return {
    records,
    lines: records.map((each, offset) => lineOf(offset, each)),
    largeValue: bytes(largeBytes, 1).toString("base64"),
    tooLargeBytes: 1_200_000,
  };
}

/** Line => offset "|" timestamp "|" (key base64 or "-") "|" (value base64 or "-") ["|" name "=" value base64 ...] */
export function lineOf(offset: number, { key, value, timestamp, headers }: FixtureRecord): string {
  return [offset, timestamp, key ?? "-", value ?? "-", ...headers.map(([n, v]) => `${n}=${v}`)].join("|");
}

function record(i: number): FixtureRecord {
  return {
    key: i % 4 === 3 ? null : Buffer.from(`key ${i} é`).toString("base64"),
    value: i % 10 === 8 ? null : valueAt(i).toString("base64"),
    timestamp: firstTimestampMs + i * stepMs,
    headers: i % 3 === 0 ? [] : [binaryHeader(i), ["empty", ""]],
  };
}

function valueAt(i: number): Buffer {
  if (i === 4) return Buffer.alloc(0);
  // Some compress well, some do not.
  return i % 2 === 0 ? Buffer.from(`{"number":${i}}`.repeat(i * 20 + 1)) : bytes(i * 50, i);
}

function binaryHeader(i: number): readonly [string, string] {
  return ["trace", Buffer.from([0, 255, i]).toString("base64")];
}

/** Bytes that no codec makes much smaller. */
function bytes(length: number, seed: number): Buffer {
  const made = Buffer.alloc(length);
  let state = seed + 1;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    made[i] = state >>> 24;
  }
  return made;
}
