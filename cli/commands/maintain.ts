/**
 * `cumulog maintain`: one round of what a server does for its log by itself. Through the server, or on a data directory that no
 * server has open.
 */
import type { Command } from "commander";
import { withDataDirectory } from "../../lib/app/index.ts";
import type { BudgetLimits, MaintenanceReport, PartitionSurvey } from "../../lib/engine/index.ts";
import { Client } from "../client.ts";
import { columns } from "../columns.ts";
import { FoundProblems } from "../errors.ts";
import { print, printJson } from "../output.ts";
import type { GlobalOptions } from "../program.ts";
import { count, grouped, size } from "../rates.ts";
import { UpkeepEndpoints } from "../upkeep-endpoints.ts";

type MaintainOptions = GlobalOptions & {
  readonly dataDir?: string;
  readonly once?: true;
  readonly dryRun?: true;
  readonly json?: true;
};

/** Nobody else has the directory open: as much as there is to do. */
const limits: BudgetLimits = {
  bytesMax: Number.MAX_SAFE_INTEGER,
  callsMax: Number.MAX_SAFE_INTEGER,
  timeMsMax: Number.MAX_SAFE_INTEGER,
  callMsMax: 60_000,
};
/** List price of a GET of S3 Standard in us-east-1, June 2026. */
const dollarsPerRead = 0.4e-6;

const notes = `
Without --data-dir it acts through the server that --url or CUMULOG_URL names, which does the same by itself from time to time.
Exit code 0: all was done. 1: something failed, and the lines say what; another round tries again.`;

/** Options, help and action of the command. */
export function defineMaintain(command: Command): void {
  command
    .option("--once", "one round, then end (what happens also without it)")
    .option("--dry-run", "change nothing: say what there is to do, and what it would save")
    .option("--data-dir <folder>", "act on this directory, which no server may have open")
    .option("--json", "print what was done as JSON")
    .addHelpText("after", notes)
    .action((_options, self) => run(self.optsWithGlobals()));
}

async function run(options: MaintainOptions): Promise<void> {
  if (options.dryRun) {
    const partitions = await survey(options);
    await (options.json ? printJson({ dryRun: true, partitions }) : print(surveyed(partitions)));
    return;
  }
  const report = await maintain(options);
  await (options.json ? printJson({ dryRun: false, ...report }) : print(done(report)));
  const { failures } = report.round;
  if (failures.length > 0)
    throw new FoundProblems(`${count(failures.length, "shard")} could not be looked after`);
  if (report.refused !== undefined) throw new FoundProblems("nothing was swept");
}

function maintain({ dataDir, url }: MaintainOptions): Promise<MaintenanceReport> {
  return dataDir === undefined
    ? new UpkeepEndpoints({ client: new Client({ url }) }).maintain()
    : withDataDirectory(dataDir, engine => engine.upkeep.maintain({ limits }));
}

function survey({ dataDir, url }: MaintainOptions): Promise<readonly PartitionSurvey[]> {
  return dataDir === undefined
    ? new UpkeepEndpoints({ client: new Client({ url }) }).survey()
    : withDataDirectory(dataDir, engine => engine.upkeep.survey(limits));
}

function done({ round, purge, sweep, refused }: MaintenanceReport): string {
  const { topics, shards, objects, compactedBytes, merges, lost, expired, failures } = round;
  const rows = [
    ["looked at", `${count(topics, "topic")}, ${count(shards, "shard")}`],
    ["compacted", `${size(compactedBytes)} into ${count(objects, "object")}`],
    ["merged", count(merges, "time")],
    ["expired", count(expired, "record")],
    ["purged", `${count(purge.purged, "deleted topic")}, ${grouped(purge.waiting)} more in time`],
    ...(sweep ? [["swept", swept(sweep)]] : []),
    ...(refused === undefined ? [] : [["not swept", refused]]),
    ...(lost > 0 ? [["lost", `${count(lost, "chunk")} could not be read: see the server's log`]] : []),
    ...failures.map(({ topic, shard, error }) => ["failed", `shard ${shard} of ${topic}: ${error}`]),
  ];
  return columns(rows);
}

function swept({ ingest, compacted, items }: NonNullable<MaintenanceReport["sweep"]>): string {
  const all = [ingest, compacted, items];
  const deleted = all.reduce((sum, found) => sum + found.deleted, 0);
  const bytes = all.reduce((sum, found) => sum + found.deletedBytes, 0);
  return `${count(deleted, "segment")} of ${size(bytes)} that nothing referred to`;
}

function surveyed(partitions: readonly PartitionSurvey[]): string {
  const rows = partitions
    .filter(({ waitingChunks, objects }) => waitingChunks + objects > 0)
    .map(each => [
      `${each.topic}-${each.partition}`,
      grouped(each.waitingChunks),
      size(each.waitingBytes),
      grouped(each.objects),
      size(each.objectBytes),
      grouped(each.readsNow),
      grouped(each.readsThen),
    ]);
  const saved = partitions.reduce((sum, each) => sum + each.readsNow - each.readsThen, 0);
  const header = ["PARTITION", "WAITING", "BYTES", "OBJECTS", "BYTES", "READS NOW", "READS THEN"];
  const dollars = (saved * dollarsPerRead).toPrecision(2);
  return `${columns([header, ...rows])}${count(saved, "read")} less for each reader of everything: $${dollars} at S3's list price\n`;
}
