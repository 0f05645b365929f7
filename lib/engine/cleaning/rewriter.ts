/**
 * Writes pages anew: those that follow each other become one object up to a size. Pages with tombstones of different times are not
 * joined: tombstones would wait for those that come later, again and again.
 */
import { segmentTime, timeOf } from "../../format/index.ts";
import type { CompactedPage } from "../../format/items/index.ts";
import {
  BlockBuilder,
  type ObjectDeps,
  type PageItem,
  putObject,
  replacePages,
  type Site,
} from "../compaction/index.ts";
import type { Budget } from "../upkeep/index.ts";

/** What of a page stays. */
export type Sifted = {
  readonly page: CompactedPage;
  readonly items: readonly PageItem[];
  readonly bytes: number;
  readonly tombstonesUntilMs: number;
};

type Setting = {
  readonly site: Site;
  /** Every page of the partition. */
  readonly all: readonly CompactedPage[];
  readonly targetBytes: number;
};

export class Rewriter {
  readonly #deps: ObjectDeps;
  readonly #setting: Setting;
  readonly #budget: Budget;
  readonly #written: CompactedPage[] = [];
  #group: Sifted[] = [];

  constructor(deps: ObjectDeps, setting: Setting, budget: Budget) {
    this.#deps = deps;
    this.#setting = setting;
    this.#budget = budget;
  }

  /** Pages that stand in the place of others now. */
  get written(): readonly CompactedPage[] {
    return this.#written;
  }

  /** Takes a page that is to be written anew. False: another is at work here. */
  async add(sifted: Sifted): Promise<boolean> {
    if (!this.#fits(sifted) && !(await this.flush())) return false;
    this.#group.push(sifted);
    return true;
  }

  #fits({ page, bytes, tombstonesUntilMs }: Sifted): boolean {
    const last = this.#group.at(-1);
    if (last === undefined) return true;
    const untilMs = untilOf(this.#group);
    const isOneTime = untilMs === 0 || tombstonesUntilMs === 0 || untilMs === tombstonesUntilMs;
    const sum = this.#group.reduce((total, each) => total + each.bytes, bytes);
    return isOneTime && page.start <= last.page.end && sum <= this.#setting.targetBytes;
  }

  /** Writes what was gathered. False: it does not stand in the place of the old pages, and they are as they were. */
  async flush(): Promise<boolean> {
    const group = this.#group;
    this.#group = [];
    const [first] = group;
    const last = group.at(-1);
    if (first === undefined || last === undefined) return true;
    const { site, all } = this.#setting;
    const builder = new BlockBuilder(
      this.#deps.codecs,
      { topicId: site.topic, partition: site.partition },
      first.page.start,
    );
    for (const { items } of group) for (const item of items) addTo(builder, item);
    const sources = group.map(({ page }) => page);
    // Of pages that cover the same the newest stands, whatever the clock says.
    const after = segmentTime(Math.max(...sources.map(({ objectId }) => timeOf(objectId))));
    const page = await putObject(
      this.#deps,
      site,
      builder.finish(last.page.end),
      { floor: site.image.floor, after, tombstonesUntilMs: untilOf(group) },
      this.#budget,
    );
    if (!(await replacePages(this.#deps, site, page, { sources, all }, this.#budget))) return false;
    this.#written.push(page);
    return true;
  }
}

function addTo(builder: BlockBuilder, item: PageItem): void {
  if (item.kind === "lost") {
    if (item.to > builder.reached) builder.lose(Math.max(item.from, builder.reached), item.to);
  } else if (item.batch.end > builder.reached) builder.add(item.batch);
}

function untilOf(group: readonly Sifted[]): number {
  return Math.max(...group.map(({ tombstonesUntilMs }) => tombstonesUntilMs));
}
