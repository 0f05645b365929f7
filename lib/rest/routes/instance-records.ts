/**
 * Records of consumer instances of the v2 paths.
 */
import * as z from "zod";
import type { ReadOptions } from "../../engine/index.ts";
import type { InstanceSettings } from "../../format/items/index.ts";
import { bytes } from "../answer.ts";
import { defaultRestOptions } from "../deps.ts";
import { FormatMismatch } from "../errors.ts";
import { type ShowRecord, showing, waitingSignal } from "../groups/index.ts";
import { accepts, v2BinaryMediaType, v2JsonMediaType } from "../media-types.ts";
import { presentBytes } from "../present.ts";
import { type Call, type Route, route } from "../route.ts";
import { integerText, offsetNumber } from "../schemas.ts";
import { instanceErrors, instanceParams, instancePath, instanceTag, nameOf } from "./instances.ts";

const { fetchBytesMax, fetchWaitMsMax } = defaultRestOptions;

const mediaTypes = { binary: v2BinaryMediaType, json: v2JsonMediaType } as const;
type InstanceFormat = keyof typeof mediaTypes;

const recordsOf = (id: string, data: z.ZodType) =>
  z.array(
    z
      .object({ topic: z.string(), key: data, value: data, partition: z.int(), offset: offsetNumber })
      .meta({ id }),
  );

const query = z.object({
  timeout: integerText(-1, fetchWaitMsMax).optional().meta({
    description:
      "How long to wait for records while there are none, ms. -1 or nothing: `consumer.request.timeout.ms` of the instance.",
  }),
  max_bytes: integerText(-1, Number.MAX_SAFE_INTEGER)
    .optional()
    .meta({
      description:
        `At most so many bytes of record batches, and no more than ${fetchBytesMax}. Batches are returned whole. -1 or nothing: ` +
        "as many as allowed.",
    }),
});

export const instanceRecordRoutes: readonly Route[] = [
  route({
    duty: "groups",
    method: "get",
    path: `${instancePath}/records`,
    tag: instanceTag,
    summary: "Read records with a consumer instance",
    description:
      "What comes after what was delivered before. It answers as soon as `fetch.min.bytes` are there. Calls of one instance " +
      "come one after the other: of two at the same time one is refused and has delivered nothing.",
    params: instanceParams,
    query,
    answers: {
      200: {
        description: "Records, possibly none, in the format that the instance was made with.",
        content: {
          [v2BinaryMediaType]: {
            schema: recordsOf(
              "BinaryConsumerRecord",
              z.string().nullable().meta({ contentEncoding: "base64" }),
            ),
          },
          [v2JsonMediaType]: { schema: recordsOf("JsonConsumerRecord", z.unknown()) },
        },
      },
    },
    errors: [
      ...instanceErrors,
      "InstanceConflict",
      "FormatMismatch",
      "PositionMissing",
      "NotPresentable",
      "AnswerTooLarge",
      "BadCompression",
      "ReadFailed",
      "RecordsCorrupt",
    ],
    handle: read,
  }),
];

async function read(call: Call<z.infer<typeof instanceParams>, z.infer<typeof query>>): Promise<Response> {
  const { service, request } = call;
  const { timeout = -1, max_bytes = -1 } = call.query;
  const bytesMax = Math.min(max_bytes <= 0 ? fetchBytesMax : max_bytes, service.options.fetchBytesMax);
  const signal = waitingSignal(service, request);
  let format: InstanceFormat = "binary";
  const optionsOf = (settings: InstanceSettings): ReadOptions => {
    format = formatOf(settings);
    checkAccept(request, format);
    const waitMs = Math.min(timeout < 0 ? settings.waitMs : timeout, service.options.fetchWaitMsMax);
    return { waitMs, bytesMin: settings.bytesMin, bytesMax, signal };
  };
  const show: ShowRecord = ({ topic, partition }, { offset, key, value }) =>
    `{"topic":${JSON.stringify(topic)},"key":${presentBytes(key, format, offset, "key")},` +
    `"value":${presentBytes(value, format, offset, "value")},"partition":${partition},"offset":${offset}}`;
  const shown = await service.engine.instances.poll(
    nameOf(call),
    optionsOf,
    showing(service, bytesMax, show),
  );
  return bytes(`[${shown.join(",")}]`, mediaTypes[format]);
}

function formatOf({ format }: InstanceSettings): InstanceFormat {
  return format === "json" ? "json" : "binary";
}

/** Throws FormatMismatch for a client that takes the other format alone. */
function checkAccept(request: Request, format: InstanceFormat): void {
  const other = format === "json" ? "binary" : "json";
  if (accepts(request, mediaTypes[other]) && !accepts(request, mediaTypes[format]))
    throw new FormatMismatch(
      `the instance was made with format ${format}: Accept asks for ${mediaTypes[other]}, not ${mediaTypes[format]}`,
    );
}
