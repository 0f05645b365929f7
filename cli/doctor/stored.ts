/**
 * Is everything that is stored what was written? Read through the server that is there, or from a data directory that was named.
 */
import { withDataDirectory } from "../../lib/app/index.ts";
import type { Fault, FsckReport } from "../../lib/engine/index.ts";
import { messageOf } from "../../lib/std/index.ts";
import { Client } from "../client.ts";
import { count, size } from "../rates.ts";
import { UpkeepEndpoints } from "../upkeep-endpoints.ts";
import { type Finding, note, ok, problem } from "./findings.ts";

/** S3 Standard in us-east-1, a GiB and month, June 2026. */
const dollarsPerGib = 0.023;
/** More of them say nothing that the first do not. */
const faultsShown = 50;

type Asked = { readonly url: URL; readonly dataDir: string | undefined; readonly isServed: boolean };

/** What an fsck has found; a server that is running is asked, else the directory is opened. */
export async function checkStored({ url, dataDir, isServed }: Asked): Promise<readonly Finding[]> {
  if (dataDir === undefined && !isServed)
    return [
      problem("records", "nothing to look at", "start the server, or name its directory with --data-dir"),
    ];
  try {
    const report = isServed
      ? await new UpkeepEndpoints({ client: new Client({ url }) }).check()
      : await withDataDirectory(dataDir ?? "", engine => engine.fsck());
    return findingsOf(report);
  } catch (error) {
    return [problem("records", `could not be looked at: ${messageOf(error)}`)];
  }
}

function findingsOf({ topics, partitions, chunks, bytes, faults, orphans }: FsckReport): readonly Finding[] {
  const looked = `${count(topics, "topic")}, ${count(partitions, "partition")}, ${count(chunks, "chunk")} of ${size(bytes)} read`;
  const rubbish = orphans.objects + orphans.segmentItems;
  const dollars = ((orphans.bytes / 2 ** 30) * dollarsPerGib).toFixed(2);
  const left = `${count(rubbish, "segment")} of ${size(orphans.bytes)} that nothing refers to ($${dollars} a month on S3)`;
  return [
    faults.length === 0 ? ok("records", looked) : note("records", looked),
    ...faults.slice(0, faultsShown).map(fault => problem("records", describe(fault))),
    ...(faults.length > faultsShown ? [note("records", `and ${faults.length - faultsShown} more`)] : []),
    ...(rubbish > 0 ? [note("storage", left, "the sweep removes them in time")] : []),
  ];
}

function describe({ topic, partition, from, to, what }: Fault): string {
  const place = partition === undefined ? topic : `${topic}-${partition}`;
  return from === undefined || to === undefined
    ? `${place}: ${what}`
    : `${place}: offsets ${from} to ${to - 1}: ${what}`;
}
