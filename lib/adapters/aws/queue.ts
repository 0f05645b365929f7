/**
 * A queue of SQS that messages are put into. Nothing is tried again: whoever sends knows what it did not get rid of.
 */
import { SendMessageBatchCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { Clock, Telemetry } from "../../ports/index.ts";
import { type ClientOptions, sqsClient } from "./clients.ts";
import { asStoreError } from "./errors.ts";
import { OperatorLog } from "./operator-log.ts";

export type AwsQueueOptions = ClientOptions & { readonly queueUrl: string };

type Deps = { readonly client: SQSClient; readonly clock: Clock; readonly telemetry: Telemetry };

export class AwsQueue {
  readonly #client: SQSClient;
  readonly #queueUrl: string;
  readonly #operatorLog: OperatorLog;

  constructor(deps: Deps, { queueUrl }: { readonly queueUrl: string }) {
    this.#client = deps.client;
    this.#queueUrl = queueUrl;
    this.#operatorLog = new OperatorLog(deps);
  }

  /**
   * Sends ten messages at most, in one request. Answers with the indexes of those that were not taken. Throws what stores throw;
   * each message may have been taken then.
   */
  async send(bodies: readonly string[]): Promise<readonly number[]> {
    const entries = bodies.map((body, index) => ({ Id: String(index), MessageBody: body }));
    try {
      const { Successful = [] } = await this.#client.send(
        new SendMessageBatchCommand({ QueueUrl: this.#queueUrl, Entries: entries }),
      );
      const taken = new Set(Successful.map(({ Id }) => Id));
      return entries.flatMap(({ Id }, index) => (taken.has(Id) ? [] : [index]));
    } catch (error) {
      throw await this.#failed(error);
    }
  }

  async #failed(error: unknown): Promise<Error> {
    const failure = asStoreError(error, {
      service: "SQS",
      operation: "SendMessageBatch",
      permission: "sqs:SendMessage",
      resource: `queue ${this.#queueUrl.split("/").at(-1)}`,
      region: await this.#client.config.region().catch(() => "no region"),
    });
    return this.#operatorLog.heard(failure);
  }
}

/** Opens a queue; asks nothing of it. */
export function openAwsQueue(
  deps: { readonly clock: Clock; readonly telemetry: Telemetry },
  { queueUrl, ...options }: AwsQueueOptions,
): AwsQueue {
  return new AwsQueue({ ...deps, client: sqsClient(deps, options) }, { queueUrl });
}
