/** Which shards have a turn, and where, from what a look tells and what is remembered. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type LastTurn, planTurns } from "../../../lib/engine/upkeep/index.ts";

const limits = { awayFromBytes: 1000, awayMax: 2, idleMs: 100 };
const size = { commits: 10, settled: 5, waitingBytes: 0 };
const nowMs = 10_000;

/** A shard by its name: what waits in it, and its last turn, if it had one. */
function aShard(name: string, waitingBytes: number, last?: Partial<LastTurn> & { readonly agoMs: number }) {
  const { agoMs = 0, ...turn } = last ?? {};
  const lastTurn = { atMs: nowMs - agoMs, size, end: "worked", ...turn } as const;
  return { name, size: { ...size, waitingBytes }, last: last && lastTurn };
}

function named(shards: readonly { readonly name: string }[]): readonly string[] {
  return shards.map(({ name }) => name);
}

const aSize = fc.record({ commits: fc.nat(3), settled: fc.nat(3), waitingBytes: fc.nat(2000) });
const aLastTurn = fc.record({
  atMs: fc.integer({ min: nowMs - 200, max: nowMs }),
  size: aSize,
  end: fc.constantFrom("idle" as const, "worked" as const, "sent" as const),
});
const aCandidate = fc.record({ size: aSize, last: fc.option(aLastTurn, { nil: undefined }) });

describe("a plan", () => {
  it("gives away what is much, as much as workers may be sent, and keeps the rest", () => {
    const shards = [aShard("a", 999), aShard("b", 1000), aShard("c", 3000), aShard("d", 2000)];
    const { here, away, later } = planTurns(shards, nowMs, limits);
    expect([named(here), named(away), named(later)]).toEqual([["a"], ["c", "d"], ["b"]]);
  });

  it("keeps everything where there are no workers", () => {
    const { here, away, later } = planTurns([aShard("a", 5000), aShard("b", 0)], nowMs, {
      ...limits,
      awayMax: 0,
    });
    expect([named(here), away, later]).toEqual([["a", "b"], [], []]);
  });

  it("begins with those that waited longest", () => {
    const shards = [aShard("a", 0, { agoMs: 1 }), aShard("b", 0, { agoMs: 50 }), aShard("c", 0)];
    expect(named(planTurns(shards, nowMs, limits).here)).toEqual(["c", "b", "a"]);
  });

  const other = { ...size, commits: 9 };
  const unsettled = { ...size, settled: 4 };
  it.each<[string, Partial<LastTurn> & { readonly agoMs: number }, boolean]>([
    ["it did something the last time", { agoMs: 0, end: "worked" }, true],
    ["nothing was to do, and nothing came", { agoMs: 99, end: "idle" }, false],
    ["nothing was to do, and something came", { agoMs: 1, end: "idle", size: other }, true],
    ["nothing was to do a long time ago", { agoMs: 100, end: "idle" }, true],
    ["it was sent, and no worker has got on", { agoMs: 99, end: "sent", size: other }, false],
    ["it was sent, and a worker has got on", { agoMs: 1, end: "sent", size: unsettled }, true],
    ["it was sent a long time ago", { agoMs: 100, end: "sent" }, true],
  ])("looks after a shard when %s: %o, %s", (_why, last, isDue) => {
    for (const waitingBytes of [0, 5000]) {
      const { here, away } = planTurns([aShard("a", waitingBytes, last)], nowMs, limits);
      expect(here.length + away.length).toBe(isDue ? 1 : 0);
    }
  });

  it("never names a shard twice, nor sends more than it may, whatever it is asked", () => {
    fc.assert(
      fc.property(fc.array(aCandidate), fc.nat(5), (shards, awayMax) => {
        const { here, away, later } = planTurns(shards, nowMs, { ...limits, awayMax });
        const all = [...here, ...away, ...later];
        expect(new Set(all).size).toBe(all.length);
        expect(away.length).toBeLessThanOrEqual(awayMax);
        // Whoever was never looked at is looked at.
        expect(shards.filter(({ last }) => last === undefined).every(each => all.includes(each))).toBe(true);
      }),
    );
  });
});
