/**
 * Reading a backlog from its beginning, before compaction and after it: what it takes, and what the calls would cost on AWS. A
 * reader that has seen nothing yet, 1 MiB a fetch, one partition after another; the files are in the system's cache.
 */
import { dollarsOf } from "../../lib/adapters/metering/index.ts";
import type { Engine } from "../../lib/engine/index.ts";
import type { Benchmark, BenchSettings } from "../benchmark.ts";
import { figure, type Report, type Row } from "../report.ts";
import { atOnce, type Backlog, makeBacklog, noLimits, type Timed, timed } from "./backlog.ts";

const mebibyte = 1024 * 1024;
const gibibyte = 1024 * mebibyte;
const backlogBytes = 512 * mebibyte;
const fetchBytesMax = mebibyte;
const partitions = 8;
const chunksKib = [4, 64, 512] as const;

export const catchUp: Benchmark = { name: "catch-up", run };

type Reading = Timed & {
  readonly bytes: number;
  readonly objectGets: number;
  readonly itemReads: number;
  readonly readUnits: number;
  readonly dollars: number;
};

async function run(settings: BenchSettings): Promise<Report> {
  const bytes = settings.isQuick ? 4 * mebibyte : backlogBytes;
  const rows: Row[] = [];
  for (const kib of chunksKib) {
    settings.say(`catch-up: chunks of ${kib} KiB`);
    const shape = { bytes: Math.min(bytes, kib * 8 * mebibyte), chunkBytes: kib * 1024, partitions };
    const backlog = await makeBacklog(settings, `catch-up-${kib}`, shape);
    const came = `came in chunks of ${kib} KiB`;
    rows.push(rowOf(`${came}, as it came`, await readings(settings, backlog)));
    await backlog.engine({ compaction: atOnce }).upkeep.round({ limits: noLimits });
    rows.push(rowOf(`${came}, compacted`, await readings(settings, backlog)));
    await backlog.close();
  }
  return {
    benchmark: "catch-up",
    note: `A backlog of ${bytes / mebibyte} MiB (less of small chunks) in ${partitions} partitions, read from its beginning by one reader, 1 MiB a fetch; calls and dollars for a GiB.`,
    rows,
    goals: [],
  };
}

async function readings(settings: BenchSettings, backlog: Backlog): Promise<readonly Reading[]> {
  const rounds: Reading[] = [];
  // The first round warms up and is not counted.
  for (let round = 0; round <= settings.rounds; round++) {
    const measured = await readOnce(backlog);
    if (round > 0) rounds.push(measured);
  }
  return rounds;
}

async function readOnce({ engine, items, objects, bytes }: Backlog): Promise<Reading> {
  const reader = engine();
  let read = 0;
  const took = await timed(async () => {
    for (let partition = 0; partition < partitions; partition++) read += await readAll(reader, partition);
  });
  if (read !== bytes) throw new Error(`${read} of ${bytes} bytes were read`);
  const [counts, calls] = [items.counts(), objects.counts()];
  return {
    ...took,
    bytes,
    objectGets: calls.gets,
    itemReads: counts.gets + counts.queries + counts.batchGets,
    readUnits: counts.readUnits,
    dollars: dollarsOf(counts, calls),
  };
}

async function readAll(reader: Engine, partition: number): Promise<number> {
  let bytes = 0;
  for (let offset = 0; ; ) {
    const asked = [{ topic: "t", partition, offset, bytesMax: fetchBytesMax }];
    const [answer] = await reader.fetch(asked, { waitMsMax: 0, bytesMin: 1, bytesMax: fetchBytesMax });
    if (answer?.kind !== "records") throw answer?.error ?? new Error("no answer");
    bytes += answer.batches.reduce((sum, batch) => sum + batch.length, 0);
    offset = answer.nextOffset;
    if (offset === answer.highWatermark) return bytes;
  }
}

function rowOf(title: string, rounds: readonly Reading[]): Row {
  const perGib = (of: (reading: Reading) => number): readonly number[] =>
    rounds.map(reading => (of(reading) * gibibyte) / reading.bytes);
  return {
    title,
    figures: [
      figure(
        "read",
        "MiB/s",
        rounds.map(({ bytes, seconds }) => bytes / mebibyte / seconds),
      ),
      figure(
        "a core reads",
        "MiB/s",
        rounds.map(({ bytes, processorSeconds }) => bytes / mebibyte / processorSeconds),
      ),
      figure(
        "GETs",
        "count",
        perGib(({ objectGets }) => objectGets),
      ),
      figure(
        "item reads",
        "count",
        perGib(({ itemReads }) => itemReads),
      ),
      figure(
        "read units",
        "count",
        perGib(({ readUnits }) => readUnits),
      ),
      figure(
        "calls cost",
        "$/GiB",
        perGib(({ dollars }) => dollars),
      ),
    ],
  };
}
