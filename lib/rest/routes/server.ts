/**
 * The server's own paths: is it there, what does it do, what does it serve.
 */
import * as z from "zod";
import { bytes, json, jsonText } from "../answer.ts";
import { ServerStopping } from "../errors.ts";
import { type Route, route } from "../route.ts";
import { none } from "../schemas.ts";

const tag = "Server";
const status = z.object({ status: z.literal("ok") }).meta({ id: "Status" });

/** The routes of the server itself; the document is made of `documented` when it is first asked for. */
export function serverRoutes(documented: () => readonly Route[]): readonly Route[] {
  let document: Promise<string> | undefined;
  return [
    route({
      duty: "admin",
      method: "get",
      path: "/",
      tag,
      summary: "What is here",
      params: none,
      query: none,
      answers: {
        200: {
          description: "The name and version of the service and links to begin with.",
          content: {
            "application/json": {
              schema: z
                .object({
                  name: z.string(),
                  version: z.string(),
                  cluster_id: z.string(),
                  links: z.record(z.string(), z.string()),
                })
                .meta({ id: "Index" }),
            },
          },
        },
      },
      errors: [],
      async handle({ service }) {
        const clusterId = await service.engine.clusterId();
        return json({
          name: "cumulog",
          version: service.options.version,
          cluster_id: clusterId,
          links: {
            openapi: "/openapi.json",
            cluster: `/v3/clusters/${clusterId}`,
            topics: "/topics",
            live: "/livez",
            ready: "/readyz",
            metrics: "/metrics",
          },
        });
      },
    }),
    route({
      duty: "admin",
      method: "get",
      path: "/livez",
      tag,
      summary: "Is the process alive",
      params: none,
      query: none,
      answers: {
        200: { description: "It is.", content: { "application/json": { schema: status } } },
      },
      errors: [],
      handle: async () => json({ status: "ok" }),
    }),
    route({
      duty: "admin",
      method: "get",
      path: "/readyz",
      tag,
      summary: "Does the server take requests",
      params: none,
      query: none,
      answers: {
        200: {
          description: "It does, and its store answers.",
          content: { "application/json": { schema: status } },
        },
      },
      errors: ["ServerStopping"],
      async handle({ service }) {
        if (service.stopping.aborted) throw new ServerStopping("the server is stopping");
        await service.engine.checkFormat();
        return json({ status: "ok" });
      },
    }),
    route({
      duty: "process",
      method: "get",
      path: "/metrics",
      tag,
      summary: "Metrics for Prometheus",
      params: none,
      query: none,
      answers: { 200: { description: "Every metric as text.", content: { "text/plain": {} } } },
      errors: [],
      async handle({ service }) {
        const { contentType, text } = await service.exposition();
        return bytes(text, contentType);
      },
    }),
    route({
      duty: "admin",
      method: "get",
      path: "/openapi.json",
      tag,
      summary: "This document",
      params: none,
      query: none,
      answers: { 200: { description: "OpenAPI 3.1.", content: { "application/json": {} } } },
      errors: [],
      async handle() {
        // Made when it is first asked for: a server that nobody asks starts sooner.
        document ??= import("../openapi.ts").then(({ makeDocument }) =>
          JSON.stringify(makeDocument(documented())),
        );
        return jsonText(await document);
      },
    }),
  ];
}
