/**
 * Produce of the v2 paths: a batch of records in one body, JSON or base64, answered whole.
 */
import * as z from "zod";
import { jsonV2 } from "../answer.ts";
import { parseJson, textOfBody, withBody } from "../body.ts";
import type { Service } from "../deps.ts";
import { BadRequest, BodyTooLarge, publicMessage, translate } from "../errors.ts";
import { reportFailure, requestIdHeader } from "../failures.ts";
import { elementTexts, memberTexts } from "../json-text.ts";
import { mediaTypeOf, v2BinaryMediaType, v2JsonMediaType } from "../media-types.ts";
import {
  appendBatch,
  appendRecords,
  type BatchProducer,
  dataBytes,
  type Entry,
  fieldsOf,
  listOf,
  numberOf,
  type Outcome,
  partitionOf,
  topicFor,
} from "../produce/index.ts";
import { type BodyContent, type Call, type Route, type RouteOf, route } from "../route.ts";
import { none, plainPartitionParams, plainTopicParams } from "../schemas.ts";
import { namedTopic, topicWithPartition } from "./places.ts";

/** Kafka's: 16 and 32 bits, signed. */
const producerEpochMax = 32_767;
const sequenceMax = 2 ** 31 - 1;

const bodyOf = (id: string, data: z.ZodType) =>
  z
    .strictObject({
      records: z.array(
        z.strictObject({
          key: data.nullish(),
          value: data.nullish(),
          partition: z.int().min(0).nullish(),
        }),
      ),
      producer: z
        .strictObject({
          id: z.int().min(0).max(Number.MAX_SAFE_INTEGER),
          epoch: z.int().min(0).max(producerEpochMax),
          sequence: z.int().min(0).max(sequenceMax),
        })
        .meta({ description: "Of an idempotent producer; with a partition in the path alone." })
        .nullish(),
    })
    .meta({ id });

const body: Readonly<Record<string, BodyContent>> = {
  [v2JsonMediaType]: {
    schema: bodyOf("ProduceJsonRequestV2", z.unknown()),
    example: { records: [{ key: "customer-7", value: { amount: 12.5 } }, { value: "no key" }] },
  },
  [v2BinaryMediaType]: {
    schema: bodyOf("ProduceBinaryRequestV2", z.string().meta({ contentEncoding: "base64" })),
    example: { records: [{ key: "Y3VzdG9tZXItNw==", value: "aGVsbG8=" }] },
  },
};

const offsets = z
  .object({
    offsets: z.array(
      z.object({
        partition: z.int().nullable(),
        offset: z.int().nullable(),
        error_code: z
          .int()
          .nullable()
          .meta({ description: "1: it will fail again. 2: try again. The five digits are in the message." }),
        error: z.string().nullable(),
      }),
    ),
    key_schema_id: z.null(),
    value_schema_id: z.null(),
  })
  .meta({ id: "ProduceResponseV2" });

const common = {
  duty: "produce",
  method: "post",
  tag: "Topics (v2)",
  description:
    "One result per record, in their order. A body that cannot be read, the base64 of one record included, is refused " +
    "as a whole; a record that the topic refuses does not affect the others.",
  query: none,
  body,
  answers: {
    200: {
      description: "Where each record was stored, or why it was not.",
      content: { "application/vnd.kafka.v2+json": { schema: offsets } },
    },
  },
  errors: ["UnknownTopic", "UnknownPartition", "InvalidTopicName", "Unprocessable", "ReadFailed"],
} as const satisfies Partial<RouteOf<unknown, unknown>>;

export const produceV2Routes: readonly Route[] = [
  route({
    ...common,
    path: "/topics/{topic}",
    summary: "Produce records",
    params: plainTopicParams,
    handle: call => produce(call, call.params.topic, undefined),
  }),
  route({
    ...common,
    path: "/topics/{topic}/partitions/{partition}",
    summary: "Produce records to a partition",
    params: plainPartitionParams,
    handle: call => produce(call, call.params.topic, call.params.partition),
  }),
];

