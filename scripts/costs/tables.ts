/**
 * The tables of docs/COSTS.md, as Markdown. Counts come from the measurements beside this file, prices from the metering
 * adapter; what is multiplied here is only a count with a price, or with an assumption that stands in the same row.
 */
import { prices, pricesAsOf } from "../../lib/adapters/metering/index.ts";
import { table } from "../table.ts";
import { type Arrival, measureSmallRecords, measureVolumes } from "./appends.ts";
import {
  appendMs,
  functionGib,
  httpApiRequests,
  idlePolls,
  longPollSeconds,
  monthSeconds,
  pollMs,
  tickGib,
  tickLogBytes,
  tickMs,
} from "./assumptions.ts";
import { type MeasuredCall, measureCalls, measurePoll } from "./calls.ts";
import { measureCompaction } from "./compaction.ts";
import { measureGroups, pollsIn } from "./groups.ts";
import {
  alarms,
  looksPerMonth,
  measureMetrics,
  measureTick,
  tickGroups,
  ticksPerMonth,
  tickTopics,
} from "./idle.ts";
import type { Spent } from "./metered-log.ts";
import { count, dollars, gibibyte, listPrice, mebibyte } from "./numbers.ts";
import { measureWaits } from "./waiting.ts";

/** What each call does and costs. */
export async function callsTable(): Promise<string> {
  return tableOfCalls(await measureCalls());
}

/** What consumer groups do and cost, and a stable member a month. */
export async function groupsTable(): Promise<string> {
  const measured = await measureGroups();
  const asked = pollsIn(monthSeconds);
  const time = (asked * pollMs * functionGib * prices.lambdaGibSecond.dollars) / 1000;
  const requests = asked * (prices.lambdaRequest.dollars + prices.httpApiRequest.dollars);
  const items = asked * (measured[0]?.spent.dollars ?? 0);
  return [
    tableOfCalls(measured),
    `A member that asks every 5 s asks ${count(asked)} times a month: ${dollars(items)} for items, ${dollars(time)} for the time ` +
      `of functions (${pollMs} ms a poll assumed), ${dollars(requests)} for requests to them and to the HTTP API; ` +
      `${dollars(items + time + requests)} together.`,
  ].join("\n\n");
}

function tableOfCalls(calls: readonly MeasuredCall[]): string {
  const rows = calls.map(({ title, spent }) => [
    title,
    ...[spent.objectPuts, spent.objectGets, spent.itemWrites, spent.writeUnits].map(count),
    ...[spent.itemReads, spent.readUnits].map(count),
    dollars(spent.dollars * 1e6),
  ]);
  const head = ["call", "PUT", "GET", "item writes", "write units", "item reads", "read units"];
  return table([...head, "a million of them"], rows);
}

const appendHead = ["PUT", "items", "function, assumed", "function, time", "function, requests", "HTTP API"];

/** A million records of 1 KiB, by how they arrive. */
export async function recordsTable(): Promise<string> {
  const rows = (await measureSmallRecords()).map(arrival =>
    arrival.isShared
      ? [arrival.title, ...storesOf(arrival, 1e6), "-", "-", "-", "-", dollars(arrival.spent.dollars * 1e6)]
      : [arrival.title, ...appendCells(arrival, 1e6 / arrival.records)],
  );
  return table(["how a million records arrive", ...appendHead, "together"], rows);
}

/** A GiB, by the size of the requests that bring it. */
export async function volumeTable(): Promise<string> {
  const rows = (await measureVolumes()).map(arrival => [
    arrival.title,
    count(gibibyte / arrival.requestBytes),
    ...appendCells(arrival, gibibyte / arrival.requestBytes),
  ]);
  return table(["a GiB in requests of", "requests", ...appendHead, "together"], rows);
}

function appendCells(arrival: Arrival, requests: number): readonly string[] {
  const busySeconds = appendMs(arrival.requestBytes) / 1000;
  const time = requests * busySeconds * functionGib * prices.lambdaGibSecond.dollars;
  const invocations = requests * prices.lambdaRequest.dollars;
  const api = requests * httpApiRequests(arrival.requestBytes) * prices.httpApiRequest.dollars;
  const together = requests * arrival.spent.dollars + time + invocations + api;
  return [
    ...storesOf(arrival, requests),
    `${appendMs(arrival.requestBytes)} ms`,
    ...[time, invocations, api, together].map(dollars),
  ];
}

