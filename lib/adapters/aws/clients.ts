/**
 * The SDK's clients, set up so that each call is one request and each outcome is known. No retry, no redirect, no
 * checksum but ours: whoever calls decides what is sent again.
 */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import type { Clock } from "../../ports/index.ts";
import { Connections } from "./connections.ts";
import { BoundedHttpHandler } from "./http-handler.ts";
import { markWhatIsNeverSent } from "./unsent.ts";

/** How both clients speak. `endpoint`: an emulator's, else the SDK's own settings say where the service is. */
export type ClientOptions = {
  readonly region?: string;
  readonly endpoint?: string;
  readonly connectTimeoutMs: number;
  readonly answerTimeoutMs: number;
  readonly connectionsMax: number;
};

/** A client for tables. */
export function dynamoDbClient(deps: { readonly clock: Clock }, options: ClientOptions): DynamoDBClient {
  const client = new DynamoDBClient(shared(deps, options));
  markWhatIsNeverSent(client);
  return client;
}

/** A client for objects. A bucket at an endpoint of its own is addressed by path: emulators have no names for it. */
export function s3Client(deps: { readonly clock: Clock }, options: ClientOptions): S3Client {
  const client = new S3Client({
    ...shared(deps, options),
    forcePathStyle: options.endpoint !== undefined,
    followRegionRedirects: false,
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    // A put that waits for "100 Continue" takes a round trip more, for bytes that are small.
    expectContinueHeader: false,
  });
  markWhatIsNeverSent(client);
  return client;
}

function shared(deps: { readonly clock: Clock }, options: ClientOptions) {
  const connections = new Connections(deps, options);
  return {
    requestHandler: new BoundedHttpHandler({ clock: deps.clock, connections }, options),
    maxAttempts: 1,
    retryMode: "standard",
    ...(options.region === undefined ? {} : { region: options.region }),
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
  } as const;
}
