import { describe, expect, it } from "vitest";
import { Pump } from "../../../lib/adapters/local/pump.ts";

function aPump(work: (item: string) => Promise<void> = async () => undefined) {
  const waiting: string[] = [];
  const done: string[][] = [];
  const pump = new Pump(
    () => waiting.length > 0,
    async () => {
      const items = waiting.splice(0);
      done.push(items);
      for (const item of items) await work(item);
    },
  );
  const give = (item: string): void => {
    waiting.push(item);
    pump.kick();
  };
  return { give, done, pump };
}

describe("Pump", () => {
  it("does together what is given in one turn", async () => {
    const { give, done, pump } = aPump();
    give("a");
    give("b");
    await pump.running;
    expect(done).toEqual([["a", "b"]]);
    expect(pump.running).toBeUndefined();
  });

  it("does what is given while it works, one run after another", async () => {
    let atOnce = 0;
    const { give, done, pump } = aPump(async item => {
      expect(++atOnce).toBe(1);
      if (item === "a") give("b");
      await undefined;
      atOnce--;
    });
    give("a");
    await pump.running;
    expect(done).toEqual([["a"], ["b"]]);
  });

  it("never leaves work lying, whenever it is given", async () => {
    for (let turns = 0; turns < 12; turns++) {
      const { give, done } = aPump();
      give("first");
      for (let i = 0; i < turns; i++) await undefined;
      give("second");
      await new Promise(resolve => setImmediate(resolve));
      expect(done.flat()).toEqual(["first", "second"]);
    }
  });
});
