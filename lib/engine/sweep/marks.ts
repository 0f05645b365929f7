/**
 * Marks: what each sweep saw referred to, kept for as long as the table may be restored. What is older than a mark's time and not in
 * it was rubbish when it was made, and can never be linked again; so no table since then names it. A restored table makes its own:
 * what is rubbish to the one that it came from, it may have used since. Which mark decides is known when a sweep begins.
 */
import {
  decodeMark,
  encodeMark,
  markObjectKey,
  markPrefix,
  markTimeOf,
  type SweepMark,
} from "../../format/index.ts";
import { located } from "../../format/levels/index.ts";
import { type Codecs, type ObjectInfo, objectLimits } from "../../ports/index.ts";
import { MalformedBytes } from "../../std/index.ts";
import type { EngineDeps } from "../types.ts";
import type { Budget } from "../upkeep/index.ts";
import { SweepRefused } from "./errors.ts";

/** Where a mark lies, and when it was stored: after its references were read. */
export type StoredMark = { readonly key: string; readonly timeMs: number; readonly storedMs: number };

/** The marks of a table, the oldest first, and the keys of all others: those of the table that this one was restored from. */
export type Marks = { readonly own: readonly StoredMark[]; readonly others: readonly string[] };

/** What the bucket holds. */
export async function listMarks({ objects }: EngineDeps, table: string, budget: Budget): Promise<Marks> {
  const found: ObjectInfo[] = [];
  for (let after: string | undefined = ""; after !== undefined; ) {
    const from: string = after;
    const page = await budget.call(() => objects.list(markPrefix, from === "" ? {} : { after: from }));
    found.push(...page.objects);
    after = page.next;
  }
  const own: StoredMark[] = [];
  const others: string[] = [];
  for (const { key, modifiedMs } of found) {
    const timeMs = markTimeOf(table, key);
    if (timeMs === undefined) others.push(key);
    else own.push({ key, timeMs, storedMs: modifiedMs });
  }
  return { own, others };
}

/** The newest mark that was stored at a time or before. */
export function newestStoredBy(marks: readonly StoredMark[], ms: number): StoredMark | undefined {
  return marks.findLast(({ storedMs }) => storedMs <= ms);
}

/** Stores a mark. Another sweep's of the same time is as good. */
export async function storeMark(
  { objects, codecs }: EngineDeps,
  table: string,
  mark: SweepMark,
  budget: Budget,
): Promise<void> {
  await budget.call(() => objects.put(markObjectKey(table, mark.timeMs), [encodeMark(mark, codecs)]));
}

/** Reads a mark back. Throws SweepRefused when it is not what was written. */
export async function readMark(
  { objects, codecs }: EngineDeps,
  { key, timeMs }: StoredMark,
  budget: Budget,
): Promise<SweepMark> {
  const found = await budget.call(() => objects.get(key));
  const mark = found.kind === "found" ? decoded(key, found.bytes, codecs) : undefined;
  if (mark?.timeMs === timeMs) return mark;
  throw new SweepRefused(`the mark ${key} is missing or damaged: delete it, and an older one decides`);
}

function decoded(key: string, bytes: Uint8Array, codecs: Codecs): SweepMark | undefined {
  try {
    return located(
      () => key,
      () => decodeMark(bytes, codecs),
    );
  } catch (error) {
    if (error instanceof MalformedBytes) return undefined;
    throw error;
  }
}

/** Deletes marks that are older than the one that has decided, and those of other tables. */
export async function dropMarks(
  { objects }: EngineDeps,
  { own, others }: Marks,
  decidedMs: number,
  budget: Budget,
): Promise<void> {
  const keys = [...others, ...own.filter(({ timeMs }) => timeMs < decidedMs).map(({ key }) => key)];
  for (let from = 0; from < keys.length; from += objectLimits.deleteKeysMax)
    await budget.call(() => objects.delete(keys.slice(from, from + objectLimits.deleteKeysMax)));
}
