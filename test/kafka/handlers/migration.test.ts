/** A group that changes its protocol, as clients of both hear it. */
import { describe, expect, it } from "vitest";
import { defaultEngineOptions, type GroupOptions } from "../../../lib/engine/index.ts";
import { errorCodes } from "../../../lib/kafka/error-codes.ts";
import { present, utf8 } from "../../../lib/std/index.ts";
import { anAssignment, aSubscription, partitionsIn } from "../../engine/groups/migrating.ts";
import { anEngine, memoryDeps } from "../../support/log.ts";
import { aPort, type Port } from "../server/testing.ts";

type Client = Awaited<ReturnType<Port["client"]>>;

const everything = [0, 1, 2, 3];

/** A port over a log with topic t of 4 partitions. */
async function aLog(over: Partial<GroupOptions> = {}) {
  const groups = { ...defaultEngineOptions.groups, consumerHeartbeatMs: 0, ...over };
  const engine = anEngine(memoryDeps(), { groups });
  const { id } = await engine.topics.create({ name: "t", partitions: 4 });
  const port = await aPort({}, { engine });
  return { id, client: await port.client() };
}

function join(client: Client, memberId: string, metadata = aSubscription()) {
  return client.ask("joinGroup", 9, {
    groupId: "g",
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 60_000,
    memberId,
    protocolType: "consumer",
    protocols: [{ name: "range", metadata }],
  });
}

function sync(client: Client, memberId: string, generationId: number, assignment?: Uint8Array) {
  const assignments = assignment ? [{ memberId, assignment }] : [];
  const protocol = { protocolType: "consumer", protocolName: "range" };
  return client.ask("syncGroup", 5, { groupId: "g", memberId, generationId, ...protocol, assignments });
}

function heartbeat(client: Client, memberId: string, generationId: number) {
  return client.ask("heartbeat", 4, { groupId: "g", memberId, generationId });
}

function beat(
  client: Client,
  memberEpoch: number,
  owned: { readonly id: string; readonly partitions: number[] },
) {
  return client.ask("consumerGroupHeartbeat", 1, {
    groupId: "g",
    memberId: "new",
    memberEpoch,
    rebalanceTimeoutMs: 60_000,
    subscribedTopicNames: ["t"],
    topicPartitions: owned.partitions.length > 0 ? [{ topicId: owned.id, partitions: owned.partitions }] : [],
  });
}

/** A classic member of generation 1 that is assigned everything. */
async function aClassicMember(
  client: Client,
  metadata = aSubscription(),
  assignment = anAssignment(everything),
) {
  const { memberId } = await join(client, "");
  const joined = await join(client, memberId, metadata);
  expect(joined).toMatchObject({ errorCode: errorCodes.NONE, generationId: 1, leader: memberId });
  expect((await sync(client, memberId, 1, assignment)).errorCode).toBe(errorCodes.NONE);
  return memberId;
}

