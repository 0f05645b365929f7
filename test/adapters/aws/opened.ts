/** The stores of an account that is a stub server. */
import { type AwsOptions, type AwsStores, openAws } from "../../../lib/adapters/aws/index.ts";
import { SystemClock, SystemRandom, systemCodecs } from "../../../lib/adapters/system/index.ts";
import { type Clock, silentTelemetry } from "../../../lib/ports/index.ts";

/** `region: undefined`: none is told. */
type Over = Partial<Omit<AwsOptions, "region">> & {
  readonly region?: string | undefined;
  readonly clock?: Clock;
};

/** Opens the stores at one address. The adapters find credentials as every program on AWS does. */
export function openAt(url: string, over: Over = {}): AwsStores {
  process.env["AWS_ACCESS_KEY_ID"] = "stub";
  process.env["AWS_SECRET_ACCESS_KEY"] = "stub";
  const { clock = new SystemClock(), region, ...options } = { region: "eu-central-1", ...over };
  return openAws(
    { clock, random: new SystemRandom(), telemetry: silentTelemetry, crc32c: systemCodecs.crc32c },
    {
      table: "log-table",
      bucket: "log-bucket",
      ...(region === undefined ? {} : { region }),
      dynamoDbEndpoint: url,
      s3Endpoint: url,
      connectTimeoutMs: 1_000,
      answerTimeoutMs: 10_000,
      connectionsMax: 50,
      ...options,
    },
  );
}
