/**
 * Which partition a record goes to, as Kafka's own producer decides: keyed records by murmur2 of the key
 * (org.apache.kafka.common.utils.Utils), unkeyed ones stick to one partition per batch (KIP-480).
 */
import { type PartitionIndex, partitionIndex } from "../../format/index.ts";
import type { Random } from "../../ports/index.ts";

/** Topics whose present partition is remembered; more than this and the oldest is chosen anew. */
const topicsMax = 10_000;

export class Partitioner {
  readonly #random: Random;
  readonly #sticky = new Map<string, number>();

  constructor(deps: { readonly random: Random }) {
    this.#random = deps.random;
  }

  /** The partition of a record, of `partitions` that the topic has. */
  partitionFor(topic: string, key: Uint8Array | null, partitions: number): PartitionIndex {
    if (key !== null) return partitionIndex((murmur2(key) & 0x7fffffff) % partitions);
    const sticky = this.#sticky.get(topic);
    if (sticky !== undefined && sticky < partitions) return partitionIndex(sticky);
    return this.#move(topic, partitions);
  }

  /** The batch of unkeyed records is full or sent: the next one goes elsewhere. */
  batchDone(topic: string): void {
    this.#sticky.delete(topic);
  }

  #move(topic: string, partitions: number): PartitionIndex {
    const chosen = Math.min(Math.floor(this.#random.number() * partitions), partitions - 1);
    if (this.#sticky.size >= topicsMax) this.#sticky.clear();
    this.#sticky.set(topic, chosen);
    return partitionIndex(chosen);
  }
}

/** Kafka's murmur2, 32 bits, signed. */
export function murmur2(bytes: Uint8Array): number {
  const { length } = bytes;
  const m = 0x5bd1e995;
  let hash = 0x9747b28c ^ length;
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  const whole = length - (length % 4);
  for (let at = 0; at < whole; at += 4) {
    let word = Math.imul(view.getInt32(at, true), m);
    word ^= word >>> 24;
    hash = Math.imul(hash, m) ^ Math.imul(word, m);
  }
  const rest = length - whole;
  if (rest >= 3) hash ^= (bytes[whole + 2] ?? 0) << 16;
  if (rest >= 2) hash ^= (bytes[whole + 1] ?? 0) << 8;
  if (rest >= 1) hash = Math.imul(hash ^ (bytes[whole] ?? 0), m);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, m);
  return hash ^ (hash >>> 15);
}
