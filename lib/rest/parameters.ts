/**
 * The query parameters of the routes, as the documents show them. They are read off the schemas that check them.
 */
import * as z from "zod";
import type { Route } from "./route.ts";

/** One parameter of a query. */
export type QueryParameter = {
  readonly name: string;
  /** As it would be written; undefined where leaving it out means something of its own. */
  readonly defaultValue: string | undefined;
  readonly description: string;
};

/** The query parameters that a route knows. */
export function queryParametersOf({ query }: Route): readonly QueryParameter[] {
  if (!(query instanceof z.ZodObject)) return [];
  const shape = query.shape as Readonly<Record<string, z.ZodType>>;
  return Object.entries(shape).map(([name, schema]) => {
    const { data } = schema.safeParse(undefined);
    return {
      name,
      defaultValue: data === undefined ? undefined : String(data),
      description: schema.meta()?.description ?? "",
    };
  });
}
