/**
 * The SDK's clients, set up so that each call is one request and each outcome is known. No retry, no redirect, no
 * checksum but ours: whoever calls decides what is sent again.
 */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { Clock, Telemetry } from "../../ports/index.ts";
import { Connections } from "./connections.ts";
import { BoundedHttpHandler } from "./http-handler.ts";
import { markWhatIsNeverSent } from "./unsent.ts";

/** What the clients work with. */
export type ClientDeps = { readonly clock: Clock; readonly telemetry: Telemetry };

/** How the clients speak. `endpoint`: an emulator's, else the SDK's own settings say where the service is. */
export type ClientOptions = {
  readonly region?: string;
  readonly endpoint?: string;
  readonly connectTimeoutMs: number;
  readonly answerTimeoutMs: number;
  readonly connectionsMax: number;
};

/** A client for tables. */
export function dynamoDbClient(deps: ClientDeps, options: ClientOptions): DynamoDBClient {
  return prepared(new DynamoDBClient(shared(deps, options)));
}

/** A client for objects. A bucket at an endpoint of its own is addressed by path: emulators have no names for it. */
export function s3Client(deps: ClientDeps, options: ClientOptions): S3Client {
  const client = new S3Client({
    ...shared(deps, options),
    forcePathStyle: options.endpoint !== undefined,
    followRegionRedirects: false,
    // A put carries our own checksum, and the engine checks each batch of records that it delivers.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    // A put that waits for "100 Continue" takes a round trip more, for bytes that are small.
    expectContinueHeader: false,
  });
  return prepared(client);
}

/** A client for queues. Their URLs name a service; an endpoint is an emulator's, which stands for it. */
export function sqsClient(deps: ClientDeps, options: ClientOptions): SQSClient {
  return prepared(
    new SQSClient({ ...shared(deps, options), useQueueUrlAsEndpoint: options.endpoint === undefined }),
  );
}

function prepared<Client extends DynamoDBClient | S3Client | SQSClient>(client: Client): Client {
  markWhatIsNeverSent(client);
  // It would write items and keys to a log, and takes time to leave out what is secret even where nobody reads it.
  client.middlewareStack.remove("loggerMiddleware");
  return client;
}

function shared(deps: ClientDeps, options: ClientOptions) {
  const connections = new Connections(deps, options);
  return {
    requestHandler: new BoundedHttpHandler({ clock: deps.clock, connections }, options),
    logger: loggerOver(deps.telemetry),
    maxAttempts: 1,
    retryMode: "standard",
    ...(options.region === undefined ? {} : { region: options.region }),
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
  } as const;
}

/** The SDK's warnings, which would go to the console. */
function loggerOver(telemetry: Telemetry) {
  const silent = (): void => undefined;
  const warn = (message: unknown): void =>
    telemetry.log("warn", "the AWS SDK warns", { message: String(message) });
  return { debug: silent, info: silent, warn, error: warn };
}
