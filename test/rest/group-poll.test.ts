/** The one call of a reader that lives for one request. */
import { describe, expect, it } from "vitest";
import { appended, memoryDeps } from "../support/log.ts";
import { anAppWithOrders, aRestApp } from "./testing.ts";

async function twoServers() {
  const parts = memoryDeps();
  const a = await anAppWithOrders({ parts, partitions: 2 });
  const b = await aRestApp({ parts });
  const path = `${a.cluster}/consumer-groups/g/poll`;
  const first = { topics: ["orders"], format: "string" };
  return { a, b, path, first };
}

describe("a poll", () => {
  it("joins, reads, and commits with the next, at any server", async () => {
    const { a, b, path, first } = await twoServers();
    await appended(a.engine, "orders", 1, "x", "y");
    const { body, headers } = await a.call("POST", path, { json: first });
    expect(body).toEqual({
      member: { id: expect.any(String), epoch: 1, heartbeat_within_ms: 45_000 },
      rebalanced: true,
      assignment: [{ topic: "orders", partitions: [0, 1] }],
      records: ["x", "y"].map((value, offset) => ({
        topic: "orders",
        partition: 1,
        offset,
        timestamp: expect.any(Number),
        key: null,
        value,
        headers: [],
      })),
      next: [{ topic: "orders", partition: 1, offset: 2 }],
      failed_commits: [],
    });
    expect(headers.get("x-request-id")).not.toBeNull();
    const { id, epoch } = body.member;
    const second = { ...first, member: body.member, commit: body.next };
    expect((await b.call("POST", path, { json: second })).body).toMatchObject({
      rebalanced: false,
      records: [],
      next: [],
    });
    const again = await a.call("POST", path, { json: { ...first, member: { id, epoch } } });
    expect(again.body.records).toEqual([]);
  });

  it("says of each commit that failed why it did", async () => {
    const { a, path, first } = await twoServers();
    const { member } = (await a.call("POST", path, { json: first })).body;
    const commit = [
      { topic: "orders", partition: 0, offset: 0 },
      { topic: "orders", partition: 7, offset: 0 },
    ];
    const { id, epoch } = member;
    const { body } = await a.call("POST", path, { json: { ...first, member: { id, epoch }, commit } });
    expect(body.failed_commits).toEqual([
      { topic: "orders", partition: 7, error_code: 40402, message: expect.stringContaining("partition 7") },
    ]);
  });

  it("has one answer for whoever is out of the group", async () => {
    const { a, b, path, first } = await twoServers();
    const { member } = (await a.call("POST", path, { json: first })).body;
    const { id, epoch } = member;
    const left = await b.call("POST", path, { json: { ...first, member: { id, epoch }, action: "leave" } });
    expect([left.status, left.body.assignment]).toEqual([200, []]);
    const commit = [{ topic: "orders", partition: 0, offset: 0 }];
    for (const more of [{}, { commit }, { member: { id, epoch: 99 } }]) {
      const { status, body } = await a.call("POST", path, {
        json: { ...first, member: { id, epoch }, ...more },
      });
      expect([status, body.error_code], body.message).toEqual([409, 40919]);
      expect(body.message).toContain("call without member");
    }
    const anew = await b.call("POST", path, { json: first });
    expect(anew.body.assignment).toEqual([{ topic: "orders", partitions: [0, 1] }]);
  });

  it("waits for records", async () => {
    const { a, b, path, first } = await twoServers();
    const { member } = (await a.call("POST", path, { json: first })).body;
    const { id, epoch } = member;
    const waiting = b.call("POST", path, { json: { ...first, member: { id, epoch }, wait_ms: 30_000 } });
    await appended(a.engine, "orders", 0, "x");
    expect((await waiting).body.records).toHaveLength(1);
  });

  it("stops before a record that it cannot show", async () => {
    const { a, path } = await twoServers();
    await appended(a.engine, "orders", 0, "1", "no json");
    const json = { topics: ["orders"], format: "json" };
    const { body } = await a.call("POST", path, { json });
    expect(body).toMatchObject({ records: [{ value: 1 }], next: [{ partition: 0, offset: 1 }] });
    const { id, epoch } = body.member;
    const next = { ...json, member: { id, epoch }, commit: body.next };
    const refused = await a.call("POST", path, { json: next });
    expect([refused.status, refused.body.error_code]).toEqual([422, 42202]);
    const positions = [{ topic: "orders", partition: 0, offset: 2 }];
    expect((await a.call("POST", path, { json: { ...next, commit: [], positions } })).body.records).toEqual(
      [],
    );
  });

  it.each<[unknown, RegExp]>([
    [{}, /topics or topic_pattern is wanted/],
    [{ topics: [] }, /topics or topic_pattern is wanted/],
    [{ topics: ["orders"], action: "leave" }, /action leave wants the id and epoch/],
    [{ topics: ["orders"], action: "go" }, /action "go": read or heartbeat or leave is wanted/],
    [
      { topics: ["orders"], commit: [{ topic: "orders", partition: 0, offset: 1 }] },
      /commit wants the id and epoch/,
    ],
    [{ topics: ["orders"], member: { id: "" } }, /member.id "": 1 character or more is wanted/],
    [{ topics: ["orders"], wait: 5 }, /wait is not known/],
    [{ topics: ["orders"], max_bytes: 0 }, /max_bytes 0: 1 or more is wanted/],
  ])("of %j is refused", async (json, message) => {
    const { a, path } = await twoServers();
    const { status, body } = await a.call("POST", path, { json });
    expect([status, body.error_code]).toEqual([400, 40001]);
    expect(body.message).toMatch(message);
  });
});
