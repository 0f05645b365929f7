/**
 * Keys and values as clients write them in JSON, made into the bytes that are stored. What cannot be stored exactly is
 * refused: base64 with other characters in it, text that is not Unicode.
 */
import { utf8 } from "../../std/index.ts";
import { describe, quote } from "../describe.ts";
import { Unprocessable } from "../errors.ts";
import { compact } from "../json-text.ts";

/** How data is written. */
export type DataType = "BINARY" | "JSON" | "STRING";

/**
 * The bytes of data written as `type`; null stays null. `jsonText` gives the data as it stands in the request. Throws
 * Unprocessable; `place` names the data in its message.
 */
export function dataBytes(
  type: DataType,
  data: unknown,
  jsonText: () => string,
  place: string,
): Uint8Array | null {
  if (data === null || data === undefined) return null;
  if (type === "JSON") return utf8(compact(jsonText()));
  if (typeof data !== "string")
    throw new Unprocessable(`${place} is ${describe(data)}: ${type} data is a string`);
  return type === "BINARY" ? base64Bytes(data, place) : unicodeBytes(data, place);
}

/** The bytes of standard base64, padded or not. Throws Unprocessable. */
export function base64Bytes(text: string, place: string): Uint8Array {
  const bytes = Buffer.from(text, "base64");
  // Decoding skips what it does not know; encoding again shows whether it did.
  if (unpadded(bytes.toString("base64")) !== unpadded(text))
    throw new Unprocessable(`${place} ${quote(text)} is not base64`);
  return bytes;
}

function unicodeBytes(text: string, place: string): Uint8Array {
  if (!text.isWellFormed())
    throw new Unprocessable(`${place} holds half a surrogate pair: it has no UTF-8 form`);
  return utf8(text);
}

function unpadded(base64: string): string {
  return base64.replace(/={0,2}$/, "");
}
