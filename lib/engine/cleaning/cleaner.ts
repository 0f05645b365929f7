/**
 * Compacts one partition by key, a round at a time: the last offsets of the keys of its dirty part go into a map, pages are written
 * anew without what the map supersedes, and then the checkpoint rises. Offsets never change, and readers find at any time the last
 * value of each key. Whoever dies in between leaves pages that are true, and the next round does the rest. Two at once do
 * double work; neither believes what it has not seen settled (settle.ts).
 */
import { LRUCache } from "lru-cache";
import { type Offset, offset } from "../../format/index.ts";
import {
  type Cleaned,
  type CompactedPage,
  cleanedItem,
  cleanedKey,
  readCleaned,
} from "../../format/items/index.ts";
import { located } from "../../format/levels/index.ts";
import {
  chainOf,
  clearInside,
  insideOf,
  type ObjectDeps,
  type PageItem,
  type Site,
} from "../compaction/index.ts";
import { compactedPages } from "../pages/index.ts";
import type { Budget } from "../upkeep/index.ts";
import { chooseRound, isDue, type Round } from "./choose.ts";
import { PageJudge, type Verdicts } from "./judge.ts";
import { OffsetMap } from "./offset-map.ts";
import { eachItem, fillMap } from "./read.ts";
import { Rewriter, type Sifted } from "./rewriter.ts";
import { settle, type Work } from "./settle.ts";
import type { CleanedPages, CleaningOptions, CleaningRules, CleaningTimes } from "./types.ts";

/** Partitions and pages that are remembered for what could not be read. */
const rememberedMax = 10_000;

type Pages = { readonly all: readonly CompactedPage[]; readonly chain: readonly CompactedPage[] };
type Marked = {
  /** Pages whose tombstones go. */
  readonly due: ReadonlySet<CompactedPage>;
  /** Pages whose keys could not be read. */
  readonly unread: ReadonlySet<string>;
};
type Rewritten = Work & { readonly objects: number; readonly removed: number };

export class Cleaner {
  readonly #deps: ObjectDeps;
  readonly #options: CleaningOptions;
  readonly #unread = new LRUCache<string, true>({ max: rememberedMax });
  /** How far this process has come behind pages that it could not read: the checkpoint waits for them, values do not. */
  readonly #beyond = new LRUCache<string, Cleaned>({ max: rememberedMax });

