/**
 * The REST face: `Request -> Response`, with nothing of any server in it, so that the same app answers in a process on a
 * local port and in a Lambda. Every request goes the same way: the caller is checked, path and query are checked, the
 * route answers; whatever is thrown on the way is translated once.
 */
import { type Context, Hono } from "hono";
import { CumulogError } from "../std/index.ts";
import { json } from "./answer.ts";
import { check } from "./body.ts";
import { makeService, type RestDeps, type RestOptions, type Service } from "./deps.ts";
import {
  MethodNotAllowed,
  publicMessage,
  retryAfterHeader,
  ServerStopping,
  translate,
  UnknownPath,
} from "./errors.ts";
import { reportFailure, requestIdHeader } from "./failures.ts";
import { answerPreflight, checkCaller, corsHeaders } from "./gate.ts";
import { mediaTypeOf, refuseEncoded } from "./media-types.ts";
import type { Route } from "./route.ts";
import { routes } from "./routes/index.ts";

/** Stays reachable while the server stops: whoever asks wants to know just that. */
const servedWhileStopping = new Set(["/livez", "/readyz", "/metrics"]);

/** The app. `fetch` of what it answers with takes a Request; nothing is started or read before. */
export function createRestApp(deps: RestDeps, options: RestOptions): Hono {
  const service = makeService(deps, options);
  const app = new Hono();
  for (const route of routes.filter(({ duty }) => options.duties === "all" || options.duties.includes(duty)))
    app.on(route.method.toUpperCase(), honoPath(route.path), c =>
      answer(service, c, route.path, () => serve(service, route, c)),
    );
  app.notFound(c => answer(service, c, "none", async () => refuse(service, c)));
  return app;
}

/** `/topics/{topic}` as Hono writes it. */
function honoPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ":$1");
}

async function serve(service: Service, route: Route, c: Context): Promise<Response> {
  const request = c.req.raw;
  if (service.stopping.aborted && !servedWhileStopping.has(route.path))
    throw new ServerStopping("the server is stopping: nothing of this was done");
  if (route.body && !(route.isBodyOptional && !request.headers.has("content-type"))) {
    mediaTypeOf(request, Object.keys(route.body));
    refuseEncoded(request);
  }
  const params = check(route.params, c.req.param(), "path");
  const query = check(route.query, c.req.query(), "query");
  return route.handle({ service, request, params, query });
}

/** Lets `work` answer, for callers who may call; what it throws becomes an answer too. */
async function answer(
  service: Service,
  c: Context,
  path: string,
  work: () => Promise<Response>,
): Promise<Response> {
  const request = c.req.raw;
  const startMs = service.clock.monotonicMs();
  let response: Response;
  try {
    checkCaller(request, service.options);
    response = withCors(await work(), corsHeaders(request, service.options));
  } catch (error) {
    response = failureAnswer(service, request, error);
  }
  const labels = { method: request.method, path, status: String(response.status) };
  service.telemetry.count("cumulog_http_requests_total", 1, labels);
  service.telemetry.observe("cumulog_http_request_seconds", (service.clock.monotonicMs() - startMs) / 1000, {
    method: request.method,
    path,
  });
  return response;
}

/** Nothing is served with this method at this path. Throws, unless a browser only asks what it may send. */
function refuse(service: Service, c: Context): Response {
  const request = c.req.raw;
  const methods = routes
    .filter(route => isAt(route.path, c.req.path))
    .map(({ method }) => method.toUpperCase());
  if (methods.length === 0)
    throw new UnknownPath(`nothing is served at ${c.req.path.slice(0, 200)}: see /openapi.json`);
  if (request.method === "OPTIONS" && request.headers.has("origin"))
    return answerPreflight(request, methods, service.options);
  throw new MethodNotAllowed(`${request.method} is not served here, only ${methods.join(", ")}`, methods);
}

/** Whether a path is one of those that `/topics/{topic}` stands for. */
function isAt(pattern: string, path: string): boolean {
  const [parts, given] = [pattern.split("/"), path.split("/")];
  return parts.length === given.length && parts.every((part, i) => part.startsWith("{") || part === given[i]);
}

function withCors(response: Response, headers: Readonly<Record<string, string>>): Response {
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
  return response;
}

function failureAnswer(service: Service, request: Request, error: unknown): Response {
  const translation = translate(error);
  const { status, code } = translation;
  const requestId = reportFailure(service, request, error);
  return json({ error_code: code, message: publicMessage(error, requestId) }, status, {
    ...requestIdHeader(service, request),
    ...retryAfterHeader(translation),
    ...(error instanceof MethodNotAllowed && { allow: error.allowed.join(", ") }),
    // What is left of the body is not read: the connection cannot be used again.
    ...(endsConnection(error) && { connection: "close" }),
    ...corsHeaders(request, service.options),
  });
}

const connectionEnders: ReadonlySet<string> = new Set([
  "BodyTooSlow",
  "BodyTooLarge",
  "BodiesOverloaded",
  "ServerStopping",
]);

function endsConnection(error: unknown): boolean {
  return error instanceof CumulogError && connectionEnders.has(error.name);
}
