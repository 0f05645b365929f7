/** When a group changes its kind, what members of the consumer protocol say, and what a hosted member has to do next. */
import { describe, expect, it } from "vitest";
import type { Snapshot } from "../../../lib/engine/groups/consumer/snapshot.ts";
import {
  readProtocolAssignment,
  readProtocolSubscription,
  subscriptionIn,
  writeProtocolAssignment,
} from "../../../lib/engine/groups/migration/consumer-protocol.ts";
import { classicOf, hostedOf } from "../../../lib/engine/groups/migration/forms.ts";
import {
  type Migration,
  type MigrationEvent,
  type MigrationPolicy,
  mayHostNew,
  migrationOf,
} from "../../../lib/engine/groups/migration/machine.ts";
import { nextOf } from "../../../lib/engine/groups/migration/next.ts";
import { topicId } from "../../../lib/format/index.ts";
import {
  type ClassicMember,
  consumerMemberItem,
  type GroupPhase,
  type GroupState,
  groupStateAttributes,
  type HostedMember,
  isHosted,
  readConsumerMember,
  readGroupState,
  type TopicPartitions,
} from "../../../lib/format/items/index.ts";
import { utf8 } from "../../../lib/std/index.ts";
import { anAssignment, aSubscription } from "./migrating.ts";

type Row = Readonly<Record<MigrationPolicy, Migration>>;

const stays: Row = { bidirectional: "stays", upgrade: "stays", downgrade: "stays", disabled: "stays" };
const refused = { downgrade: "refused", disabled: "refused" } as const;

/** As a reader of KIP-848 would expect it. */
const expected: Readonly<Record<MigrationEvent, Readonly<Record<GroupPhase, Row>>>> = {
  consumerJoins: {
    empty: stays,
    preparing: { bidirectional: "upgrades", upgrade: "upgrades", ...refused },
    completing: { bidirectional: "later", upgrade: "later", ...refused },
    stable: { bidirectional: "upgrades", upgrade: "upgrades", ...refused },
    assigned: stays,
    dead: stays,
  },
  onlyHosted: {
    empty: stays,
    preparing: stays,
    completing: stays,
    stable: stays,
    assigned: {
      bidirectional: "downgrades",
      upgrade: "refused",
      downgrade: "downgrades",
      disabled: "refused",
    },
    dead: stays,
  },
};

describe("the kind of a group", () => {
  const policies: readonly MigrationPolicy[] = ["bidirectional", "upgrade", "downgrade", "disabled"];
  for (const event of Object.keys(expected) as MigrationEvent[])
    for (const phase of Object.keys(expected[event]) as GroupPhase[])
      it.each(policies)(`changes as expected: ${event} while ${phase}, policy %s`, policy => {
        expect(migrationOf(phase, event, policy)).toBe(expected[event][phase][policy]);
      });

  it("lets new hosted members in wherever the group can become whole again", () => {
    expect(policies.filter(mayHostNew)).toEqual(["bidirectional", "upgrade", "downgrade"]);
  });
});

describe("what members of the consumer protocol say", () => {
  it("is read in each version, and what follows is not looked at", () => {
    // version, one topic "t", no user data
    const plain = "0000 00000001 0001 74 ffffffff";
    const owned = " 00000001 0001 74 00000002 00000003 00000001";
    const bytes = (hex: string, version: number) =>
      Buffer.from(hex.replaceAll(" ", "").replace(/^0000/, `000${version}`), "hex");
    expect(readProtocolSubscription(bytes(plain, 0))).toEqual({
      version: 0,
      topics: ["t"],
      owned: new Map(),
    });
    expect(readProtocolSubscription(bytes(plain + owned, 1)).owned).toEqual(new Map([["t", [3, 1]]]));
    expect(readProtocolSubscription(bytes(`${plain}${owned} 00000007`, 2)).owned.size).toBe(1);
    const rack = readProtocolSubscription(bytes(`${plain}${owned} 00000007 0001 72`, 3));
    expect(rack).toMatchObject({ version: 3, rackId: "r" });
    expect(readProtocolSubscription(bytes(`${plain}${owned} 00000007 ffff 99`, 4))).toMatchObject({
      version: 4,
    });
  });

  it("is the first that can be read, of several", () => {
    const protocols = [
      { name: "a", metadata: utf8("m") },
      { name: "b", metadata: aSubscription([4]) },
    ];
    expect(subscriptionIn(protocols)).toMatchObject({ name: "b", subscription: { topics: ["t"] } });
    expect(subscriptionIn(protocols.slice(0, 1))).toBeUndefined();
  });

  it("is written as it is read", () => {
    const partitions = new Map([
      ["t", [0, 5]],
      ["tea", [1]],
    ]);
    const written = writeProtocolAssignment(2, partitions);
    expect(readProtocolAssignment(written)).toEqual({ partitions, hasUserData: false });
    expect(readProtocolAssignment(anAssignment([1], 4)).hasUserData).toBe(true);
    expect(readProtocolAssignment(new Uint8Array(0)).partitions.size).toBe(0);
  });
});

