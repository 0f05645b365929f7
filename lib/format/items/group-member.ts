/**
 * A member of a group of kind classic: `G#<group>` / `m#<member key>`. The key is what the member is: `d<member id>`, or for a
 * static one (KIP-345) `s<instance id>`, so that whoever comes second under an instance id replaces the first.
 * `beat` is random and new with every write: others observe by it that the member lives. `joined` is the generation that it
 * joined for; 0: it was given an id and has not come back yet.
 *
 *   Protocols => version:u8 count:varint [name:text metadata:block ...]     as preferred
 *
 * Golden file: test/golden/items/group-protocols.
 */
import type { Attributes, Condition, ItemKey } from "../../ports/index.ts";
import { MalformedBytes, Reader, Writer } from "../../std/index.ts";
import { checkVersion, encodings, located } from "../levels/index.ts";
import { groupPartitionKey } from "./group-state.ts";

/** One way to divide the work that a member knows, and what it says about itself to the leader. */
export type GroupProtocol = { readonly name: string; readonly metadata: Uint8Array };

/** A member as it is stored. */
export type ClassicMember = {
  readonly memberId: string;
  readonly instanceId?: string;
  readonly clientId: string;
  readonly host: string;
  readonly beat: string;
  readonly joined: number;
  readonly sessionMs: number;
  readonly rebalanceMs: number;
  readonly protocolType: string;
  readonly protocols: readonly GroupProtocol[];
};

/** Sort keys of the members of a group. */
export const memberSortKeys = { from: "m#", to: "m#~" } as const;

/** What a member is known by within its group. */
export function memberKeyOf(memberId: string, instanceId: string | undefined): string {
  return instanceId === undefined ? `d${memberId}` : `s${instanceId}`;
}

/** Where a member lies. */
export function groupMemberKey(group: string, memberKey: string): ItemKey {
  return { pk: groupPartitionKey(group), sk: `m#${memberKey}` };
}

/** The key of a member by the sort key of its item. */
export function memberKeyIn(sk: string): string {
  return sk.slice(memberSortKeys.from.length);
}

/** A member as it is stored. */
export function classicMemberAttributes({ protocols, ...flat }: ClassicMember): Attributes {
  return { v: encodings.classicMember.written, ...flat, protocols: encodeProtocols(protocols) };
}

/** Holds while the item is of this very member: its id, not only its key. */
export function isMember(memberId: string): Condition {
  return [{ kind: "equals", name: "memberId", value: memberId }];
}

/** Holds while the item is of this very member, and in the form of kind classic. */
export function isClassicMember(memberId: string): Condition {
  return [...isMember(memberId), { kind: "absent", name: "kind" }];
}

/** Holds while the member has not been written since. */
export function hasNotBeaten(memberId: string, beat: string): Condition {
  return [...isMember(memberId), { kind: "equals", name: "beat", value: beat }];
}

/** Reads a member. Throws MalformedBytes, and FormatNewer. */
export function readClassicMember(sk: string, attributes: Attributes): ClassicMember {
  const number = (name: string): number => {
    const value = attributes[name];
    if (typeof value !== "number") throw new MalformedBytes(`member ${sk}: ${name} is no number`);
    return value;
  };
  const text = (name: string): string => {
    const value = attributes[name];
    if (typeof value !== "string") throw new MalformedBytes(`member ${sk}: ${name} is no text`);
    return value;
  };
  located(
    () => `member ${sk}`,
    () => checkVersion("classicMember", attributes["v"]),
  );
  const { instanceId, protocols } = attributes;
  if (!(protocols instanceof Uint8Array)) throw new MalformedBytes(`member ${sk}: protocols are no bytes`);
  return {
    memberId: text("memberId"),
    ...(typeof instanceId === "string" && { instanceId }),
    clientId: text("clientId"),
    host: text("host"),
    beat: text("beat"),
    joined: number("joined"),
    sessionMs: number("sessionMs"),
    rebalanceMs: number("rebalanceMs"),
    protocolType: text("protocolType"),
    protocols: located(
      () => `member ${sk}`,
      () => decodeProtocols(protocols),
    ),
  };
}

/** Packs protocols by the grammar above. */
export function encodeProtocols(protocols: readonly GroupProtocol[]): Uint8Array {
  const writer = new Writer().u8(encodings.protocols.written).varint(protocols.length);
  for (const { name, metadata } of protocols) writer.text(name).block(metadata);
  return writer.finish();
}

/** Unpacks protocols. Throws MalformedBytes, and FormatNewer. */
export function decodeProtocols(bytes: Uint8Array): readonly GroupProtocol[] {
  const reader = new Reader(bytes);
  checkVersion("protocols", reader.u8());
  const protocols: GroupProtocol[] = [];
  for (let left = reader.varint(); left > 0; left--)
    protocols.push({ name: reader.text(), metadata: reader.block() });
  reader.end("protocols");
  return protocols;
}
