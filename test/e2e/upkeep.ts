/**
 * A log that is looked after, over the deployed path: by way of the queue and the workers many small records become few objects,
 * those become fewer, what nothing refers to any more is swept, and every batch reads back as it was sent.
 */
import assert from "node:assert/strict";
import type { UpkeepReport } from "../../lib/app/aws/index.ts";
import { compactedPrefix, segmentPrefix } from "../../lib/format/index.ts";
import type { Call } from "./caller.ts";
import type { Phases } from "./phases.ts";
import { SmallRecords } from "./small-records.ts";
import { SmokeLog } from "./smoke/index.ts";
import type { Stored } from "./stored.ts";

/** As many objects as one merge takes. */
const rounds = 8;
/** Two commits each, and every eighth commit makes pages of what came: all of it is ready to be compacted. */
const batchesPerRound = 8;

/** How a deployment is reached and looked into. */
export type UpkeepPlan = {
  readonly call: Call;
  /** A name that no topic has. */
  readonly topic: string;
  readonly stored: Stored;
  /** From now on nothing of the upkeep waits for an hour or a day. */
  readonly hasten: () => Promise<void>;
  /** Runs the maintenance once, now. */
  readonly tick: () => Promise<UpkeepReport>;
  /** Waits until the workers have done what it sent. */
  readonly jobsDone: () => Promise<void>;
};

/** Runs its phases. Throws at the first one that fails. */
export async function runUpkeep(phases: Phases, plan: UpkeepPlan): Promise<void> {
  const { stored, tick } = plan;
  const records = new SmallRecords(new SmokeLog({ ...plan, bodyBytesMax: 0 }), plan.topic);
  const before = new Set(await stored.keys(segmentPrefix));
  const small = new Set<string>();
  const reports: UpkeepReport[] = [];
  await plan.hasten();
  await records.makeTopic();
  await phases.run(`takes small batches and looks after them, ${rounds} times in turn`, async () => {
    for (let round = 0; round < rounds; round++) {
      await records.append(batchesPerRound);
      for (const key of await stored.keys(segmentPrefix)) if (!before.has(key)) small.add(key);
      reports.push(await tick());
      await plan.jobsDone();
    }
    assert.equal(small.size, records.batches, "each batch of one partition is an object");
  });
  await phases.run("has given all of it to workers, and what they left is swept", async () => {
    reports.push(await tick());
    await plan.jobsDone();
    const [left, large] = [await stored.keys(segmentPrefix), await stored.keys(compactedPrefix)];
    process.stdout.write(
      `     ${small.size} small objects became ${large.length}; ${left.length} are left\n`,
    );
    const missing = countsOf(reports).filter(([, count]) => count === 0);
    assert.deepEqual(missing, [], JSON.stringify(reports));
    assert.ok(
      reports.every(({ shards }) => shards?.objects === 0),
      "the maintenance itself compacts nothing",
    );
    // One for each partition, and those of the last round where it was not merged yet.
    assert.ok(large.length <= 2 * records.partitions, large.join("\n"));
    assert.deepEqual(left, [], "no object is left that was compacted");
  });
  await phases.run("finds nothing wrong with all that is stored", async () => {
    const { faults, chunks } = await stored.fsck();
    assert.deepEqual(faults, []);
    assert.notEqual(chunks, 0);
  });
  await phases.run("gives back every batch as it was sent", () => records.readBack());
}

/** What was done, all ticks together: none of it may be nothing. */
function countsOf(reports: readonly UpkeepReport[]): readonly (readonly [string, number])[] {
  const sum = (of: (report: UpkeepReport) => number | undefined): number =>
    reports.reduce((total, report) => total + (of(report) ?? 0), 0);
  return [
    ["shards for workers", sum(({ shards }) => shards?.sent)],
    ["swept segments", sum(({ sweep }) => sweep?.ingest.deleted)],
    ["swept objects", sum(({ sweep }) => sweep?.compacted.deleted)],
    ["swept items", sum(({ sweep }) => sweep?.items.deleted)],
  ];
}
