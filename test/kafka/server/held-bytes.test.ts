/** Who may read on when too much is held: a small world of readers that bring pieces of frames when they are let. */
import { describe, expect, it } from "vitest";
import { HeldBytes, stalledMs } from "../../../lib/kafka/server/held-bytes.ts";
import { ManualClock } from "../../support/manual-clock.ts";

const bytesMax = 1_000;

function aHeld() {
  const clock = new ManualClock();
  return { clock, held: new HeldBytes({ clock }, { bytesMax }) };
}

/** A reader that remembers what it was told. */
function aReader() {
  const told = { goes: 0, cuts: 0 };
  return {
    told,
    reader: {
      go: () => {
        told.goes++;
      },
      cut: () => {
        told.cuts++;
      },
    },
  };
}

describe("below the bound", () => {
  it("everybody reads", () => {
    const { held } = aHeld();
    const { reader } = aReader();
    held.arrive(reader, 500);
    held.hold(499);
    expect([held.isFull, held.bytes, held.mayRead(reader)]).toEqual([false, 999, true]);
  });
});

describe("past the bound", () => {
  it("those who wait go on when requests are done", () => {
    const { held } = aHeld();
    const { reader, told } = aReader();
    held.hold(900);
    held.arrive(reader, 100);
    expect(held.mayRead(reader)).toBe(false);
    held.wait(reader);
    expect(told.goes).toBe(0);
    held.release(50);
    expect(told.goes).toBe(1);
    expect(held.mayRead(reader)).toBe(true);
  });

  it("one at a time goes on when parts of frames take half of the room", () => {
    const { held } = aHeld();
    const [one, two] = [aReader(), aReader()];
    held.arrive(one.reader, 600);
    held.arrive(two.reader, 400);
    held.wait(one.reader);
    held.wait(two.reader);
    expect([one.told.goes, two.told.goes]).toEqual([1, 0]);
    expect([held.mayRead(one.reader), held.mayRead(two.reader)]).toEqual([true, false]);
    // Its frame is whole, and under way: half of the room is not enough any more for another.
    held.hold(700);
    held.arrive(one.reader, -600);
    held.leave(one.reader);
    expect([held.mayRead(one.reader), held.mayRead(two.reader), two.told.goes]).toEqual([false, false, 0]);
    held.release(700);
    expect([held.isFull, two.told.goes]).toEqual([false, 1]);
  });

  it("waiting twice takes no second place, and leaving gives up the first", () => {
    const { held } = aHeld();
    const [one, two, three] = [aReader(), aReader(), aReader()];
    held.arrive(one.reader, bytesMax);
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
  it("ends by being cut for who brought nothing", async () => {
    const { held, clock } = aHeld();
    const [silent, next] = [aReader(), aReader()];
    held.arrive(silent.reader, bytesMax);
    held.wait(silent.reader);
    held.wait(next.reader);
    await clock.advance(stalledMs - 1);
    expect([silent.told.cuts, next.told.goes]).toEqual([0, 0]);
    await clock.advance(1);
    expect([silent.told.cuts, next.told.goes, held.mayRead(next.reader)]).toEqual([1, 1, true]);
  });

  it("passes to the next from who brought too little, and comes again", async () => {
    const { held, clock } = aHeld();
    const [slow, next] = [aReader(), aReader()];
    held.arrive(slow.reader, bytesMax);
    held.wait(slow.reader);
    held.wait(next.reader);
    held.arrive(slow.reader, 1);
    await clock.advance(stalledMs);
    expect([slow.told.cuts, held.mayRead(slow.reader), held.mayRead(next.reader)]).toEqual([0, false, true]);
    held.leave(next.reader);
    expect(held.mayRead(slow.reader)).toBe(true);
  });

  it("ends with the fullness, and leaves no timer behind", () => {
    const { held, clock } = aHeld();
    const { reader } = aReader();
    held.arrive(reader, bytesMax);
    held.wait(reader);
    expect(clock.waiting).toBe(1);
    held.arrive(reader, -bytesMax);
    expect([clock.waiting, held.bytes]).toEqual([0, 0]);
  });
});
