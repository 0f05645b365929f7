/**
 * Runs damaged frames through what the port does with bytes it does not know: header, table, decoder. Whatever comes, the
 * answer is a message or one of two errors, and what was made of it is not larger than the frame allows.
 */
import { isDeepStrictEqual } from "node:util";
import { apiOf } from "../../../lib/kafka/api-table.ts";
import { readRequest, Unanswerable } from "../../../lib/kafka/dispatch.ts";
import { bodyOf, decode, includes, type Message, readRequestHeader } from "../../../lib/kafka/wire/index.ts";
import { MalformedBytes } from "../../../lib/std/index.ts";
import { Prng } from "../../sim/world/prng.ts";
import { damages, harmless } from "./damage.ts";
import { type Frame, validFrames } from "./frames.ts";

/** What a run came to. */
export type FuzzReport = {
  readonly cases: number;
  /** Frames that were understood, and that were refused; the same of those that the port would have answered. */
  readonly decoded: number;
  readonly refused: number;
  readonly answerable: number;
  /** Cases by their damage. */
  readonly byDamage: ReadonlyMap<string, number>;
  /** What broke a promise, with what replays it. */
  readonly faults: readonly string[];
  /** Elements per byte of frame, at most. */
  readonly densityMax: number;
};

export type FuzzOptions = { readonly seed: number; readonly cases: number };

const corpusSeed = 42;
const faultsMax = 20;

/** Runs so many cases; the same options give the same report. */
export function fuzz({ seed, cases }: FuzzOptions): FuzzReport {
  const corpus = validFrames(corpusSeed);
  const kinds = Object.keys(damages);
  const byDamage = new Map<string, number>();
  const faults: string[] = [];
  const count = { decoded: 0, refused: 0, answerable: 0 };
  let densityMax = 0;
  for (let i = 0; i < cases && faults.length < faultsMax; i++) {
    const random = new Prng(`${seed}/${i}`);
    const frame = random.pick(corpus);
    const kind = random.pick(kinds);
    byDamage.set(kind, (byDamage.get(kind) ?? 0) + 1);
    const bytes = damages[kind]?.(frame.bytes, random) ?? frame.bytes;
    try {
      if (isAnswerable(bytes)) count.answerable++;
      const values = understood(frame, bytes);
      if (values === undefined) count.refused++;
      else count.decoded++;
      if (harmless.has(kind) && !isDeepStrictEqual(values, understood(frame, frame.bytes)))
        faults.push(`case ${i}, ${kind}, ${Buffer.from(bytes).toString("hex")}: not understood as it was`);
      const density = weigh(values).elements / Math.max(bytes.length, 1);
      densityMax = Math.max(densityMax, density);
      faults.push(...excessOf(values, bytes).map(fault => `case ${i}: ${fault}`));
    } catch (error) {
      faults.push(`case ${i}, ${kind}, ${Buffer.from(bytes).toString("hex")}: ${error}`);
    }
  }
  return { cases, ...count, byDamage, faults, densityMax };
}

/** Whether the port takes the frame as far as its header. Throws what is no typed refusal. */
function isAnswerable(bytes: Uint8Array): boolean {
  try {
    readRequest(bytes);
    return true;
  } catch (error) {
    if (error instanceof Unanswerable) return false;
    throw error;
  }
}

/** The message in these bytes, as their header says or, if that says nothing, as the frame was meant. */
function understood(frame: Frame, bytes: Uint8Array): unknown {
  try {
    const header = readRequestHeader(bytes);
    const api = apiOf(header.apiKey);
    const message: Message = api?.request ?? frame.message;
    const version = includes(message.versions, header.apiVersion) ? header.apiVersion : frame.version;
    const checked = includes(message.versions, version) ? version : message.versions.first;
    return decode(message, checked, bodyOf(bytes, header, includes(message.flexible, checked)));
  } catch (error) {
    if (error instanceof MalformedBytes) return undefined;
    throw error;
  }
}

type Weight = { readonly elements: number; readonly bytes: number };

function excessOf(values: unknown, frame: Uint8Array): readonly string[] {
  const { elements, bytes } = weigh(values);
  return [
    ...(elements > frame.length ? [`${elements} elements of ${frame.length} bytes`] : []),
    ...(bytes > frame.length ? [`${bytes} bytes of content in ${frame.length}`] : []),
  ];
}

/** How many elements of lists are in a value, and how many bytes of texts and blocks. */
function weigh(value: unknown): Weight {
  if (typeof value === "string") return { elements: 0, bytes: isUuid(value) ? 0 : Buffer.byteLength(value) };
  if (value instanceof Uint8Array) return { elements: 0, bytes: value.length };
  if (typeof value !== "object" || value === null) return { elements: 0, bytes: 0 };
  const own = Array.isArray(value) ? value.length : 0;
  const inner = Object.values(value).map(weigh);
  return {
    elements: own + inner.reduce((sum, { elements }) => sum + elements, 0),
    bytes: inner.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** The default id of a field that the version does not have takes no byte of the frame. */
function isUuid(text: string): boolean {
  return text === "AAAAAAAAAAAAAAAAAAAAAA" || /^[\w-]{22}$/.test(text);
}
