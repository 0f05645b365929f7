/** What is sent to a queue of SQS, what is made of its answers, and what an operator is told when it refuses. */
import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openAwsQueue } from "../../../lib/adapters/aws/index.ts";
import { SystemClock } from "../../../lib/adapters/system/index.ts";
import { OutcomeUnknown, StoreMisconfigured, StoreThrottled } from "../../../lib/ports/index.ts";
import { remembering } from "../../support/lambda.ts";
import { answer, cut, type Reaction, StubServer } from "./stub-server.ts";

const queueUrl = "https://sqs.eu-central-1.amazonaws.com/111122223333/log-jobs";
const json = { "content-type": "application/x-amz-json-1.0" };
const md5 = (text: string) => createHash("md5").update(text).digest("hex");

/** Takes these messages of a batch, by their index, and refuses the others. */
function takes(bodies: readonly string[], indexes: readonly number[]): Reaction {
  const Successful = indexes.map(index => ({
    Id: String(index),
    MessageId: `m${index}`,
    MD5OfMessageBody: md5(bodies[index] ?? ""),
  }));
  const others = bodies.flatMap((_, index) => (indexes.includes(index) ? [] : [index]));
  const Failed = others.map(index => ({ Id: String(index), SenderFault: false, Code: "InternalError" }));
  return answer(200, JSON.stringify({ Successful, Failed }), json);
}

function refuses(name: string, status = 400): Reaction {
  return answer(status, JSON.stringify({ __type: `com.amazonaws.sqs#${name}`, message: "as told" }), json);
}

describe("a queue of SQS", () => {
  let server: StubServer;
  let telemetry: ReturnType<typeof remembering>;
  const send = (...bodies: readonly string[]) =>
    openAwsQueue(
      { clock: new SystemClock(), telemetry },
      {
        ...{ queueUrl, endpoint: server.url, region: "eu-central-1" },
        ...{ connectTimeoutMs: 1000, answerTimeoutMs: 10_000, connectionsMax: 5 },
      },
    ).send(bodies);

  beforeEach(async () => {
    process.env["AWS_ACCESS_KEY_ID"] = "stub";
    process.env["AWS_SECRET_ACCESS_KEY"] = "stub";
    server = await StubServer.start();
    telemetry = remembering();
  });
  afterEach(() => server.close());

  it("is sent all messages in one request", async () => {
    server.answers(takes(["a", "b"], [0, 1]));
    expect(await send("a", "b")).toEqual([]);
    expect(server.received).toHaveLength(1);
    expect(server.received[0]?.headers["x-amz-target"]).toBe("AmazonSQS.SendMessageBatch");
    expect(server.json()).toEqual({
      QueueUrl: queueUrl,
      Entries: [
        { Id: "0", MessageBody: "a" },
        { Id: "1", MessageBody: "b" },
      ],
    });
  });

  it("says which it did not take", async () => {
    server.answers(takes(["a", "b", "c"], [1]));
    expect(await send("a", "b", "c")).toEqual([0, 2]);
  });

  it("leaves in doubt what was not answered, and sends nothing again", async () => {
    server.answers(cut);
    await expect(send("a")).rejects.toThrow(OutcomeUnknown);
    expect(server.received).toHaveLength(1);
  });

  it("tells of throttling", async () => {
    server.answers(refuses("RequestThrottled", 403));
    await expect(send("a")).rejects.toThrow(StoreThrottled);
  });

  it.each([
    ["AccessDeniedException", "Grant sqs:SendMessage on queue log-jobs to the role of this process"],
    [
      "QueueDoesNotExist",
      "Deploy the stack in eu-central-1, or correct the names of queue log-jobs and region",
    ],
  ])("tells the operator of %s what to do", async (name, advice) => {
    server.answers(refuses(name));
    await expect(send("a")).rejects.toThrow(StoreMisconfigured);
    expect(telemetry.lines).toMatchObject([
      { level: "error", fields: { kind: "operator", message: expect.stringContaining(advice) } },
    ]);
  });
});
