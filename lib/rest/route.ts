/**
 * What a route is: one row that the router, the checks and the OpenAPI document all read, so that none of them can say
 * something else than the others.
 */
import type { ZodType } from "zod";
import type { Service } from "./deps.ts";
import type { ErrorName } from "./errors.ts";

export type Method = "get" | "post" | "put" | "patch" | "delete";

/**
 * Which function of a deployment serves a route, with no more permissions than that duty takes: `produce` appends,
 * `fetch` reads and changes nothing, `groups` reads for members of consumer groups, `admin` changes topics. `process` speaks
 * of one process and is served by none of them.
 */
export const duties = ["produce", "fetch", "groups", "admin"] as const;
export type Duty = (typeof duties)[number] | "process";

/** A request whose path and query were checked. */
export type Call<Params, Query> = {
  readonly service: Service;
  readonly request: Request;
  readonly params: Params;
  readonly query: Query;
};

/** A body that is taken: its shape for JSON, bytes otherwise. */
export type BodyContent = { readonly schema?: ZodType; readonly example?: unknown };

/** An answer: its shape for JSON. */
export type AnswerContent = { readonly schema?: ZodType; readonly example?: unknown };

export type Answer = {
  readonly description: string;
  readonly content?: Readonly<Record<string, AnswerContent>>;
};

export type RouteOf<Params, Query> = {
  readonly duty: Duty;
  readonly method: Method;
  /** As OpenAPI writes it: `/topics/{topic}`. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly params: ZodType<Params>;
  readonly query: ZodType<Query>;
  /** By media type; absent: a body is not looked at. */
  readonly body?: Readonly<Record<string, BodyContent>>;
  /** Whether the body may be left out, and with it its Content-Type. */
  readonly isBodyOptional?: boolean;
  /** By status. */
  readonly answers: Readonly<Record<string, Answer>>;
  /** What can go wrong beside what can go wrong everywhere. */
  readonly errors: readonly ErrorName[];
  readonly handle: (call: Call<Params, Query>) => Promise<Response>;
};

/** A route whose handler was checked against its schemas already. */
export type Route = RouteOf<unknown, unknown>;

/** Declares a route; the compiler holds the handler to the schemas. */
export function route<Params, Query>(declared: RouteOf<Params, Query>): Route {
  // Only what the schemas of this very route made is given to its handler.
  return declared as unknown as Route;
}
