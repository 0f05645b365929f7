import { describe, expect, it } from "vitest";
import { makeDocument } from "../../lib/rest/openapi.ts";
import { routes } from "../../lib/rest/routes/index.ts";
import {
  type Answered,
  anAppWithOrders,
  anAppWithReaders,
  aRestApp,
  type Given,
  instancePath,
  type TestApp,
} from "./testing.ts";

type Schema = Readonly<Record<string, unknown>>;
type Content = Readonly<Record<string, { readonly schema?: Schema; readonly example?: unknown }>>;
type Operation = {
  readonly operationId: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly description?: string;
  }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
};
type Document = {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};

async function served(): Promise<{ readonly app: TestApp; readonly document: Document }> {
  const app = await anAppWithOrders();
  return { app, document: (await app.call("GET", "/openapi.json")).body };
}

function operationsOf(document: Document) {
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ path, method, operation })),
  );
}

describe("the OpenAPI document", () => {
  it("describes each route once, and each of them is served", async () => {
    const { document } = await served();
    expect(document.openapi).toBe("3.1.0");
    const operations = operationsOf(document);
    expect(operations.length).toBe(routes.length);
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { path, method } of operations) {
      const app = await anAppWithReaders();
      const answer = await app.call(method.toUpperCase(), concrete(path, app.clusterId));
      expect([404, 405], `${method} ${path}`).not.toContain(answer.status);
    }
  });

  it("is the same each time it is made", async () => {
    expect(JSON.stringify(makeDocument(routes))).toBe(JSON.stringify(makeDocument(routes)));
    const [first, second] = [await served(), await served()];
    expect(JSON.stringify(first.document)).toBe(JSON.stringify(second.document));
  });

  it("refers only to schemas that it has, and has none that nothing refers to", async () => {
    const { document } = await served();
    const text = JSON.stringify(document);
    const references = [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(match => match[1]);
    expect([...new Set(references)].sort()).toEqual(Object.keys(document.components.schemas).sort());
    expect(text).not.toContain("$defs");
  });

  it("names every parameter of a path", async () => {
    for (const { path, operation } of operationsOf((await served()).document)) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(match => match[1]);
      const named = operation.parameters.filter(parameter => parameter.in === "path");
      expect(named.map(parameter => parameter.name)).toEqual(inPath);
    }
  });

  it("says what each parameter of a query is for", async () => {
    const given = operationsOf((await served()).document).flatMap(({ path, operation }) =>
      operation.parameters
        .filter(parameter => parameter.in === "query")
        .map(parameter => ({ path, ...parameter })),
    );
    expect(given.map(({ name }) => name)).toEqual([
      "offset",
      "max_bytes",
      "timeout",
      "format",
      "timestamp",
      "timeout",
      "max_bytes",
      "topic",
      "partition",
    ]);
    for (const { path, name, description } of given)
      expect(description, `${path} ${name}`).toMatch(/^[A-Z].+\.$/);
  });

  it("says what can go wrong, by status and code", async () => {
    const { document } = await served();
    const { responses } = document.paths["/topics/{topic}/partitions/{partition}/records"]?.["get"] ?? {};
    expect(responses?.["404"]?.description).toContain("`40401` UnknownTopic: The topic does not exist.");
    expect(responses?.["416"]?.description).toContain("`41601`");
    for (const { path, method, operation } of operationsOf(document))
      for (const status of ["400", "403", "503"])
        expect(operation.responses[status], `${method} ${path} ${status}`).toBeDefined();
  });
});

describe("examples of bodies", () => {
  const examples = routes.flatMap(route =>
    Object.entries(route.body ?? {}).map(([mediaType, content]) => ({ route, mediaType, content })),
  );

  it.each(examples.filter(({ content }) => content.schema))(
    "of $route.method $route.path as $mediaType fit their schema and are served",
    async ({ route, mediaType, content }) => {
      expect(content.schema?.safeParse(content.example)).toMatchObject({ success: true });
      const app = await anAppFor(route.path, route.summary);
      const given: Given = { json: content.example, headers: { "content-type": mediaType } };
      const path = concrete(route.path, app.clusterId).replace("/cleanup.policy", "/retention.ms");
      const answer: Answered = await app.call(route.method.toUpperCase(), path, given);
      expect(answer.status, answer.text).toBeLessThan(300);
      expect(answer.text).not.toContain('"error_code":4');
    },
  );
});

describe("schemas of answers", () => {
  it("fit what is answered", async () => {
    const app = await anAppWithReaders();
    const produced = { json: { key: { type: "STRING", data: "k" }, partition_id: 0 } };
    await app.call("POST", `${app.cluster}/topics/orders/records`, produced);
    for (const route of routes.filter(({ method, path }) => method === "get" && path !== "/openapi.json")) {
      const content = Object.values(route.answers["200"]?.content ?? {})[0];
      if (!content?.schema) continue;
      const answer = await app.call("GET", concrete(route.path, app.clusterId));
      const fits = content.schema.safeParse(answer.body);
      expect(fits.success, `${route.path}: ${answer.text.slice(0, 300)} ${fits.error}`).toBe(true);
    }
  });
});

/** An app in which the example of a route makes sense. */
async function anAppFor(path: string, summary: string): Promise<TestApp> {
  if (summary === "Create a topic") return aRestApp();
  if (!path.startsWith("/consumers/{group}/")) return anAppWithOrders();
  const app = await anAppWithReaders();
  if (path.endsWith("/subscription"))
    await app.call("POST", `${instancePath}/assignments`, { json: { partitions: [] } });
  return app;
}

/** A path of something that is there. */
function concrete(path: string, clusterId: string): string {
  return path
    .replace("{cluster_id}", clusterId)
    .replace(/\{topic(_name)?\}/, "orders")
    .replace(/\{partition(_id)?\}/, "0")
    .replace("{broker_id}", "1")
    .replace("{consumer_group_id}", "g")
    .replace("{consumer_id}", "m")
    .replace("{group}", "h")
    .replace("{instance}", "i")
    .replace("{name}", "cleanup.policy");
}
