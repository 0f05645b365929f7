/**
 * Reads the records of a pack from a position on. The newest pack may end in what was written but never synced: the
 * first record there that is not whole and right ends it, and nothing acknowledged lies behind (pack-writer.ts).
 */
import { type Codecs, StoreCorrupt } from "../../ports/index.ts";
import { DataDirNewer } from "./errors.ts";
import type { OpenFile } from "./file-layer.ts";
import {
  decodeDeletion,
  decodePackHead,
  decodeRecordHead,
  type Place,
  packFileName,
  packHeadBytes,
  type RecordHead,
  recordHeadBytesMax,
  recordHeadLength,
} from "./pack-record.ts";

/** A record as it was found. */
export type FoundRecord = {
  readonly head: RecordHead;
  readonly body: Place;
  /** Keys of the objects deleted; none for an object. */
  readonly deleted: readonly string[];
};

export type Scan = { readonly records: readonly FoundRecord[]; readonly end: number };

const windowBytes = 256 * 1024;
const bodyPieceBytes = 4 * 1024 * 1024;

/** The version of the pack in the file, undefined when it does not begin as that pack: it was never finished. */
export async function readPackVersion(
  file: OpenFile,
  number: number,
  crc32c: Codecs["crc32c"],
): Promise<number | undefined> {
  return decodePackHead(await file.read(0, packHeadBytes), number, crc32c);
}

/**
 * All records from `from` to the end of the whole ones. `newest`: the tail may be torn, so bodies are checked too;
 * otherwise every byte was synced, and a record that is not right is StoreCorrupt.
 */
export async function scanPack(
  file: OpenFile,
  number: number,
  from: number,
  newest: boolean,
  crc32c: Codecs["crc32c"],
): Promise<Scan> {
  const sizeBytes = await file.size();
  const start = Math.max(from, packHeadBytes);
  if (sizeBytes < start)
    throw new StoreCorrupt(`${packFileName(number)} has ${sizeBytes} bytes, ${start} were synced`);
  const records: FoundRecord[] = [];
  let window: { readonly at: number; readonly bytes: Uint8Array } = { at: start, bytes: new Uint8Array() };
  let position = start;
  while (position < sizeBytes) {
    const inWindow = window.at + window.bytes.length - position;
    if (position < window.at || inWindow < Math.min(recordHeadBytesMax, sizeBytes - position))
      window = { at: position, bytes: await file.read(position, windowBytes) };
    const place = { pack: number, position };
    const head = decodeRecordHead(window.bytes.subarray(position - window.at), place, crc32c);
    if (head === "newer")
      throw new DataDirNewer(
        `${packFileName(number)} holds a record at ${position} of a kind that a newer version wrote: use that version, or a later one`,
      );
    const record = head && (await readBody(file, head, place, sizeBytes, newest, crc32c));
    if (!record) {
      if (newest) break;
      throw new StoreCorrupt(
        `${packFileName(number)} holds no valid record at ${position} of ${sizeBytes} bytes`,
      );
    }
    records.push(record);
    position = record.body.position + record.head.bodyBytes;
  }
  return { records, end: position };
}

async function readBody(
  file: OpenFile,
  head: RecordHead,
  place: Place,
  sizeBytes: number,
  check: boolean,
  crc32c: Codecs["crc32c"],
): Promise<FoundRecord | undefined> {
  const position = place.position + recordHeadLength(head.key);
  const body = { pack: place.pack, position };
  if (position + head.bodyBytes > sizeBytes) return undefined;
  if (head.type === "object" && !check) return { head, body, deleted: [] };
  const pieces: Uint8Array[] = [];
  let crc = 0;
  for (let done = 0; done < head.bodyBytes; done += bodyPieceBytes) {
    const piece = await file.read(position + done, Math.min(bodyPieceBytes, head.bodyBytes - done));
    crc = crc32c(piece, crc);
    if (head.type === "deletion") pieces.push(piece);
  }
  if (crc !== head.bodyCrc) return undefined;
  return { head, body, deleted: head.type === "deletion" ? decodeDeletion(Buffer.concat(pieces)) : [] };
}