  constructor(deps: ObjectDeps, options: CleaningOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /** One round, or as much of it as the budget allows. Undefined: nothing is due. Throws what the stores throw. */
  async clean(
    site: Site,
    rules: CleaningRules,
    { earliestMs: nowMs, latestMs }: CleaningTimes,
    budget: Budget,
  ): Promise<CleanedPages | undefined> {
    const pages = await this.#pages(site, budget);
    const stored = await this.#stored(site, budget);
    const state = this.#beyond.get(nameOf(site)) ?? stored;
    const chosen = chooseRound(pages.chain, site.head.start, state, rules, this.#options, nowMs);
    if (chosen === undefined) return undefined;
    const digest = (key: Uint8Array) => this.#deps.codecs.digest(key);
    const map = new OffsetMap(digest, this.#options.offsetMapBytes, chosen.records);
    const filled = await fillMap(this.#deps, site, pages.chain, chosen, map, budget);
    // With fewer keys than it began with, a round that was cut off begins anew.
    const isFull = filled.to < chosen.to;
    const round = isFull ? { ...chosen, to: filled.to, done: site.head.start, isMore: true } : chosen;
    const newUntilMs = Math.min(latestMs + rules.deleteRetentionMs, Number.MAX_SAFE_INTEGER);
    const lastOffset = (pages.chain.at(-1)?.end ?? 0) - 1;
    const verdicts = { lastOffsets: map, round, newUntilMs, lastOffset };
    const due = new Set(pages.chain.filter(page => isDue(page, stored.at, nowMs)));
    const work = await this.#rewrite(site, pages, verdicts, { due, unread: filled.unread }, budget);
    const states = { state, stored };
    const hasRisen = await this.#rise(site, states, round, work, filled.unreadFrom, budget);
    this.#tell(work);
    return {
      objects: work.objects,
      removed: work.removed,
      isMore: hasRisen && (work.reached < round.to || round.isMore),
    };
  }

  async #pages(site: Site, budget: Budget): Promise<Pages> {
    const all: CompactedPage[] = [];
    for await (const page of compactedPages(this.#deps.items, site, { from: site.head.start }, budget.call))
      if (page.end <= site.head.frontier) all.push(page);
    // One that cannot be read must not hide those inside it that can.
    const isUsed = (page: CompactedPage) =>
      !this.#unread.has(page.objectId) || insideOf(page, all).length === 0;
    const chain = chainOf(all.filter(isUsed));
    await clearInside(this.#deps, site, chain, all, budget);
    return { all, chain };
  }

  async #stored({ topic, partition }: Site, budget: Budget): Promise<Cleaned> {
    const key = cleanedKey(topic, partition);
    const stored = await budget.call(() => this.#deps.items.get(key, { consistent: true }));
    return located(
      () => `item ${key.pk}/${key.sk}`,
      () => readCleaned(stored),
    );
  }

  async #rewrite(
    site: Site,
    { all, chain }: Pages,
    verdicts: Verdicts & { readonly round: Round },
    { due, unread: unreadBefore }: Marked,
    budget: Budget,
  ): Promise<Rewritten> {
    const { round } = verdicts;
    const { targetBytes } = this.#options;
    const rewriter = new Rewriter(this.#deps, { site, all, targetBytes }, budget);
    const judged = new Set<string>();
    const unread = new Set<string>();
    let reached = round.to;
    let removed = 0;
    let hasWorked = false;
    for (const page of chain) {
      const isInRound = page.start < round.to && page.end > round.done && round.from < round.to;
      if (!isInRound && !due.has(page)) continue;
      // A turn does something in any case, or a small budget would never see the end.
      if (hasWorked && !budget.isLeft) {
        reached = offset(Math.min(reached, Math.max(page.start, round.done)));
        break;
      }
      hasWorked = true;
      const judge = new PageJudge(verdicts, page, due.has(page));
      const isRead = !unreadBefore.has(page.objectId);
      const sifted = isRead ? await this.#sift(site, page, judge, budget) : undefined;
      if (sifted === undefined) unread.add(page.objectId);
      else this.#unread.delete(page.objectId);
      if (sifted === undefined) this.#unread.set(page.objectId, true);
      else if (judge.removed === 0 && sifted.tombstonesUntilMs === page.tombstonesUntilMs)
        judged.add(page.objectId);
      else {
        removed += judge.removed;
        if (!(await rewriter.add(sifted))) break;
        continue;
      }
      if (!(await rewriter.flush())) break;
    }
    await rewriter.flush();
    for (const { objectId } of rewriter.written) judged.add(objectId);
    return { done: round.done, reached, judged, unread, objects: rewriter.written.length, removed };
  }

  async #sift(
    site: Site,
    page: CompactedPage,
    judge: PageJudge,
    budget: Budget,
  ): Promise<Sifted | undefined> {
    let kept: PageItem[] = [];
    const isRead = await eachItem(this.#deps, site, page, budget, async items => {
      kept = [];
      for await (const item of items) {
        const batch = item.kind === "batch" ? await judge.sift(item.batch, this.#deps.codecs) : undefined;
        if (item.kind === "lost") kept.push(item);
        else if (batch !== undefined) kept.push({ kind: "batch", batch });
      }
    });
    if (!isRead) return undefined;
    const bytes = kept.reduce((sum, item) => sum + (item.kind === "batch" ? item.batch.bytes.length : 0), 0);
    return { page, items: kept, bytes, tombstonesUntilMs: judge.tombstonesUntilMs };
  }

  /** Whether anything was settled that was not before. */
  async #rise(
    site: Site,
    { state, stored }: { readonly state: Cleaned; readonly stored: Cleaned },
    round: Round,
    work: Rewritten,
    unreadFrom: number,
    budget: Budget,
  ): Promise<boolean> {
    if (round.from >= round.to) return false;
    const { held, passing } = await settle(this.#deps, site, work, budget);
    if (state === stored) {
      // Keys that could not be read are missing from what was judged: it holds among those below them alone.
      const to = offset(Math.min(round.to, unreadFrom));
      const after = risen(state, to, offset(Math.min(held, to)));
      if (isAhead(after, state)) await this.#store(site, after, budget);
    }
    // When everything can be read again the next round begins at the checkpoint, and takes in what was passed over.
    if (work.unread.size === 0) this.#beyond.delete(nameOf(site));
    else if (passing > held) this.#beyond.set(nameOf(site), risen(state, round.to, passing));
    return passing > round.done;
  }

  async #store({ topic, partition }: Site, state: Cleaned, budget: Budget): Promise<void> {
    const { item, condition } = cleanedItem(topic, partition, state);
    await budget.call(() => this.#deps.items.put(item, condition));
  }

  #tell({ objects, removed }: Rewritten): void {
    const { telemetry } = this.#deps;
    telemetry.count("cumulog_cleanings_total");
    telemetry.count("cumulog_cleaned_objects_total", objects);
    telemetry.count("cumulog_cleaned_records_total", removed);
  }
}

function risen({ at }: Cleaned, to: Offset, done: Offset): Cleaned {
  return done >= to ? { at: offset(Math.max(at, to)) } : { at, round: { to, done } };
}

function isAhead(after: Cleaned, before: Cleaned): boolean {
  if (after.at !== before.at) return after.at > before.at;
  if (after.round === undefined) return false;
  return after.round.to !== before.round?.to || after.round.done > before.round.done;
}

function nameOf({ topic, partition }: Site): string {
  return `${topic}#${partition}`;
}
