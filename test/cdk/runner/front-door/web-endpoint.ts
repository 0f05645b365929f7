/**
 * The endpoint of a web function: it asks who comes, holds that against IAM, and hands the request on to the process as it
 * is. It knows neither paths nor topics.
 */
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { close, listen } from "../../../emulators/socket.ts";
import { forward, readAll } from "../calls/index.ts";
import type { Place } from "../template/index.ts";
import type { HttpApiDeps } from "./http-api.ts";
import { headerOf, readDoorRequest } from "./request.ts";
import { claimOf, isSigned } from "./signature.ts";

/** The service that its requests are signed for, as those of function URLs are. */
export const webService = "lambda";

export type WebEndpointDeps = Pick<HttpApiDeps, "ownerOf" | "refusalOf" | "onProblem"> & {
  readonly place: Place;
  /** Where the process listens now. */
  readonly processUrl: () => string;
};

export class WebEndpoint {
  readonly url: string;
  readonly #server: Server;
  readonly #deps: WebEndpointDeps;
  readonly #arn: string;

  private constructor(server: Server, url: string, deps: WebEndpointDeps, arn: string) {
    this.#server = server;
    this.url = url;
    this.#deps = deps;
    this.#arn = arn;
  }

  static async start(deps: WebEndpointDeps, arn: string): Promise<WebEndpoint> {
    const server = createServer();
    const door = new WebEndpoint(server, await listen(server), deps, arn);
    server.on("request", (incoming, outgoing) => void door.#serve(incoming, outgoing));
    return door;
  }

  close(): Promise<void> {
    return close(this.#server);
  }

  async #serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    try {
      const body = await readAll(incoming);
      if (!(await this.#mayCall(incoming, body))) {
        outgoing.writeHead(403).end('{"Message":"Forbidden"}');
        return;
      }
      const { method = "", url: target = "" } = incoming;
      const headers = { ...incoming.headers, "lambda-web-request-id": randomUUID() };
      const answer = await forward({ method, target, headers, body }, this.#deps.processUrl());
      const { "transfer-encoding": _, ...kept } = answer.headers;
      outgoing.writeHead(answer.status, { ...kept, "content-length": answer.body.length });
      outgoing.end(method === "HEAD" ? undefined : answer.body);
    } catch (error) {
      this.#deps.onProblem(`${incoming.method} ${incoming.url}: ${error}`);
      outgoing.destroy();
    }
  }

  async #mayCall(incoming: IncomingMessage, body: Buffer): Promise<boolean> {
    const { place, ownerOf, refusalOf } = this.#deps;
    const request = readDoorRequest(incoming, body);
    const claim = claimOf(request);
    const owner = claim && ownerOf(claim.accessKeyId);
    if (claim?.service !== webService || claim.region !== place.region || owner === undefined) return false;
    // It signs the hash of the body, also of none.
    if (headerOf(request, "x-amz-content-sha256") === undefined) return false;
    if (!(await isSigned(request, claim, owner.credentials, Date.now()))) return false;
    const asked = { action: "lambda:InvokeWebFunctionEndpoint", resource: this.#arn, context: {} };
    return refusalOf(owner.role, asked) === undefined;
  }
}
