/**
 * librdkafka 2.16 asks for all topics (Metadata 13) with the list's length in 4 bytes instead of 1, so that 3 bytes follow
 * the request. Kafka does not look at them; here the connection ended, and `list_topics()` of confluent-kafka with it.
 */
import { expect, it } from "vitest";
import { messages } from "../../lib/kafka/apis/index.ts";
import { bodyOf, decode, readRequestHeader } from "../../lib/kafka/wire/index.ts";

it("reads what librdkafka sends to list all topics", () => {
  const frame = Buffer.from("0003000d00000006000772646b61666b610000000000010000", "hex");
  const header = readRequestHeader(frame);
  const request = decode(messages.metadata.request, header.apiVersion, bodyOf(frame, header, true));
  expect(request).toEqual({
    topics: null,
    allowAutoTopicCreation: false,
    includeClusterAuthorizedOperations: false,
    includeTopicAuthorizedOperations: false,
  });
});
