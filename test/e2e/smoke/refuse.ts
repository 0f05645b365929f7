/**
 * What is wrong with a request is told in Confluent's shape, whatever stands between the client and the log.
 */
import assert from "node:assert/strict";
import { batchesMediaType, batchPartition } from "./batches.ts";
import { asJson, type Step } from "./log.ts";

const v2Json = "application/vnd.kafka.json.v2+json";

export const refuse: readonly Step[] = [
  {
    title: "knows no topic, partition, offset or cluster that is not there",
    async run(log) {
      const nobody = `${log.topic}-nobody`;
      await log.refused(404, 40401, "GET", `/topics/${nobody}`);
      await log.refused(404, 40401, "GET", `/topics/${nobody}/partitions/0/records`);
      await log.refused(404, 40401, "POST", await log.v3(`/topics/${nobody}/records`), asJson({}));
      await log.refused(404, 40402, "GET", `/topics/${log.topic}/partitions/99/records`);
      await log.refused(416, 41601, "GET", `/topics/${log.topic}/partitions/0/records?offset=999999`);
      await log.refused(404, 40404, "GET", "/v3/clusters/AAAAAAAAAAAAAAAAAAAAAA");
    },
  },
  {
    title: "refuses what is no JSON, and what is not the JSON that is wanted",
    async run(log) {
      const records = await log.v3(`/topics/${log.topic}/records`);
      await log.refused(400, 40001, "POST", records, { ...asJson(0), body: '{"value": ' });
      await log.refused(400, 40001, "POST", records, asJson({ values: 1 }));
      await log.refused(400, 40001, "POST", `/topics/${log.topic}`, { ...asJson(0, v2Json), body: "{" });
      await log.refused(422, 42201, "POST", records, asJson({ value: { type: "BINARY", data: "%%" } }));
    },
  },
  {
    title: "refuses bodies of another type",
    async run(log) {
      const records = await log.v3(`/topics/${log.topic}/records`);
      await log.refused(415, 41501, "POST", records, asJson({}, "text/plain"));
      await log.refused(415, 41501, "POST", `/topics/${log.topic}`, asJson({}, "application/xml"));
      await log.refused(415, 41501, "POST", `/topics/${log.topic}`, asJson({}, "application/octet-stream"));
    },
  },
  {
    title: "refuses record batches that are broken",
    async run(log) {
      const path = `/topics/${log.topic}/partitions/${batchPartition}/records`;
      const send = (body: Uint8Array) => ({ headers: { "content-type": batchesMediaType }, body });
      const [, bytes] = log.batches()[0] ?? [];
      assert.ok(bytes);
      await log.refused(422, 42206, "POST", path, send(bytes.subarray(0, bytes.length - 1)));
      const damaged = Buffer.from(bytes);
      damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
      await log.refused(422, 42207, "POST", path, send(damaged));
    },
  },
  {
    title: "refuses names and queries that mean nothing",
    async run(log) {
      await log.refused(400, 40002, "GET", `/topics/${"x".repeat(250)}`);
      await log.refused(400, 40001, "GET", `/topics/${log.topic}/partitions/0/records?offset=soon`);
      await log.refused(400, 40001, "GET", `/topics/${log.topic}/partitions/zero/records`);
      // The front door decodes the path; what is not its plain form then is refused.
      const { status } = await log.plan.call("GET", "/topics/no%20such%20topic");
      assert.ok(status === 400 || status === 404, `a path with escapes: ${status}`);
    },
  },
  {
    title: "knows no path or method that it does not serve",
    async run(log) {
      assert.equal((await log.plan.call("GET", "/no/such/path")).status, 404);
      const { status } = await log.plan.call("DELETE", "/topics");
      assert.ok(status === 404 || status === 405, `a method that is not served: ${status}`);
    },
  },
];
