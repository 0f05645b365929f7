import { describe, expect, it } from "vitest";
import type { Engine, MemberClaim } from "../../lib/engine/index.ts";
import { joined, synced } from "../engine/groups/testing.ts";
import { anEngine } from "../support/log.ts";

// Found by franz-go and @platformatic/kafka: OffsetFetch has no field for the name of a static member, and not every client
// fills the one of OffsetCommit. Kafka knows a member by its id then.
describe("a static member that says its id and not its name", () => {
  async function done(engine: Engine, claim: MemberClaim) {
    const topics = [{ topic: "t", partitions: [{ partition: 0, offset: 7 }] }];
    const [committed] = await engine.groups.offsets.commit("g", claim, topics);
    const fetched = await engine.groups.offsets.fetch("g", [{ topic: "t", partitions: [0] }], {
      claim,
      stamps: true,
    });
    return { committed: committed?.partitions, fetched };
  }
  const expected = {
    committed: [{ kind: "done" }],
    fetched: [{ kind: "offsets", partitions: [{ committed: { offset: 7 } }] }],
  };

  it("commits and fetches in a group of the classic protocol", async () => {
    const engine = anEngine();
    await engine.topics.create({ name: "t", partitions: 1 });
    const member = await joined(engine, { instanceId: "one" });
    await synced(engine, member, { instanceId: "one" });
    const { memberId, generation } = member;
    expect(await done(engine, { memberId, generation })).toMatchObject(expected);
    await expect(done(engine, { memberId: "another", generation })).rejects.toThrow("no member");
  });

  it("commits and fetches in a group of the newer protocol", async () => {
    const engine = anEngine();
    await engine.topics.create({ name: "t", partitions: 1 });
    const memberId = "member";
    const { epoch } = await engine.groups.consumerHeartbeat({
      group: "g",
      memberId,
      instanceId: "one",
      epoch: 0,
      clientId: "c",
      host: "h",
      names: ["t"],
      rebalanceMs: 60_000,
      owned: new Map(),
    });
    expect(await done(engine, { memberId, generation: epoch })).toMatchObject(expected);
    await expect(done(engine, { memberId: "another", generation: epoch })).rejects.toThrow("no member");
  });
});
