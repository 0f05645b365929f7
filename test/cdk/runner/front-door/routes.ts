/**
 * Which route takes a request: literal parts go before parameters, a method by name before ANY.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 */
import { Unmodelled } from "../policy/index.ts";
import { decodePath } from "./event.ts";

/** A route of the template. */
export type DoorRoute = {
  /** `GET /topics/{topic}` */
  readonly key: string;
  /** The ARN of its function. */
  readonly functionArn: string;
  readonly timeoutMs: number;
  readonly authorization:
    | { readonly kind: "iam" }
    | {
        readonly kind: "jwt";
        readonly issuer: string;
        readonly audience: readonly string[];
        readonly scopes: readonly string[];
      };
};

/** A route that takes a request, with what its parameters are. */
export type MatchedRoute = {
  readonly route: DoorRoute;
  readonly parameters: Readonly<Record<string, string>>;
};

/** The route that takes a request; undefined when none does. */
export function findRoute(
  routes: readonly DoorRoute[],
  method: string,
  path: string,
): MatchedRoute | undefined {
  const found = routes
    .flatMap(route => matched(route, method, path) ?? [])
    .sort((a, b) => literalsOf(b.route) - literalsOf(a.route));
  const [first, second] = found;
  if (first !== undefined && second !== undefined && literalsOf(first.route) === literalsOf(second.route))
    throw new Unmodelled(`which of ${first.route.key} and ${second.route.key} takes ${path}`);
  return first;
}

function matched(route: DoorRoute, method: string, path: string): MatchedRoute | undefined {
  const [routeMethod = "", routePath = ""] = route.key.split(" ");
  if (routePath === "" || routePath.includes("+}") || routeMethod === "ANY")
    throw new Unmodelled(`the route ${route.key}`);
  if (routeMethod !== method) return undefined;
  const parts = path.split("/");
  const expected = routePath.split("/");
  if (parts.length !== expected.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, part] of expected.entries()) {
    const actual = decodePath(parts[index] ?? "");
    const name = /^\{(.+)\}$/.exec(part)?.[1];
    if (name === undefined ? actual !== part : actual === "") return undefined;
    if (name !== undefined) parameters[name] = actual;
  }
  return { route, parameters };
}

function literalsOf({ key }: DoorRoute): number {
  return key.split("/").filter(part => !part.startsWith("{")).length;
}
