/**
 * What stands before every message: who asks what in which version, and which question an answer belongs to.
 *
 * RequestHeader v1 => apiKey:i16 apiVersion:i16 correlationId:i32 clientId:nullable string (never compact)
 * RequestHeader v2 => the same, then tagged fields. It goes with flexible versions.
 * ResponseHeader v0 => correlationId:i32. v1 => the same, then tagged fields; ApiVersions always has v0 (KIP-511).
 */
import { MalformedBytes } from "../../std/index.ts";
import type { Sink } from "./encode.ts";
import { Source, type TaggedReader } from "./source.ts";

/** The start of every request, the same in all versions. */
export type RequestHeader = {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly correlationId: number;
  readonly clientId: string | null;
  /** Where the rest begins: tagged fields in flexible versions, then the body. */
  readonly bodyAt: number;
};

/** The part of the header that says which version follows. Throws MalformedBytes. */
export function readRequestHeader(frame: Uint8Array): RequestHeader {
  const source = new Source(frame);
  const apiKey = source.i16();
  const apiVersion = source.i16();
  const correlationId = source.i32();
  const length = source.i16();
  if (length < -1) throw new MalformedBytes(`a client id of ${length} bytes`);
  // It is only ever shown: what is no UTF-8 in it is no reason to refuse a client that Kafka serves.
  const clientId = length < 0 ? null : Buffer.from(source.take(length)).toString();
  return { apiKey, apiVersion, correlationId, clientId, bodyAt: source.position };
}

/** No header has a tagged field yet. */
const noneKnown: ReadonlyMap<number, TaggedReader> = new Map();

/** The body after a header; of a flexible version the header's tagged fields are passed over. Throws MalformedBytes. */
export function bodyOf(frame: Uint8Array, header: RequestHeader, isFlexible: boolean): Uint8Array {
  const source = new Source(frame.subarray(header.bodyAt));
  if (isFlexible) source.readTagged(noneKnown, {});
  return source.take(source.remaining);
}

/** Writes a request's header, for tests and for clients of our own. */
export function writeRequestHeader(
  sink: Sink,
  header: Omit<RequestHeader, "bodyAt">,
  isFlexible: boolean,
): void {
  const id = header.clientId === null ? null : Buffer.from(header.clientId);
  sink.writer.i16(header.apiKey).i16(header.apiVersion).i32(header.correlationId);
  sink.writer.i16(id === null ? -1 : id.length);
  if (id !== null) sink.writer.put(id);
  if (isFlexible) sink.writer.varint(0);
}

/** Writes a response's header. */
export function writeResponseHeader(sink: Sink, correlationId: number, hasTaggedFields: boolean): void {
  sink.writer.i32(correlationId);
  if (hasTaggedFields) sink.writer.varint(0);
}