function storesOf({ spent }: Arrival, requests: number): readonly string[] {
  const puts = spent.objectPuts * prices.objectPut.dollars;
  return [puts * requests, (spent.dollars - puts) * requests].map(dollars);
}

/** A GiB that is compacted, and what it replaces swept. */
export async function compactionTable(): Promise<string> {
  const rows = (await measureCompaction()).flatMap(({ title, bytes, compaction, sweep }) =>
    (
      [
        ["compaction", compaction],
        ["the sweep of its sources", sweep],
      ] as const
    ).map(([work, spent]) => {
      const perGib = (value: number): string => count((value * gibibyte) / bytes);
      return [
        `${title}: ${work}`,
        `${count(bytes / mebibyte)} MiB`,
        perGib(spent.objectPuts),
        perGib(spent.objectGets),
        perGib(spent.writeUnits),
        perGib(spent.readUnits),
        dollars((spent.dollars * gibibyte) / bytes),
      ];
    }),
  );
  return table(
    ["a GiB that came as", "an object", "PUT", "GET", "write units", "read units", "together"],
    rows,
  );
}

/** A GiB of backlog, read from its beginning before compaction and after it. */
export async function backlogTable(): Promise<string> {
  const rows = (await measureCompaction()).flatMap(({ title, bytes, readBefore, readAfter }) =>
    (
      [
        ["as it came", readBefore],
        ["compacted", readAfter],
      ] as const
    ).map(([state, spent]) => {
      const perGib = (value: number): string => count((value * gibibyte) / bytes);
      return [
        `${title}: ${state}`,
        ...[spent.objectGets, spent.itemReads, spent.readUnits].map(perGib),
        dollars((spent.dollars * gibibyte) / bytes),
      ];
    }),
  );
  return table(["a GiB that came as", "GET", "item reads", "read units", "together"], rows);
}

/** A GiB of records at rest, by how it arrived. */
export async function storageTable(): Promise<string> {
  const arrivals = [...(await measureSmallRecords()), ...(await measureVolumes())];
  const rows = arrivals.map(({ title, requestBytes, itemBytes, objectBytes }) => {
    const requests = gibibyte / requestBytes;
    const [items, objects] = [(itemBytes * requests) / gibibyte, (objectBytes * requests) / gibibyte];
    const perGib = items * (prices.itemGibMonth.dollars + prices.itemBackupGibMonth.dollars);
    return [
      title,
      `${count((items * gibibyte) / mebibyte)} MiB`,
      `${count((objects * gibibyte) / mebibyte)} MiB`,
      dollars(perGib),
      dollars(objects * prices.objectGibMonth.dollars),
      dollars(perGib + objects * prices.objectGibMonth.dollars),
    ];
  });
  return table(
    ["a GiB that came as", "items", "objects", "items, a month", "objects, a month", "together"],
    rows,
  );
}

/** A consumer that always waits, and one that asks now and then, a month. */
export async function waitingTable(): Promise<string> {
  const waits = (await measureWaits()).map(({ title, readsPerSecond, unitsPerSecond }) => {
    const requests = monthSeconds / longPollSeconds;
    return waitingRow(`waits always; ${title}`, readsPerSecond, {
      reads: unitsPerSecond * monthSeconds * prices.readUnit.dollars,
      requests,
      busySeconds: monthSeconds,
    });
  });
  const spent = await measurePoll();
  const polls = [1, 60].map(everySeconds => {
    const requests = monthSeconds / everySeconds;
    return waitingRow(`asks every ${everySeconds} s, ${pollMs} ms assumed`, spent.itemReads / everySeconds, {
      reads: requests * spent.dollars,
      requests,
      busySeconds: (requests * pollMs) / 1000,
    });
  });
  const head = ["reads/s", "reads", "function, time", "function, requests", "HTTP API", "together"];
  return table(["one consumer of one shard, a month", ...head], [...waits, ...polls]);
}

