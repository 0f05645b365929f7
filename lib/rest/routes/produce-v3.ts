/**
 * Produce of the v3 paths: one record, or a stream of them.
 */
import * as z from "zod";
import { bytes, jsonText } from "../answer.ts";
import { BadRequest } from "../errors.ts";
import { requestIdHeader } from "../failures.ts";
import { jsonMediaType } from "../media-types.ts";
import { asBody, produceStream } from "../produce/index.ts";
import { type Call, type Route, route } from "../route.ts";
import { errorSchema, none, offsetNumber, topicParams } from "../schemas.ts";
import { namedTopic, requireCluster } from "./places.ts";

const dataType = z.enum(["BINARY", "JSON", "STRING"]);
const data = z
  .strictObject({
    type: dataType,
    data: z
      .unknown()
      .meta({ description: "Base64, any JSON, or text, as the type says; null or nothing is null." }),
  })
  .nullish();

const record = z
  .strictObject({
    partition_id: z.int().min(0).nullish(),
    headers: z
      .array(
        z.strictObject({ name: z.string(), value: z.string().nullish().meta({ contentEncoding: "base64" }) }),
      )
      .nullish(),
    key: data,
    value: data,
    timestamp: z.iso.datetime({ offset: true }).nullish(),
  })
  .meta({ id: "ProduceRequest" });

const size = z.object({ type: dataType, size: z.int() });
const result = z
  .object({
    error_code: z.literal(200),
    cluster_id: z.string(),
    topic_name: z.string(),
    partition_id: z.int(),
    offset: offsetNumber,
    timestamp: z.iso.datetime(),
    key: size.optional(),
    value: size.optional(),
  })
  .meta({ id: "ProduceResponse" });

export const produceV3Routes: readonly Route[] = [
  route({
    duty: "produce",
    method: "post",
    path: "/v3/clusters/{cluster_id}/topics/{topic_name}/records",
    tag: "Records (v3)",
    summary: "Produce records",
    description:
      "The body is one record, or any number of them back to back (with or without newlines), sent as they come. " +
      "The answer has one result per record, in the same order, as they are stored: read it while you send. " +
      "A result whose `error_code` is not 200 is of a record that was not stored; the others are not affected. " +
      "A single record sent with a Content-Length has its error as the status of the answer, too, and its Retry-After.",
    params: topicParams,
    query: none,
    body: {
      "application/json": {
        schema: record,
        example: {
          partition_id: 1,
          headers: [{ name: "source", value: "c2hvcA==" }],
          key: { type: "STRING", data: "customer-7" },
          value: { type: "JSON", data: { amount: 12.5 } },
          timestamp: "2026-02-05T19:14:42Z",
        },
      },
    },
    answers: {
      200: {
        description: "A result per record, each on a line.",
        content: { "application/json": { schema: z.union([result, errorSchema]) } },
      },
    },
    errors: [
      "UnknownResource",
      "UnknownTopic",
      "UnknownPartition",
      "InvalidTopicName",
      "Unprocessable",
      "RecordRefused",
      "TimestampRefused",
      "BatchTooLarge",
      "BodyTruncated",
      "TopicFenced",
      "Overloaded",
      "AppendFailed",
      "AppendOutcomeUnknown",
      "StoreFull",
      "StoreMisconfigured",
      "EngineClosed",
    ],
    handle: produce,
  }),
];

async function produce(call: Call<z.infer<typeof topicParams>, unknown>): Promise<Response> {
  const { service, request } = call;
  const { cluster_id, topic_name } = call.params;
  await requireCluster(service, cluster_id);
  const topic = await service.engine.topics.resolve(namedTopic(topic_name));
  const stream = produceStream({ service, request, clusterId: cluster_id, topic });
  const first = await stream.next();
  if (first.done) throw new BadRequest("the body holds no record");
  const { text, count, status, headers, isLast } = first.value;
  const named = requestIdHeader(service, request);
  if (!isLast) return bytes(asBody(first.value, stream), jsonMediaType, named);
  // Nothing follows: this only lets it give back what it holds.
  await stream.next();
  return count === 1 ? jsonText(text, status, { ...named, ...headers }) : jsonText(text, 200, named);
}
