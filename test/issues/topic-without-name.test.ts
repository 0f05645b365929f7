/**
 * Metadata 10 and 11 can carry a topic without a name, or with an id, which mean something only from version 12 on. The
 * answer had null where those versions have none: the connection ended as by a fault of ours.
 */
import { expect, it } from "vitest";
import { errorCodes } from "../../lib/kafka/error-codes.ts";
import { aPort } from "../kafka/server/testing.ts";

it("answers that a topic by id is not for these versions, and goes on", async () => {
  const { client, engine, ear } = await aPort();
  const { id } = await engine.topics.create({ name: "orders", partitions: 1 });
  const one = await client();
  for (const version of [10, 11])
    for (const topic of [{ name: null }, { name: null, topicId: id }, { name: "orders", topicId: id }]) {
      const { topics } = await one.ask("metadata", version, { topics: [topic] });
      expect(topics).toMatchObject([{ errorCode: errorCodes.INVALID_REQUEST, name: topic.name ?? "" }]);
    }
  const { topics } = await one.ask("metadata", 12, { topics: [{ name: null, topicId: id }] });
  expect(topics).toMatchObject([{ errorCode: errorCodes.NONE, name: "orders", topicId: id }]);
  expect(ear.loud).toEqual([]);
});
