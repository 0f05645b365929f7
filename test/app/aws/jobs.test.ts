/** Jobs as messages: written and read back, sent ten at a time, and what is no job refused. */
import { describe, expect, it } from "vitest";
import { decodeJob, encodeJob, JobUnreadable, queueOver, type SendBatch } from "../../../lib/app/aws/jobs.ts";
import { shardIndex } from "../../../lib/format/index.ts";
import { StoreThrottled } from "../../../lib/ports/index.ts";
import { remembering } from "../../support/lambda.ts";

const aJob = (shard: number) => ({ topic: { name: "orders", id: "an-id" }, shard: shardIndex(shard) });
const someJobs = (count: number) => Array.from({ length: count }, (_, shard) => aJob(shard));

function aQueue(answer: (call: number) => Promise<readonly number[]>) {
  const sent: (readonly string[])[] = [];
  const telemetry = remembering();
  const send: SendBatch = bodies => {
    sent.push(bodies);
    return answer(sent.length - 1);
  };
  return { sent, telemetry, queue: queueOver(send, telemetry) };
}

describe("a job", () => {
  it("is read as it was written", () => {
    expect(encodeJob(aJob(7))).toBe('{"v":1,"work":"tend","topic":"orders","id":"an-id","shard":7}');
    expect(decodeJob(encodeJob(aJob(7)))).toEqual(aJob(7));
  });

  it.each([
    ["no JSON", "{"],
    ["nothing", "null"],
    ["of another release", encodeJob(aJob(1)).replace('"v":1', '"v":2')],
    ["other work", encodeJob(aJob(1)).replace("tend", "mend")],
    ["without a topic", '{"v":1,"work":"tend","id":"an-id","shard":7}'],
    ["of no shard", encodeJob(aJob(1)).replace('"shard":1', '"shard":-1')],
    ["of a shard that is no number", encodeJob(aJob(1)).replace('"shard":1', '"shard":"1"')],
  ])("is refused when it is %s", (_what, body) => {
    expect(() => decodeJob(body)).toThrow(JobUnreadable);
  });
});

describe("a queue", () => {
  it("takes ten jobs in a request", async () => {
    const { queue, sent } = aQueue(async () => []);
    expect(await queue.send(someJobs(23))).toEqual([]);
    expect(sent.map(({ length }) => length)).toEqual([10, 10, 3]);
    expect(sent.flat().map(decodeJob)).toEqual(someJobs(23));
  });

  it("hands back what was not taken", async () => {
    const jobs = someJobs(12);
    const { queue } = aQueue(async call => (call === 0 ? [3] : [1]));
    expect(await queue.send(jobs)).toEqual([jobs[3], jobs[11]]);
  });

  it("stops at the first request that fails, says so, and hands back all that may not be there", async () => {
    const jobs = someJobs(25);
    const { queue, sent, telemetry } = aQueue(call =>
      call === 1 ? Promise.reject(new StoreThrottled("slow down")) : Promise.resolve([]),
    );
    expect(await queue.send(jobs)).toEqual(jobs.slice(10));
    expect(sent).toHaveLength(2);
    expect(telemetry.lines).toMatchObject([{ level: "error", fields: { message: "slow down" } }]);
  });
});
