import { describe, expect, it } from "vitest";
import { present } from "../../lib/std/index.ts";
import { runQuietPoll, runThrottledAppends } from "./modes/calls.ts";
import { duelOf, duels, nameOfDuel, runDuel, runDuels } from "./modes/duels.ts";
import { caseOf, nameOfCase, runCase, runExhaustive } from "./modes/exhaustive.ts";
import { scenarios } from "./modes/scenarios.ts";

describe("every await of an operation, with every outcome", () => {
  it.each(["append, cold process, object", "append and roll", "create a topic", "purge"])(
    "keeps every promise: %s",
    async name => {
      const names: string[] = [];
      await runExhaustive({ pairs: false, only: name }, (runName, result) => {
        names.push(runName);
        expect({ runName, violations: result.violations }).toEqual({ runName, violations: [] });
      });
      // The run without a fault, and each call with at least seven outcomes.
      expect(names.length).toBeGreaterThan(20);
      expect(new Set(names).size).toBe(names.length);
    },
  );

  it("hits the call that it says, and a case can be run again by its name", async () => {
    const scenario = present(scenarios[0], "a scenario");
    const hits = [
      { call: 1, fault: "answer lost" },
      { call: 2, fault: "killed, call late" },
    ] as const;
    const name = nameOfCase({ scenario, hits });
    expect(caseOf(name)).toEqual({ scenario, hits });
    const lines: string[] = [];
    await runCase({ scenario, hits }, { trace: line => lines.push(line) });
    expect(lines.filter(line => line.includes("FAULT")).map(line => line.replace(/^.*FAULT /, ""))).toEqual([
      expect.stringMatching(/^answer lost at call 1: /),
      expect.stringMatching(/^killed, call late at call 2: /),
    ]);
  });
});

describe("two operations, one within the other at every await", () => {
  it.each(["append, delete", "create, create"])("keep every promise: %s", async name => {
    let runs = 0;
    await runDuels({ only: name }, (runName, result) => {
      runs++;
      expect({ runName, violations: result.violations }).toEqual({ runName, violations: [] });
    });
    expect(runs).toBeGreaterThan(10);
  });

  it("stop where they say", async () => {
    const duel = present(
      duels.find(({ name }) => name === "roll, roll"),
      "the duel",
    );
    expect(duelOf(nameOfDuel(duel, -1, 2))).toEqual({ duel, first: -1, second: 2 });
    const lines: string[] = [];
    await runDuel(duel, -1, 2, { trace: line => lines.push(line) });
    const sentBefore = (mark: string): readonly string[] =>
      lines
        .slice(
          lines.findIndex(line => line.includes("freeze p1")),
          lines.findIndex(line => line.includes(mark)),
        )
        .filter(line => / p\d\.1 sent /.test(line))
        .map(line => line.replace(/^.*(p\d)\.1 sent.*$/, "$1"));
    expect(sentBefore("thaw p1")).toEqual(["p2", "p2", "p2"]);
  });
});

describe("calls of an engine", () => {
  it("are few while a poll waits where nothing happens, and while everything is throttled", async () => {
    expect((await runQuietPoll({})).violations).toEqual([]);
    expect((await runThrottledAppends({})).violations).toEqual([]);
  });
});
