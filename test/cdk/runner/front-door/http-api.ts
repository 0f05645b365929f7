/**
 * The front door: an HTTP server that does with a request what an HTTP API does. It finds the route, asks who comes, makes
 * the event, calls the function with the right that the template gives the API, and answers.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
 */
import { type KeyObject, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { close, listen } from "../../../emulators/socket.ts";
import { readAll } from "../calls/index.ts";
import type { Credentials, Invoked } from "../functions/index.ts";
import type { Context } from "../policy/index.ts";
import type { Place } from "../template/index.ts";
import { answerOf } from "./answer.ts";
import { type AuthorizerContext, eventOf } from "./event.ts";
import { type DoorAnswer, type DoorRequest, headerOf, readDoorRequest, say } from "./request.ts";
import { type DoorRoute, findRoute } from "./routes.ts";
import { claimOf, isSigned } from "./signature.ts";
import { judgeToken } from "./token.ts";

/** Of an HTTP API; nobody can raise them. */
export const doorLimits = { bodyBytesMax: 10 * 1024 * 1024, headerBytesMax: 10_240 } as const;

/** An API of the template. */
export type ApiDefinition = {
  readonly id: string;
  readonly domainName: string;
  readonly routes: readonly DoorRoute[];
};

/** A call of IAM's kind, without its caller. */
type Asked = { readonly action: string; readonly resource: string; readonly context: Context };

/** Who judges callers, and who works. */
export type HttpApiDeps = {
  readonly place: Place;
  readonly ownerOf: (
    accessKeyId: string,
  ) => { readonly role: string; readonly credentials: Credentials } | undefined;
  /** Why the role may not call the route. */
  readonly refusalOf: (role: string, asked: Asked) => string | undefined;
  /** Why API Gateway may not call the function. */
  readonly refusalOfApi: (asked: Asked) => string | undefined;
  readonly invoke: (functionArn: string, event: object) => Promise<Invoked>;
  /** The public key of a token issuer. */
  readonly keyOf: (issuer: string) => KeyObject | undefined;
  /** Hears of what is wrong with the deployment, as opposed to a request. */
  readonly onProblem: (problem: string) => void;
};

export class HttpApi {
  /** On this machine; clients take it for `https://` and the domain name of the API. */
  readonly url: string;
  readonly #server: Server;
  readonly #deps: HttpApiDeps;
  readonly #api: ApiDefinition;

  private constructor(server: Server, url: string, deps: HttpApiDeps, api: ApiDefinition) {
    this.#server = server;
    this.url = url;
    this.#deps = deps;
    this.#api = api;
  }

  static async start(deps: HttpApiDeps, api: ApiDefinition): Promise<HttpApi> {
    const server = createServer({ maxHeaderSize: 4 * doorLimits.headerBytesMax });
    const door = new HttpApi(server, await listen(server), deps, api);
    server.on("request", (incoming, outgoing) => void door.#serve(incoming, outgoing));
    return door;
  }

  close(): Promise<void> {
    return close(this.#server);
  }

  async #serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    try {
      const { status, headers, body } = await this.#answer(
        readDoorRequest(incoming, await readAll(incoming)),
      );
      outgoing.writeHead(status, {
        ...headers,
        "apigw-requestid": randomUUID(),
        "content-length": body.length,
      });
      outgoing.end(incoming.method === "HEAD" ? undefined : body);
    } catch (error) {
      this.#deps.onProblem(`${incoming.method} ${incoming.url}: ${error}`);
      outgoing.destroy();
    }
  }

  async #answer(request: DoorRequest): Promise<DoorAnswer> {
    if (request.body.length > doorLimits.bodyBytesMax) return say(413, "Request Entity Too Large");
    if (headerBytesOf(request) > doorLimits.headerBytesMax)
      return say(431, "Request Header Fields Too Large");
    const found = findRoute(this.#api.routes, request.method, request.path);
    if (found === undefined) return say(404, "Not Found");
    const authorizer = await this.#authorize(request, found.route);
    if ("status" in authorizer) return authorizer;
    const event = eventOf(request, {
      accountId: this.#deps.place.account,
      apiId: this.#api.id,
      domainName: this.#api.domainName,
      routeKey: found.route.key,
      pathParameters: found.parameters,
      requestId: randomUUID(),
      timeMs: Date.now(),
      authorizer,
    });
    return this.#call(found.route, event);
  }

  async #call(route: DoorRoute, event: object): Promise<DoorAnswer> {
    const [method = "", path = ""] = route.key.split(" ");
    const refusal = this.#deps.refusalOfApi({
      action: "lambda:InvokeFunction",
      resource: route.functionArn,
      context: {
        "aws:sourcearn": [this.#arnOf(method, path)],
        "aws:sourceaccount": [this.#deps.place.account],
      },
    });
    if (refusal !== undefined) {
      this.#deps.onProblem(refusal);
      return say(500, "Internal Server Error");
    }
    const invoked = await within(route.timeoutMs, this.#deps.invoke(route.functionArn, event));
    return invoked === undefined ? say(503, "Service Unavailable") : answerOf(invoked);
  }

  /** What the function is told of the caller, or what the caller is told. */
  async #authorize(
    request: DoorRequest,
    { authorization }: DoorRoute,
  ): Promise<AuthorizerContext | DoorAnswer> {
    if (authorization.kind === "iam") return this.#authorizeIam(request);
    const verdict = judgeToken(
      headerOf(request, "authorization"),
      authorization,
      this.#deps.keyOf,
      Date.now(),
    );
    switch (verdict.kind) {
      case "stranger":
        return say(401, "Unauthorized", { "www-authenticate": "Bearer" });
      case "not-allowed":
        return say(403, "Forbidden");
      case "known":
        return { jwt: { claims: verdict.claims, scopes: verdict.scopes } };
    }
  }

  async #authorizeIam(request: DoorRequest): Promise<AuthorizerContext | DoorAnswer> {
    const { place, ownerOf, refusalOf } = this.#deps;
    const claim = claimOf(request);
    const owner = claim && ownerOf(claim.accessKeyId);
    const isKnown =
      claim?.service === "execute-api" &&
      claim.region === place.region &&
      owner !== undefined &&
      (await isSigned(request, claim, owner.credentials, Date.now()));
    if (!isKnown) return say(403, "Forbidden");
    const resource = this.#arnOf(request.method, request.path);
    if (refusalOf(owner.role, { action: "execute-api:Invoke", resource, context: {} }) !== undefined)
      return say(403, "Forbidden");
    const userId = `AROA${claim.accessKeyId.slice(4)}:caller`;
    return {
      iam: {
        accessKey: claim.accessKeyId,
        accountId: place.account,
        callerId: userId,
        cognitoIdentity: null,
        principalOrgId: null,
        userArn: `${owner.role.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/")}/caller`,
        userId,
      },
    };
  }

  #arnOf(method: string, path: string): string {
    const { region, account } = this.#deps.place;
    return `arn:aws:execute-api:${region}:${account}:${this.#api.id}/$default/${method}${path}`;
  }
}

function headerBytesOf({ headers }: DoorRequest): number {
  return headers.reduce((bytes, [name, value]) => bytes + name.length + value.length, 0);
}

/** What the work comes to, or undefined when it takes too long; it goes on all the same, and nobody hears of it. */
async function within<T>(msMax: number, work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<undefined>(resolve => {
    timer = setTimeout(() => resolve(undefined), msMax);
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}
