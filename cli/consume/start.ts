/**
 * Where reading begins in each partition.
 */
import type { Endpoints } from "../endpoints.ts";
import type { Start } from "./follow.ts";

export type From =
  | { readonly kind: "earliest" }
  | { readonly kind: "latest" }
  | { readonly kind: "offset"; readonly offset: number }
  | { readonly kind: "time"; readonly timestampMs: number };

/** The first offset to read, of each partition. */
export function findStarts(
  endpoints: Endpoints,
  topic: string,
  partitions: readonly number[],
  from: From,
): Promise<readonly Start[]> {
  return Promise.all(
    partitions.map(async partition => ({
      partition,
      offset: await findStart(endpoints, topic, partition, from),
    })),
  );
}

async function findStart(
  endpoints: Endpoints,
  topic: string,
  partition: number,
  from: From,
): Promise<number> {
  if (from.kind === "offset") return from.offset;
  if (from.kind !== "time") return endpoints.offsetAt(topic, partition, from.kind);
  // The end is asked for first: what is appended between the two questions must not be skipped.
  const end = await endpoints.offsetAt(topic, partition, "latest");
  const found = await endpoints.offsetAt(topic, partition, from.timestampMs);
  return found >= 0 ? found : end;
}
