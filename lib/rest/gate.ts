/**
 * Who may call. A server on a local port can be reached by every web page that its user opens, so two headers that a
 * page cannot forge are checked: Host (a page that rebinds its own DNS name to 127.0.0.1 still says its name) and Origin
 * (browsers add it to whatever another site's page sends).
 */

import type { RestOptions } from "./deps.ts";
import { quote } from "./describe.ts";
import { HostRefused, OriginRefused } from "./errors.ts";

const loopbackNames = new Set(["localhost", "127.0.0.1", "[::1]"]);
const ipAddress = /^(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:.]+\])$/;
const preflightSeconds = "600";

/** Throws HostRefused or OriginRefused. */
export function checkCaller(request: Request, options: RestOptions): void {
  const host = hostOf(request);
  if (options.hostCheck !== "any" && !isOwnName(nameOf(host), options))
    throw new HostRefused(
      `Host ${quote(host)} is not this server; start it with --allowed-hosts to use that name`,
    );
  const origin = request.headers.get("origin");
  if (origin !== null && !isAllowedOrigin(origin, host, options))
    throw new OriginRefused(
      `Origin ${quote(origin)} may not call; start the server with --allowed-origins to allow it`,
    );
}

/**
 * Headers that let the page of an allowed origin read the answer; none for everyone else. A page of the server's own
 * origin needs none.
 */
export function corsHeaders(request: Request, options: RestOptions): Readonly<Record<string, string>> {
  const origin = request.headers.get("origin");
  if (origin === null || !options.origins.includes(origin)) return {};
  return {
    "access-control-allow-origin": origin,
    "access-control-expose-headers": "*",
    vary: "Origin",
  };
}

/** The answer to a browser that asks before it sends. */
export function answerPreflight(
  request: Request,
  methods: readonly string[],
  options: RestOptions,
): Response {
  const headers = {
    ...corsHeaders(request, options),
    "access-control-allow-methods": methods.join(", "),
    "access-control-allow-headers": request.headers.get("access-control-request-headers") ?? "content-type",
    "access-control-max-age": preflightSeconds,
  };
  return new Response(null, { status: 204, headers });
}

function hostOf(request: Request): string {
  return (request.headers.get("host") ?? new URL(request.url).host).toLowerCase();
}

/** Without the port: `[::1]` of `[::1]:8080`. */
function nameOf(host: string): string {
  return host.replace(/:\d*$/, "");
}

function isOwnName(name: string, { hosts, hostCheck }: RestOptions): boolean {
  return (
    loopbackNames.has(name) || hosts.includes(name) || (hostCheck === "addresses" && ipAddress.test(name))
  );
}

function isAllowedOrigin(origin: string, host: string, { origins }: RestOptions): boolean {
  return origins.includes(origin) || origin === `http://${host}` || origin === `https://${host}`;
}
