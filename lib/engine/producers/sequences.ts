/** Arithmetic of sequence numbers: 0 to 2^31 - 1, and then 0 again, as Kafka's producers count. */
const modulus = 2 ** 31;

/** The sequence `count` after `sequence`. */
export function sequenceAfter(sequence: number, count: number): number {
  return (sequence + count) % modulus;
}

/** The sequence before `sequence`. */
export function sequenceBefore(sequence: number): number {
  return (sequence + modulus - 1) % modulus;
}

/** How far `to` lies after `from`: 0 to 2^31 - 1. */
export function sequenceDistance(from: number, to: number): number {
  return (to - from + modulus) % modulus;
}
