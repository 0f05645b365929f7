/** OffsetCommit, OffsetFetch and OffsetDelete as clients hear them. */
import { describe, expect, it } from "vitest";
import type { messages } from "../../../lib/kafka/apis/index.ts";
import { errorCodes } from "../../../lib/kafka/error-codes.ts";
import type { MessageDraft } from "../../../lib/kafka/wire/index.ts";
import { present } from "../../../lib/std/index.ts";
import { joined, synced } from "../../engine/groups/testing.ts";
import { anEngine } from "../../support/log.ts";
import { memoryStores, scriptedEngine, unavailable } from "../../support/script.ts";
import { aPort, type Port } from "../server/testing.ts";

const nobody = { generationIdOrMemberEpoch: -1, memberId: "" };
const none = { committedOffset: -1, committedLeaderEpoch: -1, metadata: "", errorCode: errorCodes.NONE };

/** A port over a log with topic t of 2 partitions. */
async function aLog() {
  const engine = anEngine();
  const { id } = await engine.topics.create({ name: "t", partitions: 2 });
  const port = await aPort({}, { engine });
  return { engine, id, client: await port.client() };
}

type CommitDraft = MessageDraft<typeof messages.offsetCommit.request>;
type Client = Awaited<ReturnType<Port["client"]>>;

function aCommit(committedOffset: number, over: Partial<CommitDraft> = {}): CommitDraft {
  const partition = { partitionIndex: 0, committedOffset, committedMetadata: null };
  return { groupId: "g", ...nobody, topics: [{ name: "t", partitions: [partition] }], ...over };
}

/** The code for each partition of the first topic. */
async function codesOf(client: Client, draft: ReturnType<typeof aCommit>): Promise<readonly number[]> {
  const { topics } = await client.ask("offsetCommit", 8, draft);
  return present(topics[0], "a topic").partitions.map(({ errorCode }) => errorCode);
}

describe("OffsetCommit", () => {
  it("keeps offset, leader epoch and text, and takes no text for an empty one", async () => {
    const { client } = await aLog();
    const partitions = [
      { partitionIndex: 0, committedOffset: 7, committedLeaderEpoch: 0, committedMetadata: "m" },
      { partitionIndex: 1, committedOffset: 0, committedMetadata: null },
    ];
    expect(await codesOf(client, { groupId: "g", ...nobody, topics: [{ name: "t", partitions }] })).toEqual([
      0, 0,
    ]);
    const topics = [{ name: "t", partitionIndexes: [1, 0] }];
    const { groups } = await client.ask("offsetFetch", 8, { groups: [{ groupId: "g", topics }] });
    expect(groups[0]?.topics[0]?.partitions).toEqual([
      { ...none, partitionIndex: 1, committedOffset: 0 },
      { ...none, partitionIndex: 0, committedOffset: 7, committedLeaderEpoch: 0, metadata: "m" },
    ]);
  });

  it("looks away from the time that old versions want an offset kept for", async () => {
    const { client } = await aLog();
    const { topics } = await client.ask("offsetCommit", 2, { ...aCommit(3), retentionTimeMs: 1 });
    expect(topics[0]?.partitions[0]?.errorCode).toBe(errorCodes.NONE);
  });

  it("says for each partition what is wrong with it", async () => {
    const { client } = await aLog();
    const partitions = [0, 2].map(partitionIndex => ({
      partitionIndex,
      committedOffset: 1,
      committedMetadata: "",
    }));
    const long = { partitionIndex: 1, committedOffset: 1, committedMetadata: "x".repeat(5_000) };
    const draft = { groupId: "g", ...nobody, topics: [{ name: "t", partitions: [...partitions, long] }] };
    expect(await codesOf(client, draft)).toEqual([
      errorCodes.NONE,
      errorCodes.UNKNOWN_TOPIC_OR_PARTITION,
      errorCodes.OFFSET_METADATA_TOO_LARGE,
    ]);
    for (const name of ["nowhere", "", "no/name"])
      expect(await codesOf(client, { ...aCommit(1), topics: [{ name, partitions }] })).toEqual([3, 3]);
  });

  it("refuses who is no member of the present generation, for every partition", async () => {
    const { client, engine } = await aLog();
    const member = await joined(engine);
    const { memberId, generation } = member;
    const speak = (over: Partial<CommitDraft>) => codesOf(client, aCommit(1, over));
    const claim = { memberId, generationIdOrMemberEpoch: generation };
    expect(await speak(claim)).toEqual([errorCodes.REBALANCE_IN_PROGRESS]);
    await synced(engine, member);
    expect(await speak(claim)).toEqual([errorCodes.NONE]);
    expect(await speak({ ...claim, generationIdOrMemberEpoch: generation + 1 })).toEqual([
      errorCodes.ILLEGAL_GENERATION,
    ]);
    expect(await speak({ ...claim, memberId: "x" })).toEqual([errorCodes.UNKNOWN_MEMBER_ID]);
    expect(await speak({})).toEqual([errorCodes.UNKNOWN_MEMBER_ID]);
    expect(await speak({ groupId: "" })).toEqual([errorCodes.INVALID_GROUP_ID]);
  });

  it("fences an instance whose id another has", async () => {
    const { client, engine } = await aLog();
    const member = await joined(engine, { instanceId: "i" });
    await synced(engine, member, { instanceId: "i" });
    const draft = aCommit(1, { memberId: "old", groupInstanceId: "i", generationIdOrMemberEpoch: 1 });
    expect(await codesOf(client, draft)).toEqual([errorCodes.FENCED_INSTANCE_ID]);
  });

  it("takes topics by their ids", async () => {
    const { client, id } = await aLog();
    const partitions = [{ partitionIndex: 0, committedOffset: 5, committedMetadata: "" }];
    const ids = ["AAAAAAAAAAAAAAAAAAAAAQ", id];
    const { topics } = await client.ask("offsetCommit", 10, {
      groupId: "g",
      ...nobody,
      topics: ids.map(topicId => ({ topicId, partitions })),
    });
    expect(topics.map(({ topicId, partitions: [each] }) => [topicId, each?.errorCode])).toEqual([
      [ids[0], errorCodes.UNKNOWN_TOPIC_ID],
      [id, errorCodes.NONE],
    ]);
    const asked = ids.map(topicId => ({ topicId, partitionIndexes: [0] }));
    const { groups } = await client.ask("offsetFetch", 10, { groups: [{ groupId: "g", topics: asked }] });
    expect(groups[0]?.topics.map(({ topicId, partitions: [each] }) => [topicId, each])).toEqual([
      [ids[0], { ...none, partitionIndex: 0, errorCode: errorCodes.UNKNOWN_TOPIC_ID }],
      [id, { ...none, partitionIndex: 0, committedOffset: 5 }],
    ]);
  });
});

