/**
 * The log's own paths: record batches in and out undecoded, and records as JSON for those who only want to look.
 */
import * as z from "zod";
import type { FetchAnswer } from "../../engine/index.ts";
import { concat } from "../../std/index.ts";
import { bytes, json, jsonText } from "../answer.ts";
import { batchesOf, endOf, jsonGrowthMax, recordsFrom } from "../batches.ts";
import { withBody } from "../body.ts";
import { defaultRestOptions, type Service } from "../deps.ts";
import { accepts, batchesMediaType } from "../media-types.ts";
import { type Format, formats, presentRecord } from "../present.ts";
import { type Call, type Route, route } from "../route.ts";
import { integerText, offsetNumber, plainPartitionParams } from "../schemas.ts";
import { namedTopic } from "./places.ts";

const { fetchBytesMax, fetchWaitMsMax } = defaultRestOptions;

const appended = z
  .object({
    topic: z.string(),
    partition: z.int(),
    base_offset: offsetNumber,
    record_count: z.int(),
    append_time_ms: z.int().meta({
      description: "The time that a topic of LogAppendTime gave, ms. -1: the records keep their own.",
    }),
  })
  .meta({ id: "AppendResponse" });

const shownData = z.unknown().meta({ description: "Base64, text or JSON, as `format` says; null for none." });
const records = z
  .object({
    topic: z.string(),
    partition: z.int(),
    records: z.array(
      z.object({
        offset: offsetNumber,
        timestamp: z.int().meta({ description: "ms since 1970. -1: the record has none." }),
        key: shownData,
        value: shownData,
        headers: z.array(z.object({ name: z.string(), value: z.string().nullable() })),
      }),
    ),
    next_offset: offsetNumber.meta({ description: "Ask for this one next." }),
    high_watermark: offsetNumber,
    log_start_offset: offsetNumber,
  })
  .meta({ id: "FetchResponse" });

const fetchQuery = z.strictObject({
  offset: z
    .union([z.enum(["earliest", "latest"]), integerText(0, Number.MAX_SAFE_INTEGER)], {
      error: "earliest, latest or an offset from 0 on is wanted",
    })
    .default("earliest")
    .meta({
      description:
        "Where to begin: an offset, `earliest` for the first record that is there, `latest` for the next to come.",
    }),
  max_bytes: integerText(1, fetchBytesMax)
    .default(1024 * 1024)
    .meta({
      description:
        "At most so many bytes of record batches. Batches are returned whole, and the first one however large it is. " +
        "As JSON they take more than this.",
    }),
  timeout: integerText(0, fetchWaitMsMax)
    .default(0)
    .meta({ description: "How long to wait for records while there are none, ms. 0: not at all." }),
  format: z
    .enum(formats)
    .default("binary")
    .meta({
      description:
        "How keys and values are shown: `binary` as base64, `string` as text, `json` as the JSON that they are. What " +
        "cannot be shown so is refused with 42202. Without effect on record batches.",
    }),
});

const tag = "Records";
const path = "/topics/{topic}/partitions/{partition}/records";

export const recordRoutes: readonly Route[] = [
  route({
    duty: "produce",
    method: "post",
    path,
    tag,
    summary: "Append record batches",
    description:
      "The body is one or more record batches of Kafka's format v2, back to back. They are stored as they are, all of them or none.",
    params: plainPartitionParams,
    query: z.strictObject({}),
    body: { [batchesMediaType]: {} },
    answers: {
      200: {
        description: "Where the first record was stored; the others follow it.",
        content: { "application/json": { schema: appended } },
      },
    },
    errors: [
      "UnknownTopic",
      "UnknownPartition",
      "InvalidTopicName",
      "BatchTooLarge",
      "BatchInvalid",
      "BatchTruncated",
      "BatchChecksumWrong",
      "BatchMagicUnsupported",
      "BadCompression",
      "RecordRefused",
      "TimestampRefused",
      "TopicFenced",
      "Overloaded",
      "AppendFailed",
      "AppendOutcomeUnknown",
      "StoreFull",
      "StoreMisconfigured",
      "EngineClosed",
    ],
    handle: append,
  }),
  route({
    duty: "fetch",
    method: "get",
    path,
    tag,
    summary: "Read records",
    description:
      "From an offset on. With `timeout` it waits that long, in ms, for records that are not there yet. With " +
      `\`Accept: ${batchesMediaType}\` the answer is the record batches as they are stored; the first may begin before the offset asked for.`,
    params: plainPartitionParams,
    query: fetchQuery,
    answers: {
      200: {
        description:
          "Records, possibly none. Of record batches, the headers `cumulog-next-offset`, `cumulog-high-watermark` and `cumulog-log-start-offset` say what the JSON says.",
        content: { "application/json": { schema: records }, [batchesMediaType]: {} },
      },
    },
    errors: [
      "UnknownTopic",
      "UnknownPartition",
      "InvalidTopicName",
      "OffsetOutOfRange",
      "NotPresentable",
      "BadCompression",
      "TopicFenced",
      "ReadFailed",
      "RecordsCorrupt",
    ],
    handle: fetchRecords,
  }),
];

