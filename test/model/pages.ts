/** Live entries and u# pages, and what a roll makes of the ones for the other: common to the models with rollers. */
import { at, insert } from "./lists.ts";

export type Entry = { readonly segment: number; readonly records: number };
export type PagedEntry = Entry & { readonly from: number };
/** A u# page; its key is `end`. */
export type Page = { readonly from: number; readonly end: number; readonly entries: readonly PagedEntry[] };
/** The part of a sequencer that base offsets are walked back from. */
export type Tail = { readonly next: number; readonly live: readonly Entry[] };

/** The first offset that is still in a live entry: walked back from n. */
export function firstLive({ next, live }: Tail): number {
  let offset = next;
  for (const entry of live) offset -= entry.records;
  return offset;
}

/** Live entries with their offsets, which are not stored: walked back from n. */
export function walkedBack(tail: Tail): readonly PagedEntry[] {
  let offset = firstLive(tail);
  return tail.live.map(({ segment, records }) => {
    const from = offset;
    offset += records;
    return { segment, records, from };
  });
}

/** The page of some consecutive entries. */
export function pageOf(entries: readonly PagedEntry[]): Page {
  const last = at(entries, entries.length - 1);
  return { from: at(entries, 0).from, end: last.from + last.records, entries };
}

/**
 * The pages with one more. Of two with one end either may stay: both state facts, and where the shorter one begins
 * its roller saw that everything older was in pages already.
 */
export function withPage(pages: readonly Page[], page: Page, stays: "first" | "last"): readonly Page[] {
  if (stays === "first" && pages.some(({ end }) => end === page.end)) return pages;
  const others = pages.filter(({ end }) => end !== page.end);
  return insert(others, page, (a, b) => a.end - b.end);
}

/** The live entries without those of the page, by name. */
export function withoutEntries(live: readonly Entry[], page: Page): readonly Entry[] {
  return live.filter(({ segment }) => !page.entries.some(entry => entry.segment === segment));
}

/**
 * What a roll may take. Rule: all live entries of its image or an oldest prefix, since the rest is walked back.
 * `any single one` is the naive choice.
 */
export function rollChoices(tail: Tail, choice: "all" | "oldest prefix" | "any single one"): readonly Page[] {
  const entries = walkedBack(tail);
  if (entries.length === 0) return [];
  if (choice === "all") return [pageOf(entries)];
  return entries.map((entry, i) => pageOf(choice === "oldest prefix" ? entries.slice(0, i + 1) : [entry]));
}

/** A page for a label. */
export function listed({ from, end, entries }: Page): string {
  return `[${from}, ${end}) of segments ${entries.map(({ segment }) => segment)}`;
}
