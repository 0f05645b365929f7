/**
 * One call of a member of a group that reads one topic, as the server takes it and answers it: plain data. Keys and values
 * travel in base64, so that what is printed is byte for byte what was written.
 */
import type { BatchRecord } from "../../../lib/format/record-batch/index.ts";
import { listIn, numberIn, objectIn, textIn, textOrNullIn } from "../../shape.ts";

/** What the server may take beyond the waiting that it was asked for, ms. */
const answerMsMax = 30_000;

export type GroupPoll = {
  readonly topic: string;
  readonly memberId: string;
  /** As answered last; 0 joins. */
  readonly epoch: number;
  /** By partition, the next offset to read: what is before it was printed. */
  readonly commits: ReadonlyMap<number, number>;
  /** Where a partition begins that the group has committed nothing of. */
  readonly reset: "earliest" | "latest";
  readonly action: "read" | "heartbeat" | "leave";
  readonly waitMs: number;
};

/** What came of one partition. */
export type Piece = {
  readonly partition: number;
  readonly records: readonly BatchRecord[];
  /** What to commit when all of them were printed. */
  readonly next: number;
};

export type Polled = {
  readonly epoch: number;
  /** Who is silent for longer is taken out of its group, ms. */
  readonly silenceMsMax: number;
  /** What the member reads at present. */
  readonly partitions: readonly number[];
  readonly pieces: readonly Piece[];
  /** Why something was not committed, by partition. */
  readonly failures: readonly { readonly partition: number; readonly message: string }[];
};

/** The body of the call. */
export function pollOf({ topic, memberId, epoch, commits, reset, action, waitMs }: GroupPoll): unknown {
  return {
    member: { id: memberId, epoch },
    topics: [topic],
    commit: [...commits].map(([partition, offset]) => ({ topic, partition, offset })),
    auto_offset_reset: reset,
    action,
    wait_ms: waitMs,
    format: "binary",
    client_id: "cumulog",
  };
}

/** For how long nothing may come before the answer counts as lost, ms. */
export function pollSilenceMs({ waitMs }: GroupPoll): number {
  return waitMs + answerMsMax;
}

/** The answer. Throws ServerStrange. */
export function polledIn(answer: unknown, topic: string): Polled {
  const member = objectIn(answer, "member");
  const isOurs = (each: unknown): boolean => textIn(each, "topic") === topic;
  const records = Map.groupBy(listIn(answer, "records").filter(isOurs), each => numberIn(each, "partition"));
  return {
    epoch: numberIn(member, "epoch"),
    silenceMsMax: numberIn(member, "heartbeat_within_ms"),
    partitions: listIn(answer, "assignment").filter(isOurs).flatMap(partitionsIn),
    pieces: listIn(answer, "next")
      .filter(isOurs)
      .map(place => {
        const partition = numberIn(place, "partition");
        const next = numberIn(place, "offset");
        return { partition, records: (records.get(partition) ?? []).map(recordIn), next };
      }),
    failures: listIn(answer, "failed_commits").map(failure => ({
      partition: numberIn(failure, "partition"),
      message: textIn(failure, "message"),
    })),
  };
}

function partitionsIn(assignment: unknown): readonly number[] {
  return listIn(assignment, "partitions").filter(each => typeof each === "number");
}

function recordIn(record: unknown): BatchRecord {
  return {
    offset: numberIn(record, "offset"),
    timestampMs: numberIn(record, "timestamp"),
    key: bytesIn(record, "key"),
    value: bytesIn(record, "value"),
    headers: listIn(record, "headers").map(header => ({
      key: textIn(header, "name"),
      value: bytesIn(header, "value"),
    })),
  };
}

function bytesIn(value: unknown, name: string): Uint8Array | null {
  const text = textOrNullIn(value, name);
  return text === null ? null : Buffer.from(text, "base64");
}
