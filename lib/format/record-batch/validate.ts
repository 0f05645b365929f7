/**
 * What must hold before a producer's batch is stored. Afterwards the engine believes the header: the count moves
 * offsets, the sequences feed the fold. Records that are compressed are not opened; those that are not are walked,
 * so that a count that lies is refused while its sender is still there.
 */
import type { Codecs } from "../../ports/index.ts";
import { BatchChecksumWrong, BatchInvalid, BatchTooLarge, BatchTruncated } from "./errors.ts";
import type { BatchHeader } from "./header.ts";
import { attributeBits, fieldAt, headerBytes, timestampMsMin } from "./layout.ts";
import { skipRecord } from "./record.ts";
import { Cursor } from "./varint.ts";

const knownAttributes =
  attributeBits.compressionMask |
  attributeBits.appendTime |
  attributeBits.transactional |
  attributeBits.control;

/** Throws one of the InvalidBatch family unless `bytes` are exactly the batch of `header`, whole and fit to be stored. */
export function validateBatch(
  bytes: Uint8Array,
  header: BatchHeader,
  rules: { readonly codecs: Codecs; readonly batchBytesMax: number },
): void {
  requireSize(bytes, header, rules.batchBytesMax);
  requireChecksum(bytes, header, rules.codecs);
  requireAttributes(header);
  requireCount(header);
  requireTimes(header);
  requireProducer(header);
  if (header.compression === "none") walkRecords(bytes, header.recordCount);
}

/** Throws BatchTruncated or BatchInvalid unless `bytes` are as long as the header says. */
export function requireWhole(bytes: Uint8Array, header: BatchHeader): void {
  if (bytes.length < header.sizeBytes)
    throw new BatchTruncated(`the batch has ${header.sizeBytes} bytes, ${bytes.length} are there`);
  if (bytes.length > header.sizeBytes)
    throw new BatchInvalid(`the batch has ${header.sizeBytes} bytes, ${bytes.length} were given`);
}

function requireSize(bytes: Uint8Array, header: BatchHeader, batchBytesMax: number): void {
  if (header.sizeBytes > batchBytesMax)
    throw new BatchTooLarge(`the batch has ${header.sizeBytes} bytes, ${batchBytesMax} are allowed`);
  requireWhole(bytes, header);
}

function requireChecksum(bytes: Uint8Array, header: BatchHeader, codecs: Codecs): void {
  const crc = codecs.crc32c(bytes.subarray(fieldAt.attributes));
  if (crc !== header.crc)
    throw new BatchChecksumWrong(
      `the batch says CRC-32C ${hex(header.crc)}, its ${bytes.length} bytes have ${hex(crc)}`,
    );
}

function requireAttributes(header: BatchHeader): void {
  if ((header.attributes & ~knownAttributes) !== 0)
    throw new BatchInvalid(`attributes 0x${header.attributes.toString(16)} hold bits that no client sets`);
  if (header.isControl) throw new BatchInvalid("control batches are written by the log alone");
}

function requireCount(header: BatchHeader): void {
  if (header.recordCount < 1) throw new BatchInvalid(`recordCount is ${header.recordCount}`);
  if (header.lastOffsetDelta !== header.recordCount - 1)
    throw new BatchInvalid(`lastOffsetDelta is ${header.lastOffsetDelta} for ${header.recordCount} records`);
  if (header.sizeBytes === headerBytes)
    throw new BatchInvalid(`no bytes follow the header for ${header.recordCount} records`);
}

function requireTimes(header: BatchHeader): void {
  if (header.baseTimestampMs < timestampMsMin || header.maxTimestampMs < timestampMsMin)
    throw new BatchInvalid(
      `timestamps from ${header.baseTimestampMs} to ${header.maxTimestampMs} go below ${timestampMsMin}`,
    );
}

/** Without a producer id its epoch and sequence mean nothing, and clients differ in what they put there. */
function requireProducer(header: BatchHeader): void {
  const { producerId, producerEpoch, baseSequence } = header;
  if (producerId < -1) throw new BatchInvalid(`producerId is ${producerId}`);
  if (producerId >= 0 && (producerEpoch < 0 || baseSequence < 0))
    throw new BatchInvalid(`producer ${producerId} has epoch ${producerEpoch} and sequence ${baseSequence}`);
  if (producerId === -1 && header.isTransactional)
    throw new BatchInvalid("a transactional batch has no producerId");
}

function walkRecords(bytes: Uint8Array, count: number): void {
  const cursor = new Cursor(bytes.subarray(headerBytes));
  for (let i = 0; i < count; i++) {
    const offsetDelta = skipRecord(cursor);
    if (offsetDelta !== i) throw new BatchInvalid(`record ${i} of ${count} has offset delta ${offsetDelta}`);
  }
  if (cursor.remaining !== 0)
    throw new BatchInvalid(`${cursor.remaining} bytes follow the last of ${count} records`);
}

function hex(crc: number): string {
  return crc.toString(16).padStart(8, "0");
}