describe("a group that is taken over", () => {
  it("goes on member by member, and comes back", async () => {
    const { id, client } = await aLog();
    const memberId = await aClassicMember(client);
    const none = { id, partitions: [] };
    const first = await beat(client, 0, none);
    expect(first).toMatchObject({ errorCode: errorCodes.NONE, assignment: { topicPartitions: [] } });
    expect(first.memberEpoch).toBe(2);
    // The classic member owns everything until it has joined again.
    expect((await heartbeat(client, memberId, 1)).errorCode).toBe(errorCodes.REBALANCE_IN_PROGRESS);
    const joined = await join(client, memberId);
    expect(joined).toMatchObject({
      errorCode: errorCodes.NONE,
      generationId: 2,
      protocolType: "consumer",
      protocolName: "range",
      leader: "",
      memberId,
      members: [],
      skipAssignment: false,
    });
    const synced = await sync(client, memberId, 2);
    expect(synced).toMatchObject({
      errorCode: errorCodes.NONE,
      protocolType: "consumer",
      protocolName: "range",
    });
    const [kept, given] = [partitionsIn(synced.assignment), await beat(client, 2, none)];
    const taken = present(given.assignment?.topicPartitions[0], "partitions").partitions;
    expect([...kept, ...taken].toSorted()).toEqual(everything);
    expect((await heartbeat(client, memberId, 2)).errorCode).toBe(errorCodes.NONE);
    expect((await beat(client, -1, none)).errorCode).toBe(errorCodes.NONE);
    expect((await heartbeat(client, memberId, 2)).errorCode).toBe(errorCodes.REBALANCE_IN_PROGRESS);
    const back = await join(client, memberId);
    expect(back).toMatchObject({ errorCode: errorCodes.NONE, leader: memberId });
    expect(back.generationId).toBeGreaterThan(2);
  });

  it("is described and listed as what it is", async () => {
    const { id, client } = await aLog();
    const memberId = await aClassicMember(client);
    await beat(client, 0, { id, partitions: [] });
    const { groups } = await client.ask("consumerGroupDescribe", 1, { groupIds: ["g"] });
    const types = groups[0]?.members.map(each => [each.memberId, each.memberType]).toSorted();
    expect(types).toEqual(
      [
        [memberId, 0],
        ["new", 1],
      ].toSorted(),
    );
    const described = await client.ask("describeGroups", 6, { groups: ["g"] });
    expect(described.groups[0]).toMatchObject({
      errorCode: errorCodes.GROUP_ID_NOT_FOUND,
      groupState: "Dead",
    });
    const listed = await client.ask("listGroups", 5, {});
    expect(listed.groups).toMatchObject([{ groupId: "g", groupType: "consumer", groupState: "Stable" }]);
  });

  it("takes commits of a hosted member by its generation, and no other", async () => {
    const { id, client } = await aLog();
    const memberId = await aClassicMember(client);
    await beat(client, 0, { id, partitions: [] });
    const commit = async (generationIdOrMemberEpoch: number, member: string, version: number) => {
      const partition = { partitionIndex: 0, committedOffset: 1, committedMetadata: "" };
      const asked = { groupId: "g", generationIdOrMemberEpoch, memberId: member };
      const topics = [{ name: "t", topicId: id, partitions: [partition] }];
      const answer = await client.ask("offsetCommit", version, { ...asked, topics });
      return answer.topics[0]?.partitions[0]?.errorCode;
    };
    expect(await commit(1, memberId, 8)).toBe(errorCodes.NONE);
    await join(client, memberId);
    expect(await commit(1, memberId, 8)).toBe(errorCodes.ILLEGAL_GENERATION);
    expect(await commit(2, memberId, 8)).toBe(errorCodes.NONE);
    expect(await commit(1, "new", 9)).toBe(errorCodes.STALE_MEMBER_EPOCH);
    const offsets = async (memberEpoch: number) => {
      const topics = [{ name: "t", partitionIndexes: [0] }];
      const asked = { groups: [{ groupId: "g", memberId, memberEpoch, topics }] };
      return (await client.ask("offsetFetch", 9, asked)).groups[0]?.errorCode;
    };
    expect([await offsets(1), await offsets(2)]).toEqual([errorCodes.ILLEGAL_GENERATION, errorCodes.NONE]);
  });

  it("says of a hosted member that left what it said before", async () => {
    const { id, client } = await aLog();
    const memberId = await aClassicMember(client);
    await beat(client, 0, { id, partitions: [] });
    const members = [{ memberId, groupInstanceId: null }];
    const left = await client.ask("leaveGroup", 5, { groupId: "g", members });
    expect(left.members).toMatchObject([{ errorCode: errorCodes.NONE }]);
    expect((await heartbeat(client, memberId, 1)).errorCode).toBe(errorCodes.UNKNOWN_MEMBER_ID);
    expect((await sync(client, memberId, 1)).errorCode).toBe(errorCodes.UNKNOWN_MEMBER_ID);
    expect((await heartbeat(client, "new", 2)).errorCode).toBe(errorCodes.UNKNOWN_MEMBER_ID);
  });
});

describe("a group that is not taken over", () => {
  it("is not there for a consumer, where the policy says so", async () => {
    const { id, client } = await aLog({ migrationPolicy: "disabled" });
    await aClassicMember(client);
    const answer = await beat(client, 0, { id, partitions: [] });
    expect(answer.errorCode).toBe(errorCodes.GROUP_ID_NOT_FOUND);
    expect(answer.errorMessage).toContain("group.consumer.migration.policy is disabled");
  });

  it("is not there for a consumer, where its members say something else", async () => {
    const { id, client } = await aLog();
    await aClassicMember(client, utf8("m"));
    expect((await beat(client, 0, { id, partitions: [] })).errorCode).toBe(errorCodes.GROUP_ID_NOT_FOUND);
  });

  it("hosts nobody who says something else", async () => {
    const { id, client } = await aLog();
    await beat(client, 0, { id, partitions: [] });
    expect((await join(client, "", utf8("m"))).errorCode).toBe(errorCodes.INCONSISTENT_GROUP_PROTOCOL);
    const { errorCode, memberId } = await join(client, "");
    expect([errorCode, memberId !== ""]).toEqual([errorCodes.MEMBER_ID_REQUIRED, true]);
    expect((await join(client, memberId)).errorCode).toBe(errorCodes.NONE);
  });
});
