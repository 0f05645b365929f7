/** The states of a group of the classic protocol, and what is due in them. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dueOf, type Sight } from "../../../lib/engine/groups/classic/barrier.ts";
import {
  type ClassicEvent,
  type ClassicPhase,
  outcomeOf,
} from "../../../lib/engine/groups/classic/machine.ts";
import type { ClassicMember, GroupState, RosterMember } from "../../../lib/format/items/index.ts";
import { utf8 } from "../../../lib/std/index.ts";

const phases: readonly ClassicPhase[] = ["empty", "preparing", "completing", "stable", "dead"];
const events: readonly ClassicEvent[] = [
  "joins",
  "goes",
  "lastGoes",
  "full",
  "leaderSyncs",
  "syncLate",
  "deleted",
];

/** What each event leads to, as a client's author would expect; "+" marks a new generation. */
const expected: Readonly<Record<ClassicPhase, Readonly<Record<ClassicEvent, string>>>> = {
  empty: {
    joins: "preparing",
    goes: "stays",
    lastGoes: "stays",
    full: "refused",
    leaderSyncs: "refused",
    syncLate: "refused",
    deleted: "dead+",
  },
  preparing: {
    joins: "stays",
    goes: "stays",
    lastGoes: "empty+",
    full: "completing+",
    leaderSyncs: "refused",
    syncLate: "refused",
    deleted: "refused",
  },
  completing: {
    joins: "preparing",
    goes: "preparing",
    lastGoes: "empty+",
    full: "refused",
    leaderSyncs: "stable",
    syncLate: "preparing",
    deleted: "refused",
  },
  stable: {
    joins: "preparing",
    goes: "preparing",
    lastGoes: "empty+",
    full: "refused",
    leaderSyncs: "stays",
    syncLate: "stays",
    deleted: "refused",
  },
  dead: {
    joins: "preparing",
    goes: "stays",
    lastGoes: "stays",
    full: "refused",
    leaderSyncs: "refused",
    syncLate: "refused",
    deleted: "stays",
  },
};

describe("the machine of the classic protocol", () => {
  for (const phase of phases)
    for (const event of events)
      it(`${phase}, ${event}: ${expected[phase][event]}`, () => {
        const outcome = outcomeOf(phase, event);
        const text =
          outcome.kind === "goes" ? `${outcome.to}${outcome.isNextGeneration ? "+" : ""}` : outcome.kind;
        expect(text).toBe(expected[phase][event]);
      });
});

const generation = 5;

/** A member, by what it has joined for and what it knows, the most preferred first. */
function aMember(joined: number, protocols: readonly string[], instanceId?: string): ClassicMember {
  return {
    memberId: "m",
    clientId: "c",
    host: "h",
    beat: "b",
    joined,
    sessionMs: 10_000,
    rebalanceMs: 60_000,
    protocolType: "consumer",
    protocols: protocols.map(name => ({ name, metadata: utf8(name) })),
    ...(instanceId !== undefined && { instanceId }),
  };
}

const members = fc
  .array(
    fc.record({
      joined: fc.constantFrom(0, generation, generation + 1),
      protocols: fc.shuffledSubarray(["a", "b", "c"], { minLength: 1 }),
      isStatic: fc.boolean(),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map(
    all =>
      new Map(
        all.map(({ joined, protocols, isStatic }, i) => [
          `${isStatic ? "s" : "d"}${i}`,
          aMember(joined, protocols, isStatic ? `${i}` : undefined),
        ]),
      ),
  );

function aSight(over: Partial<Sight>): Sight {
  const state: GroupState = {
    kind: "classic",
    phase: "preparing",
    generation,
    born: 0,
    version: 9,
    sinceMs: 0,
  };
  const place: RosterMember = { key: "d0", memberId: "m", metadata: new Uint8Array(0) };
  return {
    state,
    roster: new Map([["d0", place]]),
    members: new Map(),
    inPhaseMs: 0,
    initialDelayMs: 0,
    ...over,
  };
}

describe("what is due while a group prepares", () => {
  it("is the next generation as soon as everybody has joined, and not before", () => {
    fc.assert(
      fc.property(members, all => {
        const due = dueOf(aSight({ members: all }));
        const isEverybody = [...all.values()].every(({ joined }) => joined > generation);
        expect(due.kind).toBe(isEverybody ? "full" : "nothing");
      }),
    );
  });

  it("has, once it is late, those who joined and static ones that are expected back, and a leader among the first", () => {
    fc.assert(
      fc.property(members, all => {
        const due = dueOf(aSight({ members: all, inPhaseMs: 60_001 }));
        if (due.kind !== "full") {
          expect([...all.values()].some(({ joined }) => joined > generation)).toBe(false);
          return;
        }
        const { next } = due;
        const leader = all.get(next.leader);
        expect(leader?.joined).toBe(generation + 1);
        for (const { key, metadata } of next.members) {
          const member = all.get(key);
          expect(member?.joined === generation + 1 || member?.instanceId !== undefined).toBe(true);
          expect(member?.joined).not.toBe(0);
          // Its own word for the protocol that was chosen.
          expect(Buffer.from(metadata).toString()).toBe(next.protocol);
        }
        for (const key of next.left) expect(all.get(key)?.joined).not.toBe(generation + 1);
      }),
    );
  });

  it("chooses what all know, if there is such a protocol", () => {
    fc.assert(
      fc.property(members, all => {
        const joined = new Map([...all].map(([key, member]) => [key, { ...member, joined: generation + 1 }]));
        const due = dueOf(aSight({ members: joined }));
        const known = ["a", "b", "c"].filter(name =>
          [...joined.values()].every(({ protocols }) => protocols.some(each => each.name === name)),
        );
        if (due.kind !== "full" || known.length === 0) return;
        expect(known).toContain(due.next.protocol);
        expect(due.next.members.length).toBe(joined.size);
      }),
    );
  });

  it("waits for others to come when the group was empty", () => {
    const all = new Map([["d0", aMember(generation + 1, ["a"])]]);
    const empty = { members: all, roster: new Map(), initialDelayMs: 3_000 };
    expect(dueOf(aSight({ ...empty, inPhaseMs: 2_999 })).kind).toBe("nothing");
    expect(dueOf(aSight({ ...empty, inPhaseMs: 3_000 })).kind).toBe("full");
  });
});