describe("OffsetFetch", () => {
  it("says -1 where nothing is committed, also of topics, partitions and groups that are not there", async () => {
    const { client } = await aLog();
    await codesOf(client, aCommit(7));
    const topics = [
      { name: "t", partitionIndexes: [1, 9] },
      { name: "nowhere", partitionIndexes: [0] },
    ];
    for (const groupId of ["g", "nobody"]) {
      const answer = await client.ask("offsetFetch", 7, { groupId, topics, requireStable: true });
      expect(answer).toMatchObject({ errorCode: errorCodes.NONE });
      expect(answer.topics.flatMap(({ partitions }) => partitions)).toEqual(
        [1, 9, 0].map(partitionIndex => ({ ...none, partitionIndex })),
      );
    }
  });

  it("answers with everything when no topic is named, for many groups at once", async () => {
    const { client } = await aLog();
    await codesOf(client, aCommit(7));
    const groups = ["g", "nobody"].map(groupId => ({ groupId, topics: null }));
    const answer = await client.ask("offsetFetch", 9, { groups });
    const partitions = [{ ...none, partitionIndex: 0, committedOffset: 7 }];
    expect(answer.groups).toMatchObject([
      { groupId: "g", errorCode: errorCodes.NONE, topics: [{ name: "t", partitions }] },
      { groupId: "nobody", errorCode: errorCodes.NONE, topics: [] },
    ]);
    const old = await client.ask("offsetFetch", 2, { groupId: "g", topics: null });
    expect(old.topics).toMatchObject([{ name: "t", partitions: [{ committedOffset: 7 }] }]);
  });

  it("makes clients ask again, and never begin anew, when something could not be read", async () => {
    const stores = memoryStores();
    const scripted = scriptedEngine(stores, { requestDeadlineMs: 20 });
    await scripted.engine.topics.create({ name: "t", partitions: 1 });
    const port = await aPort({}, { engine: scripted.engine });
    const client = await port.client();
    await codesOf(client, aCommit(7));
    const topics = [{ name: "t", partitionIndexes: [0] }];
    for (const sk of ["state", "o#"]) {
      scripted.script = call =>
        call.port === "items" && call.operation === "get" && call.key.sk.startsWith(sk)
          ? unavailable
          : undefined;
      const { groups } = await client.ask("offsetFetch", 8, { groups: [{ groupId: "g", topics }] });
      expect(groups).toEqual([
        { groupId: "g", topics: [], errorCode: errorCodes.COORDINATOR_LOAD_IN_PROGRESS },
      ]);
      const first = await client.ask("offsetFetch", 1, { groupId: "g", topics });
      expect(first.topics[0]?.partitions).toMatchObject([
        { committedOffset: -1, errorCode: errorCodes.COORDINATOR_LOAD_IN_PROGRESS },
      ]);
    }
    scripted.script = call =>
      call.port === "items" && call.operation === "get" && call.key.sk === "state" ? unavailable : undefined;
    expect(await codesOf(client, aCommit(8))).toEqual([errorCodes.COORDINATOR_NOT_AVAILABLE]);
  });
});

describe("OffsetDelete", () => {
  it("deletes what is named, and says what cannot be", async () => {
    const { client } = await aLog();
    const topics = ["t", "nowhere"].map(name => ({ name, partitions: [{ partitionIndex: 0 }] }));
    const ask = () => client.ask("offsetDelete", 0, { groupId: "g", topics });
    expect(await ask()).toMatchObject({ errorCode: errorCodes.GROUP_ID_NOT_FOUND, topics: [] });
    await codesOf(client, aCommit(7));
    const { errorCode, topics: answered } = await ask();
    expect(errorCode).toBe(errorCodes.NONE);
    expect(answered.map(({ name, partitions: [each] }) => [name, each?.errorCode])).toEqual([
      ["t", errorCodes.NONE],
      ["nowhere", errorCodes.UNKNOWN_TOPIC_OR_PARTITION],
    ]);
    const { groups } = await client.ask("offsetFetch", 8, { groups: [{ groupId: "g", topics: null }] });
    expect(groups).toMatchObject([{ topics: [] }]);
  });

  it("is refused of topics that members read", async () => {
    const { client, engine } = await aLog();
    await synced(engine, await joined(engine));
    const topics = [{ name: "t", partitions: [{ partitionIndex: 0 }] }];
    const answer = await client.ask("offsetDelete", 0, { groupId: "g", topics });
    expect(answer.topics[0]?.partitions[0]?.errorCode).toBe(errorCodes.GROUP_SUBSCRIBED_TO_TOPIC);
  });
});
