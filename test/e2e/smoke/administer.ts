/**
 * Topics: made, described, configured, grown, deleted, and finished when somebody left one half-made.
 */
import assert from "node:assert/strict";
import { asJson, type SmokeLog, type Step } from "./log.ts";

/** Before there are records. */
export const administer: readonly Step[] = [
  {
    title: "asks who comes",
    obstacle: ({ isOpen }) => (isOpen ? "this endpoint lets in everyone" : undefined),
    async run(log) {
      const { status } = await log.plan.call("GET", "/topics", { isUnsigned: true });
      assert.equal(status, 403);
    },
  },
  {
    title: "says that it is alive and ready",
    async run(log) {
      await log.expect(200, "GET", "/livez");
      await log.expect(200, "GET", "/readyz");
    },
  },
  {
    title: "creates a topic, and no second one of its name",
    async run(log) {
      const topics = await log.v3("/topics");
      const asked = {
        topic_name: log.topic,
        partitions_count: 2,
        configs: [{ name: "retention.ms", value: "86400000" }],
      };
      await log.json(200, "POST", topics, asJson({ ...asked, validate_only: true }));
      await log.refused(404, 40401, "GET", `${topics}/${log.topic}`);
      const made = await log.json(201, "POST", topics, asJson(asked));
      assert.equal(made["topic_name"], log.topic);
      await log.refused(400, 40002, "POST", topics, asJson(asked));
    },
  },
  {
    title: "describes the topic, by both kinds of path",
    async run(log) {
      const described = await log.json(200, "GET", await log.v3(`/topics/${log.topic}`));
      assert.equal(described["partitions_count"], 2);
      const partitions = await log.json(200, "GET", await log.v3(`/topics/${log.topic}/partitions`));
      assert.equal((partitions["data"] as readonly unknown[]).length, 2);
      assert.equal((await log.json(200, "GET", `/topics/${log.topic}`))["name"], log.topic);
      const names: unknown = await log.json(200, "GET", "/topics");
      assert.ok(Array.isArray(names) && names.includes(log.topic), `${JSON.stringify(names)} has the topic`);
    },
  },
  {
    title: "changes the configs of the topic, one by one and together",
    async run(log) {
      const configs = await log.v3(`/topics/${log.topic}/configs`);
      assert.equal(await configOf(log, "retention.ms"), "86400000");
      await log.expect(204, "PUT", `${configs}/retention.ms`, asJson({ value: "3600000" }));
      assert.equal(await configOf(log, "retention.ms"), "3600000");
      const data = [
        { name: "retention.ms", operation: "DELETE" },
        { name: "max.message.bytes", value: "2097152" },
      ];
      await log.expect(204, "POST", `${configs}:alter`, asJson({ data }));
      assert.equal(await configOf(log, "retention.ms"), "604800000");
      assert.equal(await configOf(log, "max.message.bytes"), "2097152");
      await log.refused(400, 40002, "PUT", `${configs}/retention.ms`, asJson({ value: "long" }));
    },
  },
  {
    title: "gives the topic more partitions",
    async run(log) {
      const topic = await log.v3(`/topics/${log.topic}`);
      const grown = await log.json(200, "PATCH", topic, asJson({ partitions_count: 3 }));
      assert.equal(grown["partitions_count"], 3);
      await log.refused(400, 40002, "PATCH", topic, asJson({ partitions_count: 1 }));
    },
  },
];

/** After the last record. */
export const deleteTopic: readonly Step[] = [
  {
    title: "deletes the topic, and takes nothing for it any more",
    async run(log) {
      const topic = await log.v3(`/topics/${log.topic}`);
      await log.expect(204, "DELETE", topic);
      await log.refused(404, 40401, "GET", topic);
      await log.refused(404, 40401, "DELETE", topic);
      const { status } = await log.plan.call("POST", `${topic}/records`, asJson({ partition_id: 0 }));
      assert.ok(status === 404 || status === 409, `a record for a topic that is deleted: ${status}`);
    },
  },
];

/** What nobody asks for. */
export const finishHalfMade: readonly Step[] = [
  {
    title: "finishes with its next tick a topic that was left half-made",
    obstacle: ({ backstage }) =>
      backstage === undefined ? "it needs the table and the maintenance function" : undefined,
    async run(log) {
      const { backstage } = log.plan;
      assert.ok(backstage);
      const name = `${log.topic}-half`;
      await backstage.leaveHalfMade(name);
      // Whoever only reads must not finish it.
      await log.refused(503, 50301, "GET", await log.v3(`/topics/${name}`));
      await backstage.tick();
      const described = await log.json(200, "GET", await log.v3(`/topics/${name}`));
      assert.equal(described["partitions_count"], 2);
      await log.json(200, "POST", await log.v3(`/topics/${name}/records`), asJson({ partition_id: 1 }));
      await log.expect(204, "DELETE", await log.v3(`/topics/${name}`));
    },
  },
];

async function configOf(log: SmokeLog, name: string): Promise<unknown> {
  return (await log.json(200, "GET", await log.v3(`/topics/${log.topic}/configs/${name}`)))["value"];
}
