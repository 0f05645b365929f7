/**
 * Stands between the functions and AWS: every call is held against the policies of the role that its credentials belong
 * to, written down, and handed on or refused as AWS would. Whoever has no role here has no say, and a call to a service
 * that is not known stops the run.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { close, listen } from "../../../emulators/socket.ts";
import { Unmodelled } from "../policy/index.ts";
import { answerToBatch, type Queues } from "../queues/index.ts";
import type { Place } from "../template/index.ts";
import { type AwsRequest, type Call, type Need, signerOf } from "./call.ts";
import { type PartitionKeys, readDynamoDbCall } from "./dynamodb.ts";
import { type AwsAnswer, forward, readAll } from "./forward.ts";
import { refuseAsDynamoDb, refuseAsS3, refuseAsSqs } from "./refusal.ts";
import { listingOf, readS3Call } from "./s3.ts";
import { readSqsCall } from "./sqs.ts";

/** Who judges and remembers. */
export type Judge = {
  /** The role that an access key belongs to. */
  readonly roleOf: (accessKeyId: string) => string | undefined;
  /** Why the role may not, or undefined when it may. */
  readonly refusalOf: (role: string, need: Need) => string | undefined;
};

/** Where calls go, and what is known of it. */
export type Services = {
  readonly dynamoDbUrl: string;
  readonly s3Url: string;
  readonly partitionKeys: PartitionKeys;
  readonly queues: Queues;
  readonly place: Place;
};

/** One call, and how it ended. */
export type RecordedCall = {
  readonly role: string;
  readonly name: string;
  /** HTTP. */
  readonly status: number;
};

/** A call that is made, and whose answer is lost on the way: the next one that fits. */
export type Cut = {
  readonly name: string;
  /** What its partition key begins with. */
  readonly key?: string;
  /** What happens between the call and the end of its connection. */
  readonly meanwhile?: () => Promise<void>;
};

/** The proxy, listening. */
export class AwsProxy {
  readonly url: string;
  /** Every call of a function, in order. */
  readonly calls: RecordedCall[] = [];
  /** What stops the run: refusals, and what is not modelled. */
  readonly problems: string[] = [];
  readonly #server: Server;
  readonly #judge: Judge;
  readonly #services: Services;
  readonly #cuts: Cut[] = [];

  private constructor(server: Server, url: string, judge: Judge, services: Services) {
    this.#server = server;
    this.url = url;
    this.#judge = judge;
    this.#services = services;
  }

  static async start(judge: Judge, services: Services): Promise<AwsProxy> {
    const server = createServer();
    const proxy = new AwsProxy(server, await listen(server), judge, services);
    server.on("request", (incoming, outgoing) => void proxy.#serve(incoming, outgoing));
    return proxy;
  }

  /** Loses the answer of a call that fits. */
  cutNext(cut: Cut): void {
    this.#cuts.push(cut);
  }

  close(): Promise<void> {
    return close(this.#server);
  }

  async #serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    try {
      const { method = "", url: target = "", headers } = incoming;
      const answer = await this.#answer({ method, target, headers, body: await readAll(incoming) });
      if (answer === "cut") {
        outgoing.destroy();
        return;
      }
      const { "transfer-encoding": _, ...kept } = answer.headers;
      outgoing.writeHead(answer.status, { ...kept, "content-length": answer.body.length });
      outgoing.end(answer.body);
    } catch (error) {
      this.problems.push(
        error instanceof Unmodelled ? error.message : `${incoming.method} ${incoming.url}: ${error}`,
      );
      outgoing.destroy();
    }
  }

  async #answer(request: AwsRequest): Promise<AwsAnswer | "cut"> {
    const signer = signerOf(request.headers);
    const role = signer && this.#judge.roleOf(signer.accessKeyId);
    if (signer === undefined || role === undefined)
      throw new Unmodelled(`a request of nobody: ${request.method} ${request.target}`);
    switch (signer.service) {
      case "dynamodb":
        return this.#answerAsDynamoDb(request, role);
      case "s3":
        return this.#answerAsS3(request, role);
      case "sqs":
        return this.#answerAsSqs(request, role);
      default:
        throw new Unmodelled(`${signer.service}, which ${role} called: ${request.method} ${request.target}`);
    }
  }

  async #answerAsDynamoDb(request: AwsRequest, role: string): Promise<AwsAnswer | "cut"> {
    const { dynamoDbUrl, partitionKeys, place } = this.#services;
    const call = readDynamoDbCall(request, partitionKeys, place);
    const refusal = this.#refusalOf(role, call);
    const answer =
      refusal === undefined
        ? await forward(request, dynamoDbUrl)
        : refuseAsDynamoDb("AccessDeniedException", refusal);
    return this.#recorded(role, call, answer);
  }

  async #answerAsS3(request: AwsRequest, role: string): Promise<AwsAnswer | "cut"> {
    const call = readS3Call(request);
    const refusal = this.#refusalOf(role, call);
    if (refusal !== undefined) return this.#recorded(role, call, refuseAsS3("AccessDenied", refusal));
    const answer = await forward(request, this.#services.s3Url);
    // S3 tells only those of a missing object who may list the bucket.
    const hidden = answer.status === 404 ? this.#refusalOf(role, listingOf(request)) : undefined;
    return this.#recorded(role, call, hidden === undefined ? answer : refuseAsS3("AccessDenied", hidden));
  }

  async #answerAsSqs(request: AwsRequest, role: string): Promise<AwsAnswer | "cut"> {
    const { queues, place } = this.#services;
    const call = readSqsCall(request, place);
    const refusal = this.#refusalOf(role, call);
    if (refusal !== undefined)
      return this.#recorded(role, call, refuseAsSqs("AccessDeniedException", refusal));
    const arn = call.needs[0]?.resource ?? "";
    const body = Buffer.from(answerToBatch(queues, arn, request.body));
    const headers = { "content-type": "application/x-amz-json-1.0" };
    return this.#recorded(role, call, { status: 200, headers, body });
  }

  #refusalOf(role: string, { needs }: Call): string | undefined {
    const refusals = needs.flatMap(need => this.#judge.refusalOf(role, need) ?? []);
    this.problems.push(...refusals);
    return refusals[0];
  }

  async #recorded(role: string, { name, needs }: Call, answer: AwsAnswer): Promise<AwsAnswer | "cut"> {
    this.calls.push({ role, name, status: answer.status });
    const keys = needs.flatMap(({ context }) => context["dynamodb:leadingkeys"] ?? []);
    const at = this.#cuts.findIndex(
      cut => cut.name === name && (cut.key === undefined || keys.some(key => key.startsWith(cut.key ?? ""))),
    );
    const [cut] = at < 0 ? [] : this.#cuts.splice(at, 1);
    if (cut === undefined) return answer;
    await cut.meanwhile?.();
    return "cut";
  }
}
