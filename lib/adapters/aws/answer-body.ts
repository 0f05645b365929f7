/**
 * The bytes of an object, exactly those that were announced. A body that ends early or holds more is no answer.
 */
import { OutcomeUnknown } from "../../ports/index.ts";

/** Reads the whole body. Throws OutcomeUnknown unless it has `length` bytes; undefined: as many as come. */
export async function readBody(body: unknown, length: number | undefined): Promise<Uint8Array<ArrayBuffer>> {
  if (!isByteStream(body)) throw new OutcomeUnknown("an answer without a body");
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (length !== undefined && bytes > length) break;
  }
  if (length !== undefined && bytes !== length)
    throw new OutcomeUnknown(`a body of ${bytes} bytes, ${length} were announced`);
  return joined(chunks, bytes);
}

function joined(chunks: readonly Uint8Array[], bytes: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

function isByteStream(body: unknown): body is AsyncIterable<Uint8Array> {
  return typeof body === "object" && body !== null && Symbol.asyncIterator in body;
}
