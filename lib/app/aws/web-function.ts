/**
 * The whole app as a Lambda Web Function: an HTTP server that serves many requests at once, so that they share segments.
 * Lambda says where to listen, and before the end sends SIGTERM and waits one second
 * (https://docs.aws.amazon.com/lambda/latest/dg/web-functions-env-lifecycle.html).
 */
import { InvalidConfiguration } from "../config.ts";
import { HttpServer } from "../http-server.ts";
import { type FunctionParts, httpDuties, makeApp, makeEngine, makeParts } from "./compose.ts";
import { gated } from "./gate.ts";
import type { Environment } from "./settings.ts";
import type { OpenStores } from "./stores.ts";

/** Connections: Lambda keeps one for each request under way, at most 128, and some that end. */
const connectionsMax = 512;
/** What is under way is answered within this, ms: Lambda waits a second. */
const drainMs = 800;
const endpointVariable = "AWS_LAMBDA_HTTP_ENDPOINT";

/** A server that runs. */
export type RunningWebFunction = { readonly address: string; readonly stop: () => Promise<void> };

/** Listens where Lambda says, until SIGTERM. Throws InvalidConfiguration, and what HttpServer.listen throws. */
export async function serveWebFunction(open: OpenStores): Promise<void> {
  const parts = makeParts("web-function", "web-function", process.env, open);
  const { stop } = await startWebFunction(parts, endpointOf(process.env));
  process.once("SIGTERM", () => void stop().finally(() => process.exit()));
}

/** Serves all duties on the address; takes requests when this resolves. */
export async function startWebFunction(
  parts: FunctionParts,
  address: { readonly host: string; readonly port: number },
): Promise<RunningWebFunction> {
  const { clock, telemetry } = parts;
  const stopping = new AbortController();
  const engine = makeEngine(parts);
  const app = makeApp(parts, engine, httpDuties, stopping.signal);
  const serve = gated({
    telemetry,
    ready: () => engine.checkFormat(),
    serve: request => app.fetch(request),
  });
  const fetch = async (request: Request): Promise<Response> => {
    try {
      return await serve(request);
    } finally {
      telemetry.flush();
    }
  };
  telemetry.count("cumulog_cold_starts_total");
  const server = new HttpServer({ clock, fetch }, { ...address, connectionsMax });
  const url = await server.listen();
  const stop = async (): Promise<void> => {
    stopping.abort();
    await Promise.all([server.close(drainMs), engine.drain()]);
    telemetry.flush();
  };
  return { address: url, stop };
}

/** `host:port`, as Lambda writes it. */
export function endpointOf(environment: Environment): { readonly host: string; readonly port: number } {
  const given = environment[endpointVariable] ?? "";
  const [, host, port] = /^\[?(.+?)\]?:(\d{1,5})$/.exec(given) ?? [];
  if (host === undefined || port === undefined)
    throw new InvalidConfiguration([`${endpointVariable}: ${JSON.stringify(given)} is no host:port`]);
  return { host, port: Number(port) };
}
