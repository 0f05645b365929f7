/**
 * `cumulog mend`: makes a table that was restored from a backup fit to be used (docs/BACKUP.md). It works on the table
 * itself, with the credentials of whoever types it: no server takes part.
 */
import type { Command } from "commander";
import { type LogOnAws, mendTable } from "../../lib/app/index.ts";
import type { MendReport } from "../../lib/engine/index.ts";
import { columns } from "../columns.ts";
import { FoundProblems } from "../errors.ts";
import { print, printJson } from "../output.ts";

type MendCommand = {
  readonly table: string;
  readonly bucket: string;
  readonly region?: string;
  readonly apply?: true;
  readonly json?: true;
};

const notes = `
Run it on the restored table, before anything else works on that. Without --apply it only looks.
Needs dynamodb:GetItem, Query, UpdateItem and DeleteItem on the table and s3:GetObject and ListBucket on the bucket.
AWS_ENDPOINT_URL_DYNAMODB and AWS_ENDPOINT_URL_S3 point at an emulator.
Exit code 0: nothing is wrong, or all of it is mended. 1: something is left, and the lines say what.`;

/** Options, help and action of the command. */
export function defineMend(command: Command): void {
  command
    .requiredOption("--table <name>", "the restored table")
    .requiredOption("--bucket <name>", "the bucket of the log: the one it had before")
    .option("--region <name>", "their region (default: as the AWS SDK finds it)")
    .option("--apply", "take out what tells of a future that was not restored")
    .option("--json", "print what was found as JSON")
    .addHelpText("after", notes)
    .action((options: MendCommand) => run(options));
}

async function run({ table, bucket, region, apply, json }: MendCommand): Promise<void> {
  const isApplied = apply === true;
  const log = { table, bucket, ...(region !== undefined && { region }), ...endpoints(process.env) };
  const report = await mendTable(log, { isApplied });
  if (json) await printJson({ applied: isApplied, ...report });
  else await print(forPeople(report, isApplied));
  if (!isSound(report, isApplied)) throw new FoundProblems("the table is not sound");
}

function endpoints(environment: NodeJS.ProcessEnv): Pick<LogOnAws, "dynamoDbEndpoint" | "s3Endpoint"> {
  const dynamoDbEndpoint = environment["AWS_ENDPOINT_URL_DYNAMODB"];
  const s3Endpoint = environment["AWS_ENDPOINT_URL_S3"];
  return { ...(dynamoDbEndpoint && { dynamoDbEndpoint }), ...(s3Endpoint && { s3Endpoint }) };
}

function isSound({ partitions, withoutSequencer }: MendReport, isApplied: boolean): boolean {
  const isLeft = partitions.some(
    ({ future, gaps, missing }) => gaps.length + missing.length + (isApplied ? 0 : future.length) > 0,
  );
  return !isLeft && withoutSequencer.length === 0;
}

function forPeople({ topics, partitions, withoutSequencer }: MendReport, isApplied: boolean): string {
  const rows = partitions.flatMap(({ topic, partition, future, gaps, missing }) => {
    const name = `${topic}-${partition}`;
    const pages = `${future.length} pages of a future that was not restored`;
    return [
      ...(future.length === 0
        ? []
        : [
            [
              isApplied ? "mended" : "problem",
              name,
              isApplied ? `${pages}: taken out` : `${pages} -> run it with --apply`,
            ],
          ]),
      ...gaps.map(({ from, to }) => [
        "lost",
        name,
        `offsets ${from} to ${to - 1}: no page tells where they are`,
      ]),
      ...missing.map(id => ["lost", name, `segment ${id}: its bytes are gone`]),
    ];
  });
  const lost = withoutSequencer.map(topic => ["lost", topic, "its sequencer is gone, wholly or in part"]);
  const all = [...rows, ...lost];
  const advice = all.some(([state]) => state === "lost")
    ? "What is lost may be there a moment earlier or later: restore to another second.\n"
    : "";
  return `${columns([["ok", "topics", `${topics} looked at`], ...all])}${advice}`;
}
