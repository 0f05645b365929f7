/** Golden bytes of consumer groups: what was once written is read for ever. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { TopicId } from "../../lib/format/index.ts";
import {
  classicMemberAttributes,
  consumerMemberItem,
  decodeAssignment,
  decodeRoster,
  decodeTopicPartitions,
  encodeAssignment,
  encodeRoster,
  encodeTopicPartitions,
  readClassicMember,
  readConsumerMember,
  type TopicPartitions,
} from "../../lib/format/items/index.ts";
import { utf8 } from "../../lib/std/index.ts";

const topic = "AAECAwQFRgeICQoLDA0ODw" as TopicId;
const partitions: TopicPartitions = new Map([[topic, [0, 1, 300]]]);

const roster = [
  { key: "dmember-1", memberId: "member-1", metadata: Uint8Array.of(0, 3, 255) },
  { key: "si\u00e9", memberId: "i\u00e9-2", instanceId: "i\u00e9", metadata: new Uint8Array(0) },
];
const assignment = new Map([
  ["dmember-1", Uint8Array.of(1, 2, 3)],
  ["si\u00e9", new Uint8Array(0)],
]);

const classic = {
  memberId: "member-1",
  clientId: "c",
  host: "127.0.0.1",
  beat: "b",
  joined: 7,
  sessionMs: 45_000,
  rebalanceMs: 300_000,
  protocolType: "consumer",
  protocols: [
    { name: "range", metadata: Uint8Array.of(0, 1) },
    { name: "cooperative-sticky", metadata: utf8("m") },
  ],
};

const consumer = {
  memberId: "member-2",
  instanceId: "i",
  rackId: "r",
  clientId: "c",
  host: "::1",
  beat: "b",
  sessionMs: 45_000,
  rebalanceMs: 300_000,
  epoch: 12,
  previousEpoch: 11,
  subscription: { names: ["a", "b"], regex: "t.*", assignor: "range" },
  assigned: partitions,
  revoking: new Map(),
};

function golden(name: string): Uint8Array {
  const text = readFileSync(new URL(`../golden/items/${name}.hex`, import.meta.url), "utf8");
  return Buffer.from(text.replaceAll(/\s/g, ""), "hex");
}

function hex(bytes: unknown): string {
  return Buffer.from(bytes as Uint8Array).toString("hex");
}

describe("golden bytes of groups", () => {
  it("of a roster are written and read", () => {
    expect(hex(encodeRoster(roster))).toBe(hex(golden("group-roster-1")));
    expect(decodeRoster(golden("group-roster-1"))).toEqual(
      roster.map(each => ({ ...each, metadata: Buffer.from(each.metadata) })),
    );
  });

  it("of an assignment are written and read", () => {
    expect(hex(encodeAssignment(assignment))).toBe(hex(golden("group-assignment-1")));
    expect(
      [...decodeAssignment(golden("group-assignment-1"))].map(([key, bytes]) => [key, hex(bytes)]),
    ).toEqual([
      ["dmember-1", "010203"],
      ["si\u00e9", ""],
    ]);
  });

  it("of partitions are written and read", () => {
    expect(hex(encodeTopicPartitions(partitions))).toBe(hex(golden("group-partitions-1")));
    expect(decodeTopicPartitions(golden("group-partitions-1"))).toEqual(partitions);
  });

  it("of a classic member's protocols are written and read", () => {
    const attributes = classicMemberAttributes(classic);
    expect(hex(attributes["protocols"])).toBe(hex(golden("group-protocols-1")));
    const read = readClassicMember("m#dmember-1", { ...attributes, protocols: golden("group-protocols-1") });
    expect({
      ...read,
      protocols: read.protocols.map(({ name, metadata }) => `${name} ${hex(metadata)}`),
    }).toEqual({
      ...classic,
      protocols: ["range 0001", "cooperative-sticky 6d"],
    });
  });

  it("of a subscription are written and read", () => {
    const { attributes, sk } = consumerMemberItem("g", "si", consumer);
    expect(hex(attributes["subscription"])).toBe(hex(golden("group-subscription-1")));
    expect(readConsumerMember(sk, { ...attributes, subscription: golden("group-subscription-1") })).toEqual(
      consumer,
    );
  });
});