type Waiting = { readonly reads: number; readonly requests: number; readonly busySeconds: number };

function waitingRow(
  title: string,
  readsPerSecond: number,
  { reads, requests, busySeconds }: Waiting,
): readonly string[] {
  const time = busySeconds * functionGib * prices.lambdaGibSecond.dollars;
  const invocations = requests * prices.lambdaRequest.dollars;
  const api = requests * prices.httpApiRequest.dollars;
  const all = [reads, time, invocations, api, reads + time + invocations + api];
  return [title, count(readsPerSecond), ...all.map(dollars)];
}

/** What is billed in a month without a single call. */
export async function idleTable(): Promise<string> {
  const tick = await measureTick();
  const metrics = await measureMetrics();
  const seconds = (ticksPerMonth * tickMs) / 1000;
  const polls = (monthSeconds / idlePolls.seconds) * idlePolls.atOnce;
  const logGib = (ticksPerMonth * tickLogBytes) / gibibyte;
  const rows: readonly IdleRow[] = [
    [
      "ticks of the maintenance",
      `${count(ticksPerMonth)} invocations`,
      ticksPerMonth * prices.schedulerInvocation.dollars,
    ],
    ["their function, requests", count(ticksPerMonth), ticksPerMonth * prices.lambdaRequest.dollars],
    [
      "their function, time",
      `${tickMs} ms assumed, ${tickGib} GiB`,
      seconds * tickGib * prices.lambdaGibSecond.dollars,
    ],
    tickRow(`their reads of ${tickTopics} topics`, tick.topics),
    tickRow("their reads of the list of consumer groups, which is empty", tick.list),
    [
      "their look into these topics when nothing came, every half hour",
      `${count(tick.looks.itemReads)} calls, ${count(tick.looks.readUnits)} units each`,
      looksPerMonth * tick.looks.dollars,
    ],
    [
      "Lambda's polls of the queue of jobs, which is empty",
      `${count(polls)} requests, ${idlePolls.atOnce} at once of ${idlePolls.seconds} s assumed`,
      polls * prices.sqsRequest.dollars,
    ],
    [
      "their log",
      `${tickLogBytes} bytes a tick assumed`,
      logGib * (prices.logGib.dollars + prices.logGibMonth.dollars),
    ],
    ["metrics that they send", count(metrics.maintenance), metrics.maintenance * prices.metricMonth.dollars],
    [`${alarms.count} alarms`, `${alarms.metrics} metrics`, alarms.metrics * prices.alarmMonth.dollars],
    ["dashboard", "1", prices.dashboardMonth.dollars],
    ["an empty table and bucket", "", 0],
  ];
  const total = rows.reduce((sum, [, , amount]) => sum + amount, 0);
  const shown = [...rows, ["together", "", total] as const];
  const cells = shown.map(([what, much, amount]) => [what, much, dollars(amount)]);
  const [what, much, more] = tickRow(`${tickGroups} consumer groups`, tick.groups);
  const sent = metrics.produce + metrics.fetch + metrics.admin;
  return [
    table(["a month without a call", "how much", "price"], cells),
    `With ${what}, all of them without members, the ticks read more: ${much}, ${dollars(more)} a month.`,
    `While functions are called they send metrics, too: produce ${metrics.produce}, fetch ${metrics.fetch}, admin ` +
      `${metrics.admin}. All of them in every hour of a month: ${dollars(sent * prices.metricMonth.dollars)}.`,
  ].join("\n\n");
}

function tickRow(title: string, { itemReads, readUnits, dollars: amount }: Spent): IdleRow {
  return [title, `${count(itemReads)} calls, ${count(readUnits)} units a tick`, ticksPerMonth * amount];
}

type IdleRow = readonly [what: string, howMuch: string, dollars: number];

/** Every price that the tables use. */
export function pricesTable(): string {
  const rows = Object.values(prices).map(({ dollars: one, per, source }) => [
    per,
    one < 0.001 ? `${listPrice(one * 1e6)} a million` : listPrice(one),
    source,
  ]);
  return `List prices of US East (N. Virginia), on demand, first tier, ${pricesAsOf}:\n\n${table(["one", "price", "source"], rows)}`;
}
