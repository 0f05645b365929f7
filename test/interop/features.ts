/**
 * THE list of what is tried with every client. A client answers each of its features once; what it does not answer, and does
 * not say that it lacks, has failed.
 */
import { apiTable } from "../../lib/kafka/api-table.ts";

/** Rows of the table, in its order. */
export const features = {
  create: "create a topic",
  "produce-none": "produce and read, no codec",
  "produce-gzip": "produce and read, gzip",
  "produce-snappy": "produce and read, snappy",
  "produce-lz4": "produce and read, lz4",
  "produce-zstd": "produce and read, zstd",
  idempotent: "produce, idempotent",
  "acks-0": "produce, acks 0",
  "acks-1": "produce, acks 1",
  "acks-all": "produce, acks all",
  large: "a record of 900 KiB",
  many: "2,000 records over 4 partitions",
  "from-timestamp": "read from a timestamp",
  tail: "wait at the end for what comes",
  "auto-create": "produce makes the topic",
  list: "list topics",
  describe: "describe topic and cluster",
  configs: "read and change configs",
  "add-partitions": "add partitions",
  "delete-records": "delete records",
  "delete-topic": "delete a topic",
  "topic-exists": "refused: topic exists",
  "unknown-topic": "refused: unknown topic",
  "invalid-name": "refused: invalid name",
  "too-large": "refused: record too large",
  "out-of-range": "refused: offset out of range",
  cross: "reads what others and REST wrote",
  compacted: "reads a compacted topic, with gaps",
  "rest-reads": "REST reads what it wrote",
  "quick-start": "Kafka's quick start, as written",
  group: "a group reads, commits, goes on",
  "group-changes": "members join, are killed, leave",
  "group-cooperative": "cooperative rebalance",
  "group-static": "a static member comes back",
  "group-fenced": "another fences a static member",
  "group-consumer": "the newer group protocol",
  "group-migrates": "a group changes its protocol",
  "group-migrates-cooperative": "the same, cooperative",
  "group-crowd": "20 members come and go at once",
  "group-tools": "the tool for groups",
  "group-console": "console consumer and perf in groups",
  streams: "Kafka Streams counts words",
  transactions: "transactions",
} as const;

export type Feature = keyof typeof features;

/** Whether a text from a client names a feature. */
export function isFeature(text: string): text is Feature {
  return Object.hasOwn(features, text);
}

/** What only the clients do that name it among theirs. */
export const specialFeatures: readonly Feature[] = [
  "quick-start",
  "group-tools",
  "group-console",
  "group-crowd",
  "streams",
];

/** What the harness tries with members of each client, see groups/. */
export const groupFeatures = [
  "group",
  "group-changes",
  "group-cooperative",
  "group-static",
  "group-fenced",
  "group-consumer",
  "group-migrates",
  "group-migrates-cooperative",
] as const;
export type GroupFeature = (typeof groupFeatures)[number];

/** What the harness tries itself; no client's program answers it. */
export const ownFeatures: readonly Feature[] = ["rest-reads", "compacted", ...groupFeatures, "transactions"];

/** The codecs, and the topics that each client writes with them for others to read. */
export const codecs = ["none", "gzip", "snappy", "lz4", "zstd"] as const;
export type Codec = (typeof codecs)[number];

/**
 * What is not served. It comes from the server's own list: once an API is served, its row waits for a program and fails.
 */
export function areTransactionsServed(): boolean {
  return apiTable().some(api => api.name === "endTxn");
}
