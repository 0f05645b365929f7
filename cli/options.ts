/**
 * Values of options, read and checked where they are typed: what is wrong with one is told with its flag and the value.
 */
import { InvalidArgumentError } from "commander";
import { compressionNames } from "../lib/ports/index.ts";

/** Reads a whole number of at least `min`, for commander. */
export function integerFrom(min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return text => {
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max))
      throw new InvalidArgumentError(
        max === Number.MAX_SAFE_INTEGER
          ? `An integer of at least ${min} is wanted.`
          : `An integer from ${min} to ${max} is wanted.`,
      );
    return value;
  };
}

/** Gathers the values of an option that may be given several times. */
export function repeated<T>(
  read: (text: string) => T,
): (text: string, before?: readonly T[]) => readonly T[] {
  return (text, before = []) => [...before, read(text)];
}

/** A name and a value: `k=v`; the value may hold more `=` and may be empty. */
export type Pair = readonly [name: string, value: string];

/** Reads `k=v`. */
export function pair(text: string): Pair {
  const end = text.indexOf("=");
  if (end < 1) throw new InvalidArgumentError("A name and a value are wanted: name=value.");
  return [text.slice(0, end), text.slice(end + 1)];
}

/** Text that is not empty. */
export function someText(text: string): string {
  if (text === "") throw new InvalidArgumentError("It is empty.");
  return text;
}

/** The base of a server: http or https. */
export function serverUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !["http:", "https:"].includes(url.protocol))
    throw new InvalidArgumentError("A URL is wanted: http://127.0.0.1:8080.");
  return url;
}

/** A moment, and how it was written. */
export type Moment = { readonly ms: number; readonly text: string };

/** A moment: ms since 1970, or a date as ISO 8601 writes it (without a zone: local time). */
export function moment(text: string): Moment {
  const ms = /^\d{1,15}$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isNaN(ms) || ms < 0)
    throw new InvalidArgumentError(
      "Milliseconds since 1970 or an ISO 8601 date are wanted: 2030-01-31T12:00:00Z.",
    );
  return { ms, text };
}

/** The codecs that records may be compressed with. */
export const compressionChoices: readonly string[] = compressionNames;
