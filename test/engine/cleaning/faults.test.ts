/**
 * Compaction by key that is killed, that stands still while others go on, and that runs twice at once. Whatever happens: no last
 * value goes, no deleted key comes back, and a clean run brings it to the same end.
 */
import { describe, expect, it } from "vitest";
import type { Engine } from "../../../lib/engine/index.ts";
import { dawdling, dyingAt, frozenAt, tolled } from "../../support/tolled-stores.ts";
import { CompactModel } from "./model.ts";
import {
  aCompactLog,
  anotherEngine,
  type CompactLog,
  type Keyed,
  keptMs,
  seen,
  tend,
  write,
} from "./testing.ts";

/** Pages are joined, and merged. */
const options = { mergePages: 2, targetBytes: 2_000 };
/** Each page is written anew by itself. */
const apart = { mergePages: 1_000, targetBytes: 300 };

class Story {
  readonly log: CompactLog;
  readonly model = new CompactModel();

  constructor(log: CompactLog) {
    this.log = log;
  }

  /** Eight batches, which become pages; keys are written again and again, some are deleted. */
  async write(seed: number): Promise<void> {
    for (let i = 0; i < 8; i++) {
      const records: Keyed[] = [
        [`k${(seed + i * 5) % 7}`, (seed + i) % 3 === 0 ? null : `${seed}.${i}`],
        [`j${(seed * i) % 4}`, i % 4 === seed % 4 ? null : `${seed},${i}`],
      ];
      this.model.wrote(await write(this.log, records), records);
    }
  }

  async tend(engine: Engine): Promise<void> {
    this.model.tended(this.log.clock.now());
    await tend(engine, this.log.topic);
  }

  async check(what: string): Promise<void> {
    const reader = anotherEngine(this.log.deps, options);
    for (const from of [0, 9, 33, this.model.end - 3]) {
      const lines = await seen(reader, from);
      expect(this.model.problems(lines, from, this.log.clock.now(), keptMs), what).toEqual([]);
    }
  }

  /** Until everything that may go has gone; the end is another page, so that nothing is the last. */
  async end(what: string): Promise<void> {
    await this.log.clock.advance(keptMs);
    const records: Keyed[] = [["end", "x"]];
    for (let i = 0; i < 8; i++) this.model.wrote(await write(this.log, records), records);
    const engine = anotherEngine(this.log.deps, { ...options, mergePages: 1_000 });
    for (let turn = 0; turn < 4; turn++) {
      await this.tend(engine);
      await this.log.clock.advance(keptMs);
    }
    await this.check(what);
    const live = this.model.lastValues();
    const lines = await seen(anotherEngine(this.log.deps));
    expect(
      lines.filter(line => !line.includes("end=")),
      what,
    ).toEqual(live.filter(line => !line.includes("end=")));
  }
}

/** Pages of three rounds, the last not yet cleaned. */
async function aStory(how = options): Promise<Story> {
  const log = await aCompactLog(undefined, how);
  const story = new Story(log);
  await story.write(1);
  await story.tend(log.engine);
  await story.write(2);
  await story.tend(log.engine);
  await log.clock.advance(keptMs);
  await story.write(3);
  return story;
}

describe("compaction by key", () => {
  it.each(["before", "after"] as const)(
    "may be killed %s any call",
    async when => {
      let kills = 0;
      for (let nth = 1; ; nth++) {
        const story = await aStory();
        const { toll, isDead } = dyingAt(nth, when);
        const victim = anotherEngine(tolled(story.log.deps, toll), options);
        const outcome = await story.tend(victim).catch((error: unknown) => error);
        if (!isDead()) break;
        kills++;
        expect(outcome).toMatchObject({ message: "killed" });
        await story.check(`killed at call ${nth}`);
        await story.end(`killed at call ${nth}`);
      }
      expect(kills).toBeGreaterThan(20);
    },
    120_000,
  );

  it.each([
    ["before", "joined", options],
    ["after", "joined", options],
    ["before", "apart", apart],
  ] as const)(
    "may stand still %s any call while others go on, pages %s",
    async (when, _, how) => {
      let freezes = 0;
      for (let nth = 1; ; nth++) {
        const story = await aStory(how);
        const { toll, reached, thaw, isFrozen } = frozenAt(nth, when);
        const sleeper = anotherEngine(tolled(story.log.deps, toll), how);
        const sleeping = story.tend(sleeper);
        await Promise.race([reached, sleeping]);
        if (!isFrozen()) break;
        freezes++;
        for (let round = 0; round < 3; round++) {
          await story.tend(story.log.engine);
          await story.log.clock.advance(keptMs);
          if (round === 0) await story.write(4);
        }
        await story.check(`frozen at call ${nth}`);
        thaw();
        await sleeping;
        await story.check(`thawed at call ${nth}`);
        await story.end(`thawed at call ${nth}`);
      }
      expect(freezes).toBeGreaterThan(20);
    },
    120_000,
  );

  it("leaves one of two pages that cover the same, though another dies while it drops", async () => {
    let kills = 0;
    let isFrozen = true;
    for (let drop = 1; isFrozen; drop++) {
      for (let isDead = true, nth = 1; isDead; nth++) {
        const story = await aStory(apart);
        const own = frozenAt(drop, "before", "delete");
        const sleeping = story.tend(anotherEngine(tolled(story.log.deps, own.toll), apart));
        await Promise.race([own.reached, sleeping]);
        isFrozen = own.isFrozen();
        const other = dyingAt(nth, "after", "delete");
        await story.tend(anotherEngine(tolled(story.log.deps, other.toll), apart)).catch(String);
        isDead = other.isDead();
        if (isDead && isFrozen) kills++;
        own.thaw();
        await sleeping;
        await story.check(`drop ${drop}, killed at drop ${nth}`);
      }
    }
    expect(kills).toBeGreaterThan(8);
  }, 120_000);

  it("takes into account what another links while it drops", async () => {
    let meetings = 0;
    for (let update = 1; ; update++) {
      let isMet = false;
      for (let drop = 1; drop <= 4; drop++) {
        const story = await aStory(apart);
        const other = frozenAt(update, "before", "update");
        const late = story.tend(anotherEngine(tolled(story.log.deps, other.toll), options));
        await Promise.race([other.reached, late]);
        await story.write(4);
        const own = frozenAt(drop, "before", "delete");
        const sleeping = story.tend(anotherEngine(tolled(story.log.deps, own.toll), apart));
        await Promise.race([own.reached, sleeping]);
        isMet ||= other.isFrozen() && own.isFrozen();
        if (isMet) meetings++;
        other.thaw();
        await late;
        own.thaw();
        await sleeping;
        await story.check(`update ${update}, drop ${drop}`);
        await story.end(`update ${update}, drop ${drop}`);
      }
      if (!isMet) break;
    }
    expect(meetings).toBeGreaterThan(8);
  }, 120_000);

  it("may run twice at once", async () => {
    for (let seed = 1; seed <= 12; seed++) {
      const story = await aStory();
      const two = [seed, seed + 1_000].map(each =>
        anotherEngine(tolled(story.log.deps, dawdling(each)), options),
      );
      for (let round = 0; round < 3; round++) {
        await Promise.all(two.map(engine => story.tend(engine)));
        await story.check(`seed ${seed}, round ${round}`);
        await story.log.clock.advance(keptMs);
        await story.write(5 + round);
      }
      await story.end(`seed ${seed}`);
    }
  }, 120_000);
});
