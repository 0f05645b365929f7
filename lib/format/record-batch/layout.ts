/**
 * Where the fields of a record batch lie, and the bounds of what may stand in them. Kafka's, stored and sent by
 * every client: never change or reuse.
 *
 *   Batch => baseOffset:i64 batchLength:i32 leaderEpoch:i32 magic:i8 crc:u32
 *            attributes:i16 lastOffsetDelta:i32 baseTimestamp:i64 maxTimestamp:i64
 *            producerId:i64 producerEpoch:i16 baseSequence:i32 recordCount:i32 Record*
 *
 * All big-endian. batchLength counts the bytes after itself; the crc covers everything after itself, so baseOffset
 * and leaderEpoch may be patched without it. https://kafka.apache.org/documentation/#recordbatch
 */

/** Position of each field from the start of the batch. */
export const fieldAt = {
  baseOffset: 0,
  batchLength: 8,
  leaderEpoch: 12,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  recordCount: 57,
} as const;

/** Bits of the attributes. Bit 6 marks a delete horizon, which only a broker's cleaner sets; the rest is unused. */
export const attributeBits = {
  compressionMask: 0b111,
  appendTime: 1 << 3,
  transactional: 1 << 4,
  control: 1 << 5,
} as const;

/** The header up to the first record. */
export const headerBytes = 61;
/** The bytes that batchLength does not count: baseOffset and itself. */
export const prefixBytes = 12;
/** The only format served. */
export const magicV2 = 2;
/** The length, attributes, two deltas, key length, value length and header count of an empty record: a byte each. */
export const recordBytesMin = 7;
/** batchLength is an i32. */
export const batchBytesLimit = 2 ** 31 - 1;
/** "No timestamp" is the smallest that Kafka knows. */
export const timestampMsMin = -1;
