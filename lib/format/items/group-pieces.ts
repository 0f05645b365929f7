/**
 * Bytes that belong to one generation of a group, immutable: `G#<group>` / `p#<generation, 10 digits>#<name>#<piece, 3
 * digits>`. A group's state names them once all are there; what no state names is rubbish.
 *
 *   Roster     => version:u8 memberCount:varint [key:text memberId:text instanceId:text metadata:block ...]
 *   Assignment => version:u8 memberCount:varint [key:text assignment:block ...]
 *
 * An empty instance id stands for none. Golden files: test/golden/items/group-roster, group-assignment.
 */
import type { Attributes, Item, ItemKey } from "../../ports/index.ts";
import { assert, concat, MalformedBytes, Reader, Writer } from "../../std/index.ts";
import { checkVersion, type EncodingName, encodings } from "../levels/index.ts";
import { limits } from "../limits.ts";
import { groupPartitionKey, type PiecesName } from "./group-state.ts";

const generationDigits = 10;
const pieceDigits = 3;

/** One member of a generation. */
export type RosterMember = {
  readonly key: string;
  readonly memberId: string;
  readonly instanceId?: string;
  /** For the protocol that the generation has chosen. */
  readonly metadata: Uint8Array;
};

/** The sort keys of all pieces of generations below one. */
export function piecesBelow(generation: number): { readonly from: string; readonly to: string } {
  return { from: "p#", to: `p#${digits(generation)}` };
}

/** Where the pieces of a name lie, in order. */
export function pieceKeys(group: string, { generation, name, count }: PiecesName): readonly ItemKey[] {
  return Array.from({ length: count }, (_, piece) => ({
    pk: groupPartitionKey(group),
    sk: `p#${digits(generation)}#${name}#${String(piece).padStart(pieceDigits, "0")}`,
  }));
}

function digits(generation: number): string {
  return String(generation).padStart(generationDigits, "0");
}

/** The bytes as items, none of them too large, and their name. */
export function piecesOf(
  group: string,
  generation: number,
  name: string,
  bytes: Uint8Array,
): { readonly name: PiecesName; readonly items: readonly Item[] } {
  const count = Math.max(1, Math.ceil(bytes.length / limits.groupPieceBytesMax));
  assert(count <= limits.groupPiecesMax, () => `${bytes.length} bytes in pieces of group ${group}`);
  const named: PiecesName = { generation, name, count };
  const items = pieceKeys(group, named).map((key, piece) => {
    const from = piece * limits.groupPieceBytesMax;
    return { ...key, attributes: { b: bytes.subarray(from, from + limits.groupPieceBytesMax) } };
  });
  return { name: named, items };
}

/** The bytes of pieces in their order. Throws MalformedBytes. */
export function joinPieces(pieces: readonly Attributes[]): Uint8Array {
  return concat(
    pieces.map(({ b }) => {
      if (!(b instanceof Uint8Array)) throw new MalformedBytes("a piece of a group holds no bytes");
      return b;
    }),
  );
}

/** Packs a roster by the grammar above. */
export function encodeRoster(members: readonly RosterMember[]): Uint8Array {
  const writer = new Writer().u8(encodings.roster.written).varint(members.length);
  for (const { key, memberId, instanceId, metadata } of members)
    writer
      .text(key)
      .text(memberId)
      .text(instanceId ?? "")
      .block(metadata);
  return writer.finish();
}

/** Unpacks a roster. Throws MalformedBytes. */
export function decodeRoster(bytes: Uint8Array): readonly RosterMember[] {
  const reader = begin(bytes, "roster");
  const members: RosterMember[] = [];
  for (let left = reader.varint(); left > 0; left--) {
    const [key, memberId, instanceId] = [reader.text(), reader.text(), reader.text()];
    members.push({ key, memberId, ...(instanceId !== "" && { instanceId }), metadata: reader.block() });
  }
  reader.end("a roster");
  return members;
}

/** Packs what each member was assigned, by its key. */
export function encodeAssignment(assignments: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const writer = new Writer().u8(encodings.assignment.written).varint(assignments.size);
  for (const [key, bytes] of assignments) writer.text(key).block(bytes);
  return writer.finish();
}

/** Unpacks an assignment. Throws MalformedBytes. */
export function decodeAssignment(bytes: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const reader = begin(bytes, "assignment");
  const assignments = new Map<string, Uint8Array>();
  for (let left = reader.varint(); left > 0; left--) assignments.set(reader.text(), reader.block());
  reader.end("an assignment");
  return assignments;
}

function begin(bytes: Uint8Array, name: EncodingName): Reader {
  const reader = new Reader(bytes);
  checkVersion(name, reader.u8());
  return reader;
}
