/**
 * The settings of a consumer instance as Confluent's clients write them: numbers and booleans may be texts.
 */
import * as z from "zod";
import type { InstanceSettings } from "../../format/items/index.ts";
import { describe } from "../describe.ts";
import { InvalidConsumerConfig } from "../errors.ts";

/** How long an instance waits for records where neither it nor the request says, ms: Confluent's. */
const waitMsDefault = 1000;

const text = z.union([z.string(), z.number(), z.boolean()]).nullish();

/** The body that makes an instance; every field may be left out. */
export const newInstance = z
  .object({
    name: z.string().nullish().meta({ description: "Unique in its group; one is made where there is none." }),
    format: text.meta({ description: "`binary` (base64, the default) or `json`." }),
    "auto.offset.reset": text.meta({
      description:
        "`earliest`, `latest` (the default) or `none`: where a partition begins without a committed offset.",
    }),
    "auto.commit.enable": text.meta({
      description:
        "`true` (the default): what was delivered is committed when the next records are asked for.",
    }),
    "fetch.min.bytes": text.meta({ description: "Wait for so many bytes; 1 unless said." }),
    "consumer.request.timeout.ms": text.meta({
      description: "How long to wait for records where the request does not say; 1000 unless said.",
    }),
  })
  .meta({ id: "CreateConsumerInstanceRequest" });

type Given = z.infer<typeof newInstance>;

/** The settings. Throws InvalidConsumerConfig. */
export function settingsOf(given: Given): InstanceSettings {
  return {
    format: oneOf("format", given.format ?? "binary", ["binary", "json"]),
    reset: oneOf("auto.offset.reset", given["auto.offset.reset"] ?? "latest", ["earliest", "latest", "none"]),
    commitsItself:
      oneOf("auto.commit.enable", given["auto.commit.enable"] ?? "true", ["true", "false"]) === "true",
    bytesMin: numberOf("fetch.min.bytes", given["fetch.min.bytes"] ?? 1),
    waitMs: numberOf("consumer.request.timeout.ms", given["consumer.request.timeout.ms"] ?? waitMsDefault),
  };
}

function oneOf<T extends string>(name: string, value: unknown, known: readonly T[]): T {
  const found = known.find(each => each === String(value).toLowerCase());
  if (found === undefined)
    throw new InvalidConsumerConfig(`${name} is ${describe(value)}: ${known.join(" or ")} is wanted`);
  return found;
}

function numberOf(name: string, value: unknown): number {
  const number = Number(value);
  // Confluent's -1 stands for its default.
  if (number === -1) return name === "fetch.min.bytes" ? 1 : waitMsDefault;
  if (
    typeof value === "boolean" ||
    value === "" ||
    !Number.isInteger(number) ||
    number < 0 ||
    number > 2 ** 31 - 1
  )
    throw new InvalidConsumerConfig(
      `${name} is ${describe(value)}: a whole number from 0 to ${2 ** 31 - 1} is wanted`,
    );
  return number;
}
