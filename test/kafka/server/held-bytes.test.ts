/** Who may read on when too much is held: a small world of readers that bring pieces of frames when they are let. */
import { describe, expect, it } from "vitest";
import { AnswerBytes } from "../../../lib/kafka/server/answer-bytes.ts";
import { HeldBytes, silentMs, stalledMs, turnMs } from "../../../lib/kafka/server/held-bytes.ts";
import { ManualClock } from "../../support/manual-clock.ts";

const bytesMax = 1_000;

/** What is held by readers that remember what they were told. */
class World {
  readonly clock = new ManualClock();
  readonly held = new HeldBytes({ clock: this.clock }, { bytesMax });

  aReader() {
    const { clock, held } = this;
    const told = { goes: 0, cuts: 0 };
    let movedAtMs = clock.monotonicMs();
    return {
      told,
      bring: (bytes: number): void => {
        movedAtMs = clock.monotonicMs();
        held.arrive(bytes);
      },
      reader: {
        go: () => {
          told.goes++;
        },
        cut: () => {
          told.cuts++;
        },
        movedAtMs: () => movedAtMs,
      },
    };
  }
}

describe("below the bound", () => {
  it("everybody reads", () => {
    const world = new World();
    const { held } = world;
    const { reader, bring } = world.aReader();
    bring(500);
    held.hold(499);
    expect([held.isFull, held.bytes, held.mayRead(reader)]).toEqual([false, 999, true]);
  });
});

describe("past the bound", () => {
  it("those who wait go on when requests are done", () => {
    const world = new World();
    const { held } = world;
    const { reader, told, bring } = world.aReader();
    held.hold(900);
    bring(100);
    expect(held.mayRead(reader)).toBe(false);
    held.wait(reader);
    expect(told.goes).toBe(0);
    held.release(50);
    expect(told.goes).toBe(1);
    expect(held.mayRead(reader)).toBe(true);
  });

  it("one at a time goes on when parts of frames take half of the room", () => {
    const world = new World();
    const { held } = world;
    const [one, two] = [world.aReader(), world.aReader()];
    one.bring(600);
    two.bring(400);
    held.wait(one.reader);
    held.wait(two.reader);
    expect([one.told.goes, two.told.goes]).toEqual([1, 0]);
    expect([held.mayRead(one.reader), held.mayRead(two.reader)]).toEqual([true, false]);
    // Its frame is whole, and under way: half of the room is not enough any more for another.
    held.hold(700);
    held.arrive(-600);
    held.leave(one.reader);
    expect([held.mayRead(one.reader), held.mayRead(two.reader), two.told.goes]).toEqual([false, false, 0]);
    held.release(700);
    expect([held.isFull, two.told.goes]).toEqual([false, 1]);
  });

  it("waiting twice takes no second place, and leaving gives up the first", () => {
    const world = new World();
    const { held } = world;
    const [one, two, three] = [world.aReader(), world.aReader(), world.aReader()];
    one.bring(bytesMax);
    for (const { reader } of [one, two, three, two]) held.wait(reader);
    held.leave(one.reader);
    expect(held.mayRead(two.reader)).toBe(true);
    held.leave(two.reader);
    expect(held.mayRead(three.reader)).toBe(true);
    held.leave(three.reader);
    expect([two.told.goes, three.told.goes]).toEqual([1, 1]);
  });
});

describe("a turn", () => {
  it("passes from who is silent in it, who is cut when that has been so for long", async () => {
    const world = new World();
    const { held, clock } = world;
    const [silent, next] = [world.aReader(), world.aReader()];
    silent.bring(bytesMax);
    held.wait(silent.reader);
    held.wait(next.reader);
    await clock.advance(2 * silentMs);
    expect([silent.told.cuts, held.mayRead(next.reader)]).toEqual([0, true]);
    for (let ms = 0; ms < stalledMs; ms += silentMs) {
      next.bring(1);
      await clock.advance(silentMs);
    }
    expect([silent.told.cuts, next.told.cuts]).toEqual([0, 0]);
    held.leave(next.reader);
    await clock.advance(2 * silentMs);
    expect([silent.told.cuts, next.told.cuts]).toEqual([1, 0]);
  });

  it("lasts while it brings something, up to a bound, and comes again", async () => {
    const world = new World();
    const { held, clock } = world;
    const [slow, next] = [world.aReader(), world.aReader()];
    slow.bring(bytesMax);
    held.wait(slow.reader);
    held.wait(next.reader);
    for (let ms = 0; ms < turnMs; ms += silentMs) {
      expect(held.mayRead(slow.reader)).toBe(true);
      slow.bring(1);
      await clock.advance(silentMs);
    }
    expect([slow.told.cuts, held.mayRead(slow.reader), held.mayRead(next.reader)]).toEqual([0, false, true]);
    held.leave(next.reader);
    expect(held.mayRead(slow.reader)).toBe(true);
  });

  it("ends with the fullness, and leaves no timer behind", () => {
    const world = new World();
    const { held, clock } = world;
    const { reader, bring } = world.aReader();
    bring(bytesMax);
    held.wait(reader);
    expect(clock.waiting).toBe(1);
    held.arrive(-bytesMax);
    expect([clock.waiting, held.bytes]).toEqual([0, 0]);
  });
});

describe("answers", () => {
  it("are as large as a part of the room that is left, and never nothing", () => {
    const answers = new AnswerBytes({ bytesMax: 8_000_000 });
    expect(answers.shareBytesMax).toBe(1_000_000);
    answers.hold(4_000_000);
    expect(answers.shareBytesMax).toBe(500_000);
    answers.hold(5_000_000);
    expect([answers.isFull, answers.bytes, answers.shareBytesMax]).toEqual([true, 9_000_000, 65_536]);
    answers.release(9_000_000);
    expect([answers.isFull, answers.shareBytesMax]).toEqual([false, 1_000_000]);
  });
});