const producerFields = new Set(["id", "epoch", "sequence"]);
const bodyFields = new Set([
  "records",
  "producer",
  "key_schema_id",
  "value_schema_id",
  "key_schema",
  "value_schema",
]);
const recordFields = new Set(["key", "value", "partition"]);

async function produce(
  call: Call<unknown, unknown>,
  name: string,
  partition: number | undefined,
): Promise<Response> {
  const { service, request } = call;
  const isJson = mediaTypeOf(request, Object.keys(body)) === v2JsonMediaType;
  // Before the body is read: who writes to nowhere hears so without sending all of it.
  if (partition === undefined) await service.engine.topics.resolve(namedTopic(name));
  else await topicWithPartition(service, name, partition);
  return withBody(service, request, async bytes => {
    const { entries, producer } = readBody(service, textOfBody(bytes), isJson, partition);
    const topic = await topicFor(service, name, entries);
    const outcomes = producer
      ? await appendBatch(service, topic, entries, producer)
      : await appendRecords(service, topic, entries);
    const answer = {
      offsets: outcomes.map(outcome => resultOf(service, request, outcome)),
      key_schema_id: null,
      value_schema_id: null,
    };
    return jsonV2(answer, requestIdHeader(service, request));
  });
}

type Body = { readonly entries: readonly Entry[]; readonly producer?: BatchProducer };

/** The records of a body, and whose they are. What is wrong with any of them here, its data included, refuses all: nothing is stored yet. */
function readBody(service: Service, text: string, isJson: boolean, partition: number | undefined): Body {
  const timestampMs = service.clock.now();
  const { bodyRecordsMax } = service.options;
  const { records, producer } = fieldsOf(parseJson(text), bodyFields, "body") as {
    records?: unknown;
    producer?: unknown;
  };
  const texts = isJson ? elementTexts(memberTexts(text).get("records") ?? "[]") : [];
  const list = listOf(records, "records");
  if (list.length > bodyRecordsMax)
    throw new BodyTooLarge(
      `the body has ${list.length} records, ${bodyRecordsMax} are allowed: send fewer at once`,
    );
  const entries = list.map((each, index): Entry => {
    const place = `records.${index}`;
    const fields = fieldsOf(each, recordFields, place);
    const members = isJson ? memberTexts(texts[index] ?? "{}") : undefined;
    const dataOf = (field: "key" | "value"): Uint8Array | null =>
      dataBytes(
        isJson ? "JSON" : "BINARY",
        fields[field],
        () => members?.get(field) ?? "null",
        `${place}.${field}`,
      );
    const record = { timestampMs, key: dataOf("key"), value: dataOf("value"), headers: [] };
    return { record, partition: partition ?? partitionOf(fields["partition"], `${place}.partition`) };
  });
  return {
    entries,
    ...(producer !== undefined && producer !== null && { producer: producerOf(producer, partition) }),
  };
}

/** Sequences are counted per partition: whoever counts them says which. Throws BadRequest. */
function producerOf(value: unknown, partition: number | undefined): BatchProducer {
  if (partition === undefined)
    throw new BadRequest("a producer counts per partition: use /topics/{topic}/partitions/{partition}");
  const fields = fieldsOf(value, producerFields, "producer");
  return {
    id: numberOf(fields["id"], Number.MAX_SAFE_INTEGER, "producer.id"),
    epoch: numberOf(fields["epoch"], producerEpochMax, "producer.epoch"),
    sequence: numberOf(fields["sequence"], sequenceMax, "producer.sequence"),
  };
}

function resultOf(service: Service, request: Request, outcome: Outcome) {
  if (outcome.kind === "stored") {
    const { partition, offset } = outcome;
    return { partition, offset, error_code: null, error: null };
  }
  const { code } = translate(outcome.error);
  const requestId = reportFailure(service, request, outcome.error);
  return {
    partition: null,
    offset: null,
    error_code: outcome.error.kind === "busy" ? 2 : 1,
    error: `${code} ${publicMessage(outcome.error, requestId)}`,
  };
}
