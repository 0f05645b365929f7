/**
 * The budgets of the log in write and read units, as DynamoDB itself counts them: dynalite computes consumed capacity
 * from the sizes of items. The same work over memory, counted by the metering adapter, must come to the same.
 */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AwsItemStore } from "../../../lib/adapters/aws/index.ts";
import { MemoryItemStore } from "../../../lib/adapters/memory/index.ts";
import { MeteringItemStore } from "../../../lib/adapters/metering/index.ts";
import type { Engine } from "../../../lib/engine/index.ts";
import {
  createTable,
  type Emulator,
  emulatorCredentials,
  emulatorRegion,
  startDynalite,
} from "../../emulators/index.ts";
import { aBatch, anEngine, appended, baseOffset, fetched, memoryDeps } from "../../support/log.ts";

type Units = { readonly write: number; readonly read: number };
type MeteredLog = { readonly engine: Engine; readonly units: () => Units; readonly reset: () => void };

let dynalite: Emulator;
beforeAll(async () => {
  dynalite = await startDynalite();
  await createTable(dynalite.url, "log");
});
afterAll(() => dynalite.close());

/** The log over dynalite, which says with each answer what it would bill. */
function logOnDynalite(): MeteredLog & { readonly bills: Bill[] } {
  const client = new DynamoDBClient({
    endpoint: dynalite.url,
    region: emulatorRegion,
    credentials: emulatorCredentials,
  });
  const bills: Bill[] = [];
  client.middlewareStack.add(
    (next, context) => async args => {
      Object.assign(args.input, { ReturnConsumedCapacity: "TOTAL" });
      const result = await next(args);
      const { ConsumedCapacity } = result.output as {
        readonly ConsumedCapacity?: { readonly CapacityUnits?: number };
      };
      bills.push({
        command: context.commandName ?? "",
        units: ConsumedCapacity?.CapacityUnits ?? Number.NaN,
      });
      return result;
    },
    { step: "initialize" },
  );
  const world = memoryDeps();
  const items = new AwsItemStore({ ...world, client }, { table: "log" });
  const isRead = ({ command }: Bill): boolean => /^(Get|Query|Batch)/.test(command);
  const sum = (some: readonly Bill[]): number => some.reduce((total, { units }) => total + units, 0);
  return {
    engine: anEngine({ ...world, items }),
    units: () => ({ write: sum(bills.filter(bill => !isRead(bill))), read: sum(bills.filter(isRead)) }),
    reset: () => void bills.splice(0),
    bills,
  };
}

type Bill = { readonly command: string; readonly units: number };

/** The same log over memory, counted by us. */
function logInMemory(): MeteredLog {
  const memory = new MemoryItemStore();
  const items = new MeteringItemStore({ store: memory, peek: key => memory.peek(key) });
  return {
    engine: anEngine(memoryDeps({ items })),
    units: () => ({ write: items.counts().writeUnits, read: items.counts().readUnits }),
    reset: () => items.reset(),
  };
}

async function spentOn(
  log: MeteredLog,
  topic: string,
  work: (engine: Engine) => Promise<unknown>,
): Promise<Units> {
  await log.engine.topics.create({ name: topic, partitions: 8 });
  await appended(log.engine, topic, 0, "warm");
  log.reset();
  await work(log.engine);
  await log.engine.settle();
  return log.units();
}

describe("an append of 512 B to one partition", () => {
  it("is one put and one update of one write unit each, with up to 8 live entries", async () => {
    const log = logOnDynalite();
    await log.engine.topics.create({ name: "small", partitions: 8 });
    log.reset();
    for (let i = 0; i < 7; i++) await appended(log.engine, "small", 0, "x".repeat(512));
    const puts = log.bills.filter(({ command }) => command === "PutItemCommand");
    const updates = log.bills.filter(({ command }) => command === "UpdateItemCommand");
    expect(puts.map(({ units }) => units)).toEqual(Array.from({ length: 7 }, () => 1));
    expect(updates.map(({ units }) => units)).toEqual(Array.from({ length: 7 }, () => 1));
    // The eighth is the one that rolls: its own update is still one unit.
    log.reset();
    await appended(log.engine, "small", 0, "x".repeat(512));
    expect(log.bills.slice(0, 2)).toEqual([
      { command: "PutItemCommand", units: 1 },
      { command: "UpdateItemCommand", units: 1 },
    ]);
    await log.engine.settle();
  });
});

describe("what DynamoDB bills and what the metering adapter counts", () => {
  it.each<[string, (engine: Engine, topic: string) => Promise<unknown>]>([
    [
      "appends with a roll",
      async (engine, topic) => {
        for (let i = 0; i < 9; i++) await appended(engine, topic, i % 3, "x".repeat(512));
      },
    ],
    [
      "an append of 3 KiB, in the item tier",
      async (engine, topic) => await appended(engine, topic, 0, "x".repeat(3 * 1024)),
    ],
    [
      "an append to all partitions of a shard",
      async (engine, topic) => {
        const answers = await engine.append(
          Array.from({ length: 8 }, (_, partition) => ({ topic, partition, batches: aBatch("x") })),
        );
        answers.forEach(baseOffset);
      },
    ],
    ["a poll at the tail", (engine, topic) => fetched(engine, topic, 0, 1)],
  ])("are the same for %s", async (what, work) => {
    const topic = what.replaceAll(/[^a-z0-9]+/gi, "-");
    const billed = await spentOn(logOnDynalite(), topic, engine => work(engine, topic));
    const counted = await spentOn(logInMemory(), topic, engine => work(engine, topic));
    expect(counted).toEqual(billed);
    expect(billed.write + billed.read).toBeGreaterThan(0);
  });
});
