/**
 * The OpenAPI 3.1 document, made from the routes and their schemas: what is checked is what is described. Not loaded
 * before it is asked for.
 */
import * as z from "zod";
import { type ErrorName, type Translation, translations } from "./errors.ts";
import type { Answer, BodyContent, Route } from "./route.ts";
import { errorSchema } from "./schemas.ts";

/** Errors that any route may answer with. */
const everywhere: readonly ErrorName[] = ["BadRequest", "HostRefused", "OriginRefused", "ServerStopping"];
const everyBody: readonly ErrorName[] = [
  "BodyTooSlow",
  "BodyTooLarge",
  "BodyTruncated",
  "MediaTypeUnsupported",
  "BodiesOverloaded",
];

type Json = Readonly<Record<string, unknown>>;

/** The document. The same routes give the same document, byte by byte. */
export function makeDocument(routes: readonly Route[]): Json {
  const components: Record<string, unknown> = {};
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const operations = paths[route.path] ?? {};
    paths[route.path] = operations;
    operations[route.method] = operationOf(route, components);
  }
  schemaOf(errorSchema, "output", components);
  return {
    openapi: "3.1.0",
    info: {
      title: "Cumulog",
      version: "1",
      description:
        "Kafka's log without brokers. Paths and bodies follow the Confluent REST Proxy where it has them. " +
        "Every error has the form of `Error`; its code begins with the status.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    tags: [...new Set(routes.map(route => route.tag))].map(name => ({ name })),
    paths,
    components: { schemas: sorted(components) },
  };
}

function operationOf(route: Route, components: Record<string, unknown>): Json {
  const { method, path, tag, summary, description, body } = route;
  return {
    tags: [tag],
    summary,
    operationId: `${method}${path.replace(/[^a-zA-Z0-9]+(.?)/g, (_, letter: string) => letter.toUpperCase())}`,
    ...(description && { description }),
    parameters: [
      ...parametersOf(route.params, "path", components),
      ...parametersOf(route.query, "query", components),
    ],
    ...(body && {
      requestBody: { required: !route.isBodyOptional, content: contentOf(body, "input", components) },
    }),
    responses: { ...answersOf(route.answers, components), ...errorsOf(route) },
  };
}

function parametersOf(
  schema: z.ZodType,
  place: "path" | "query",
  components: Record<string, unknown>,
): readonly Json[] {
  const object = schemaOf(schema, "output", components) as {
    readonly properties?: Readonly<Record<string, Json>>;
  };
  return Object.entries(object.properties ?? {}).map(([name, { description, ...property }]) => ({
    name,
    in: place,
    required: place === "path",
    ...(description !== undefined && { description }),
    schema: property,
  }));
}

function answersOf(answers: Readonly<Record<string, Answer>>, components: Record<string, unknown>): Json {
  return Object.fromEntries(
    Object.entries(answers).map(([status, { description, content }]) => [
      status,
      { description, ...(content && { content: contentOf(content, "output", components) }) },
    ]),
  );
}

function contentOf(
  content: Readonly<Record<string, BodyContent>>,
  io: "input" | "output",
  components: Record<string, unknown>,
): Json {
  return Object.fromEntries(
    Object.entries(content).map(([mediaType, { schema, example }]) => [
      mediaType,
      {
        ...(schema && { schema: schemaOf(schema, io, components) }),
        ...(example !== undefined && { example }),
      },
    ]),
  );
}

/** Errors by status: several codes may share one. */
function errorsOf(route: Route): Json {
  const names = [...everywhere, ...(route.body ? everyBody : []), ...route.errors];
  const byStatus = new Map<number, { readonly name: ErrorName; readonly said: Translation }[]>();
  for (const name of new Set(names)) {
    const said = translations[name];
    byStatus.set(said.status, [...(byStatus.get(said.status) ?? []), { name, said }]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, errors]) => [
      status,
      {
        description: errors.map(({ name, said }) => `\`${said.code}\` ${name}: ${said.meaning}`).join("\n\n"),
        content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
      },
    ]),
  );
}

/** The JSON Schema; schemas with an id go into the components, once, and are referred to. */
function schemaOf(schema: z.ZodType, io: "input" | "output", components: Record<string, unknown>): Json {
  const made = z.toJSONSchema(schema, { io, target: "draft-2020-12", unrepresentable: "any" });
  const {
    $schema: _,
    $defs = {},
    id,
    ...own
  } = pointedAtComponents(made) as Record<string, unknown> & {
    readonly id?: string;
    readonly $defs?: Readonly<Record<string, Json>>;
  };
  for (const [name, { id: _, ...definition }] of Object.entries($defs)) components[name] = definition;
  if (id === undefined) return own;
  components[id] = own;
  return { $ref: `#/components/schemas/${id}` };
}

function pointedAtComponents(schema: unknown): unknown {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/'));
}

function sorted(record: Readonly<Record<string, unknown>>): Json {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
