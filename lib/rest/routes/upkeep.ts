/**
 * What the server does for its log by itself, asked for by hand: a round of upkeep, and a check of everything that is stored. Both
 * take as long as they take: the answer comes at the end. They speak of the process that serves them.
 */
import * as z from "zod";
import type { BudgetLimits } from "../../engine/index.ts";
import { json } from "../answer.ts";
import { readOptionalJson } from "../body.ts";
import { type Route, route } from "../route.ts";
import { none } from "../schemas.ts";

const tag = "Upkeep";

/** Of each shard's turn: nobody waits behind it, and one object is in memory at a time. */
const limits: BudgetLimits = {
  bytesMax: 1024 * 1024 * 1024,
  callsMax: 1_000_000,
  timeMsMax: 600_000,
  callMsMax: 30_000,
};

const asked = z.strictObject({
  dry_run: z.boolean().nullish().meta({ description: "Change nothing: say what there is to do." }),
});

const survey = z.object({
  topic: z.string(),
  partition: z.int(),
  offsets: z.int(),
  waiting_chunks: z.int(),
  waiting_bytes: z.int(),
  objects: z.int(),
  object_bytes: z.int(),
  reads_now: z.int(),
  reads_then: z.int(),
});

const found = z.object({
  deleted: z.int(),
  deleted_bytes: z.int(),
  kept: z.int(),
  kept_bytes: z.int(),
});

const done = z
  .object({
    dry_run: z.boolean(),
    /** With `dry_run`. */
    partitions: z.array(survey).optional(),
    round: z
      .object({
        topics: z.int(),
        shards: z.int(),
        objects: z.int(),
        compacted_bytes: z.int(),
        merges: z.int(),
        lost: z.int(),
        expired: z.int(),
        dropped_pages: z.int(),
        is_cut_short: z.boolean(),
        failures: z.array(z.object({ topic: z.string(), shard: z.int(), error: z.string() })),
      })
      .optional(),
    purge: z
      .object({ purged: z.int(), waiting: z.int(), rows: z.int(), is_cut_short: z.boolean() })
      .optional(),
    sweep: z
      .object({
        before_ms: z.int(),
        mark_ms: z.int().optional(),
        ingest: found,
        compacted: found,
        items: found,
        orphans: z.object({ objects: z.int(), bytes: z.int(), dollars_per_month: z.number() }),
        unknown_objects: z.int(),
        is_cut_short: z.boolean(),
      })
      .optional(),
    refused: z.string().optional().meta({ description: "Why there was no sweep." }),
  })
  .meta({ id: "Upkeep" });

const checked = z
  .object({
    topics: z.int(),
    partitions: z.int(),
    chunks: z.int(),
    bytes: z.int(),
    faults: z.array(
      z.object({
        topic: z.string(),
        partition: z.int().optional(),
        from: z.int().optional(),
        to: z.int().optional(),
        what: z.string(),
      }),
    ),
    orphans: z.object({ objects: z.int(), bytes: z.int(), segment_items: z.int() }),
  })
  .meta({ id: "Check" });

/** The routes of the upkeep. */
export const upkeepRoutes: readonly Route[] = [
  route({
    duty: "process",
    method: "post",
    path: "/upkeep",
    tag,
    summary: "Look after the log now",
    description:
      "Every shard of every topic has its turn, what is left of deleted topics goes, and what nothing refers to is swept: as it is done from time to time by itself. Answers when it is over.",
    params: none,
    query: none,
    body: { "application/json": { schema: asked, example: { dry_run: true } } },
    isBodyOptional: true,
    answers: {
      200: {
        description: "What was done, or what there is to do.",
        content: { "application/json": { schema: done } },
      },
    },
    errors: [],
    async handle({ service, request }) {
      const { engine, stopping } = service;
      const body = await readOptionalJson(service, request, asked);
      if (body?.dry_run)
        return json({ dry_run: true, partitions: (await engine.upkeep.survey(limits)).map(snake) });
      return json({ dry_run: false, ...snakes(await engine.upkeep.maintain({ limits, signal: stopping })) });
    },
  }),
  route({
    duty: "process",
    method: "post",
    path: "/check",
    tag,
    summary: "Check everything that is stored",
    description:
      "Reads the index and every byte it refers to, and says what is wrong; changes nothing. Answers when it is over.",
    params: none,
    query: none,
    answers: {
      200: { description: "What was found.", content: { "application/json": { schema: checked } } },
    },
    errors: [],
    async handle({ service }) {
      const { orphans, ...report } = await service.engine.fsck(service.stopping);
      return json({ ...report, orphans: snake(orphans) });
    },
  }),
];

/** `compactedBytes` is `compacted_bytes` over HTTP, at every depth. */
function snake(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snake);
  return typeof value === "object" && value !== null ? snakes(value) : value;
}

function snakes(report: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(report).map(([name, value]) => [
      name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`),
      snake(value),
    ]),
  );
}