const id = topicId(new Uint8Array(16).fill(1));

function some(...indexes: readonly number[]): TopicPartitions {
  return indexes.length === 0 ? new Map() : new Map([[id, indexes]]);
}

const classic: ClassicMember = {
  memberId: "m",
  instanceId: "i",
  clientId: "c",
  host: "h",
  beat: "b",
  joined: 4,
  sessionMs: 1,
  rebalanceMs: 2,
  protocolType: "consumer",
  protocols: [{ name: "p", metadata: aSubscription() }],
};

describe("a member in its two forms", () => {
  it("is the same there and back, but for what it joined for", () => {
    const hosted = hostedOf(classic, { epoch: 9, assigned: some(1) });
    expect(hosted).toMatchObject({ epoch: 9, previousEpoch: 9, subscription: { names: ["t"] } });
    expect(hosted && classicOf(hosted)).toEqual({ ...classic, joined: 9 });
  });

  it("has still to join, though it never came to an epoch", () => {
    const hosted = hostedOf(classic, { epoch: 0, assigned: some() });
    expect(hosted && classicOf(hosted).joined).toBe(1);
  });

  it("is not hosted when it does not say what it is subscribed to", () => {
    const other = { ...classic, protocols: [{ name: "p", metadata: utf8("m") }] };
    expect(hostedOf(other, { epoch: 1, assigned: some() })).toBeUndefined();
  });
});

describe("what is stored of a group that changes its kind", () => {
  it("is a member of another version where it is hosted, and comes back as it was", () => {
    const hosted = hostedOf(classic, { epoch: 3, assigned: some(1) }) as HostedMember;
    const { sk, attributes } = consumerMemberItem("g", "si", hosted);
    expect([sk, attributes["v"], attributes["kind"]]).toEqual(["m#si", 2, "consumer"]);
    expect(readConsumerMember(sk, attributes)).toEqual(hosted);
    const { protocols: _, ...native } = hosted;
    const other = consumerMemberItem("g", "si", native);
    expect(other.attributes["v"]).toBe(1);
    expect(isHosted(readConsumerMember(sk, other.attributes))).toBe(false);
  });

  it("is a state of another version while members are still to be adopted", () => {
    const roster = { generation: 1, name: "n", count: 1 };
    const state: GroupState = {
      kind: "consumer",
      phase: "assigned",
      generation: 1,
      born: 0,
      version: 2,
      sinceMs: 0,
      roster,
    };
    expect(groupStateAttributes(state)["v"]).toBe(2);
    expect(readGroupState("g", groupStateAttributes(state))).toEqual(state);
    expect(groupStateAttributes({ ...state, kind: "classic", phase: "stable" })["v"]).toBe(1);
  });
});

describe("a hosted member", () => {
  type Case = {
    readonly assigned: TopicPartitions;
    readonly target: TopicPartitions;
    readonly revoking?: TopicPartitions;
    readonly epoch?: number;
    readonly taken?: readonly number[];
  };
  function next({ assigned, target, revoking = some(), epoch = 5, taken = [] }: Case) {
    const hosted = hostedOf(classic, { epoch, assigned }) as HostedMember;
    const state: GroupState = {
      kind: "consumer",
      phase: "assigned",
      generation: 5,
      born: 0,
      version: 1,
      sinceMs: 0,
    };
    const snapshot: Snapshot = {
      state,
      members: new Map([["k", hosted]]),
      target: new Map([["k", target]]),
      isOthers: (_key, _topicId, partition) => taken.includes(partition),
    };
    return nextOf("k", { ...hosted, revoking }, snapshot);
  }
  const cases: readonly (readonly [string, Case, boolean, boolean])[] = [
    ["has nothing to do with all of its target", { assigned: some(1), target: some(1) }, false, true],
    ["joins when the epoch has gone on", { assigned: some(1), target: some(1), epoch: 4 }, true, false],
    ["joins to give up", { assigned: some(1, 2), target: some(1) }, true, false],
    [
      "joins when it has given up",
      { assigned: some(1), target: some(1), revoking: some(2), epoch: 4 },
      true,
      false,
    ],
    ["joins to take up what is free", { assigned: some(1), target: some(1, 2) }, true, false],
    ["waits for what another has", { assigned: some(1), target: some(1, 2), taken: [2] }, false, false],
  ];
  it.each(cases)("%s", (_, given, mustJoin, isSettled) => {
    expect(next(given)).toEqual({ mustJoin, isSettled });
  });
});