type PartitionParams = z.infer<typeof plainPartitionParams>;
type Records = Extract<FetchAnswer, { kind: "records" }>;

async function append(call: Call<PartitionParams, unknown>): Promise<Response> {
  const { service, request } = call;
  const { partition } = call.params;
  const topic = namedTopic(call.params.topic);
  return withBody(service, request, async batches => {
    const [answer] = await service.engine.append([{ topic, partition, batches }]);
    if (answer?.kind !== "appended") throw answer?.error ?? new Error("an append without an answer");
    return json({
      topic,
      partition,
      base_offset: answer.baseOffset,
      record_count: answer.recordCount,
      append_time_ms: answer.appendTimeMs,
    });
  });
}

async function fetchRecords(call: Call<PartitionParams, z.infer<typeof fetchQuery>>): Promise<Response> {
  const { service, request, params, query } = call;
  const topic = namedTopic(params.topic);
  const from = await offsetOf(service, params, query.offset);
  const bytesMax = Math.min(query.max_bytes, service.options.fetchBytesMax);
  const [answer] = await service.engine.fetch(
    [{ topic, partition: params.partition, offset: from, bytesMax }],
    {
      waitMsMax: Math.min(query.timeout, service.options.fetchWaitMsMax),
      bytesMin: 1,
      bytesMax,
      ...(query.timeout > 0 && { signal: request.signal }),
    },
  );
  if (answer?.kind !== "records") throw answer?.error ?? new Error("a fetch without an answer");
  return accepts(request, batchesMediaType)
    ? asBatches(answer)
    : asJson(service, params, answer, from, query.format, bytesMax);
}

async function offsetOf(
  service: Service,
  { topic, partition }: PartitionParams,
  offset: number | "earliest" | "latest",
): Promise<number> {
  if (typeof offset === "number") return offset;
  const [answer] = await service.engine.listOffsets([{ topic, partition, spec: { kind: offset } }]);
  if (answer?.kind !== "offset") throw answer?.error ?? new Error("an offset without an answer");
  return answer.offset;
}

function asBatches(answer: Records): Response {
  return bytes(concat(answer.batches), batchesMediaType, {
    "cumulog-next-offset": String(answer.nextOffset),
    "cumulog-high-watermark": String(answer.highWatermark),
    "cumulog-log-start-offset": String(answer.logStartOffset),
  });
}

async function asJson(
  service: Service,
  { topic, partition }: PartitionParams,
  answer: Records,
  from: number,
  format: Format,
  bytesMax: number,
): Promise<Response> {
  const shown: string[] = [];
  let characters = 0;
  let next = from;
  for (const batch of batchesOf(answer)) {
    // The first batch is shown whole however large, so that a reader always gets on.
    if (characters > bytesMax * jsonGrowthMax) break;
    for (const record of await recordsFrom(service, batch, from)) {
      const text = presentRecord(record, format);
      characters += text.length;
      shown.push(text);
    }
    next = endOf(batch);
  }
  return jsonText(
    `{"topic":${JSON.stringify(topic)},"partition":${partition},"records":[${shown.join(",")}],` +
      `"next_offset":${Math.max(next, from)},"high_watermark":${answer.highWatermark},` +
      `"log_start_offset":${answer.logStartOffset}}`,
  );
}
