/**
 * What a call on a port is in the life of the log: a commit, a fence, a page. Told from its key and its change.
 */
import type { Call } from "../../../lib/adapters/faulty/index.ts";

export type CallKind =
  | "segment put"
  | "segment get"
  | "commit"
  | "fence"
  | "floor"
  | "seal"
  | "roll removal"
  | "sequencer put"
  | "sequencer get"
  | "sequencer change"
  | "page put"
  | "page query"
  | "topic write"
  | "topic read"
  | "counter write"
  | "counter read"
  | "group read"
  | "group change"
  | "member write"
  | "offsets write"
  | "piece write"
  | "sweep";

export function kindOfCall(call: Call): CallKind {
  if (call.port === "objects") {
    if (call.operation === "put") return "segment put";
    return call.operation === "get" ? "segment get" : "sweep";
  }
  switch (call.operation) {
    case "get":
      return readKind(call.key.pk);
    case "query":
      return readKind(call.query.pk);
    case "batchGet":
      return readKind(call.keys[0]?.pk ?? "");
    case "put":
      return isOfGroup(call.item.pk) ? groupWriteKind(call.item.sk) : putKind(call.item.pk);
    case "delete":
      if (isOfGroup(call.key.pk)) return groupWriteKind(call.key.sk);
      return call.key.pk === "T" ? "topic write" : "sweep";
    case "batchWrite":
      return "sweep";
    case "update":
      return updateKind(call);
  }
}

function readKind(pk: string): CallKind {
  if (pk === "T") return "topic read";
  if (pk === "C") return "counter read";
  if (isOfGroup(pk)) return "group read";
  if (pk.startsWith("L#")) return "sequencer get";
  return pk.startsWith("P#") ? "page query" : "segment get";
}

function putKind(pk: string): CallKind {
  if (pk === "T") return "topic write";
  if (pk === "C") return "counter write";
  if (pk.startsWith("L#")) return "sequencer put";
  return pk.startsWith("P#") ? "page put" : "segment put";
}

function updateKind(call: Extract<Call, { operation: "update" }>): CallKind {
  if (call.key.pk === "T") return "topic write";
  if (call.key.pk === "C") return "counter write";
  if (isOfGroup(call.key.pk)) return groupWriteKind(call.key.sk);
  if (call.update.remove?.some(name => name.startsWith("e"))) return "roll removal";
  const set = Object.keys(call.update.set ?? {});
  if (set.some(isEntryName)) return "commit";
  if (set.includes("sealed")) return "seal";
  if (set.length === 1 && set[0] === "fence") return "fence";
  return set.length === 1 && set[0] === "floor" ? "floor" : "sequencer change";
}

/** A group's items, or its place in the listing. */
function isOfGroup(pk: string): boolean {
  return pk.startsWith("G#") || pk.startsWith("GI#");
}

function groupWriteKind(sk: string): CallKind {
  if (sk.startsWith("m#")) return "member write";
  if (sk.startsWith("o#")) return "offsets write";
  return sk.startsWith("p#") ? "piece write" : "group change";
}

/** The segment that a commit is for. */
export function committedSegment(call: Call): string | undefined {
  if (call.operation !== "update" || call.port !== "items") return undefined;
  return Object.keys(call.update.set ?? {})
    .find(isEntryName)
    ?.slice(1);
}

function isEntryName(name: string): boolean {
  return name.startsWith("e") && name.length === 17;
}

/** The call in a few words, for traces. */
export function showCall(call: Call): string {
  const kind = kindOfCall(call);
  if (call.port === "objects") {
    const what =
      call.operation === "delete" ? call.keys.length : call.operation === "list" ? call.prefix : call.key;
    return `${kind} ${call.operation} ${what}${call.operation === "get" && call.range ? ` [${call.range.start} +${call.range.length}]` : ""}`;
  }
  switch (call.operation) {
    case "get":
      return `${kind} ${call.key.pk}/${call.key.sk}${call.options.consistent ? " strong" : ""}`;
    case "query":
      return `${kind} ${call.query.pk} [${call.query.from}, ${call.query.to}]${call.query.consistent ? " strong" : ""}`;
    case "put":
      return `${kind} ${call.item.pk}/${call.item.sk}`;
    case "update":
      return `${kind} ${call.key.pk}/${call.key.sk} ${showUpdate(call)}`;
    case "delete":
      return `${kind} delete ${call.key.pk}/${call.key.sk}`;
    case "batchGet":
      return `${kind} batch of ${call.keys.length}`;
    case "batchWrite":
      return `${kind} batch of ${call.writes.length}`;
  }
}

function showUpdate(call: Extract<Call, { operation: "update" }>): string {
  const { set, add, remove } = call.update;
  const parts = [
    ...Object.entries(set ?? {}).map(([name, value]) =>
      value instanceof Uint8Array ? `${name}=${value.length}B` : `${name}=${value}`,
    ),
    ...Object.entries(add ?? {}).map(([name, value]) => `${name}+=${value}`),
    ...(remove ?? []).filter(name => name.startsWith("e")).map(name => `-${name}`),
  ];
  return parts.join(" ");
}
