/**
 * What one call costs: each row runs the engine and reads its bill. A process is warm unless the title says otherwise: it
 * knows the topic and has seen the shard.
 */
import { append, fetchOnce, MeteredLog, type MeteredProcess, minus, type Spent } from "./metered-log.ts";

/** A row: what was called, and its bill. */
export type MeasuredCall = { readonly title: string; readonly spent: Spent };

const kib = 1024;
const mib = 1024 * 1024;
/** Rolls come every 8 commits: a whole number of them shows their share. */
const commitsMeasured = 64;

/** Every row of the table of calls. */
export async function measureCalls(): Promise<readonly MeasuredCall[]> {
  return [
    { title: "append 512 B", spent: await appendAlone(log => log.batchOfValuesOf(512)) },
    { title: "append 1 KiB", spent: await appendAlone(log => log.batchOfValuesOf(kib)) },
    { title: "append 64 KiB", spent: await appendAlone(log => log.batchOf(64 * kib)) },
    { title: "append 255 KiB to each of 16 partitions", spent: await appendWide() },
    { title: "the roll's share of each append, 1 partition", spent: await rollShare(1) },
    { title: "the roll's share of each append, 4 partitions in turn", spent: await rollShare(4) },
    { title: "more for the first append of a process", spent: await coldShare() },
    { title: "poll at the tail, nothing new", spent: await measurePoll() },
    { title: "fetch 1 MiB at the tail, written by this process", spent: await tail("own") },
    { title: "fetch 1 MiB at the tail, written by another", spent: await tail("other") },
    { title: "fetch 1 MiB of history, stored in 1 MiB batches", spent: await history(mib) },
    { title: "fetch 1 MiB of history, stored in 64 KiB batches", spent: await history(64 * kib) },
    { title: "fetch 1 MiB of history, stored in 1 KiB batches", spent: await history(kib) },
    { title: "latest offset of a partition", spent: await latestOffset() },
    { title: "create a topic of 4 partitions", spent: await createTopic(4) },
    { title: "create a topic of 64 partitions", spent: await createTopic(64) },
    { title: "delete a topic of 4 partitions", spent: await deleteTopic() },
    { title: "list 100 topics", spent: await listTopics(100) },
  ];
}

/** A log with the topic `t`, and a process that has appended to each of its shards. */
async function warmLog(partitions: number): Promise<{ log: MeteredLog; process: MeteredProcess }> {
  const log = new MeteredLog();
  const process = log.process();
  await process.engine.topics.create({ name: "t", partitions });
  for (let partition = 0; partition < partitions; partition += 8)
    await append(process, partition, log.batchOfValuesOf(1));
  process.spent();
  return { log, process };
}

async function appendAlone(batch: (log: MeteredLog) => Uint8Array): Promise<Spent> {
  const { log, process } = await warmLog(1);
  await append(process, 0, batch(log));
  return process.spent();
}

async function appendWide(): Promise<Spent> {
  const { log, process } = await warmLog(16);
  // With their frames these fill one segment of 4 MiB; 256 KiB each would make it two.
  const batches = log.batchOf(255 * kib);
  const requests = Array.from({ length: 16 }, (_, partition) => ({ topic: "t", partition, batches }));
  for (const answer of await process.engine.append(requests))
    if (answer.kind === "failed") throw answer.error;
  return process.spent();
}

async function rollShare(partitions: number): Promise<Spent> {
  const { log, process } = await warmLog(partitions);
  const batches = log.batchOfValuesOf(kib);
  for (let i = 0; i < commitsMeasured; i++) await append(process, i % partitions, batches);
  return minus(process.spent(commitsMeasured), await appendAlone(each => each.batchOfValuesOf(kib)));
}

async function coldShare(): Promise<Spent> {
  const { log } = await warmLog(1);
  const process = log.process();
  await append(process, 0, log.batchOfValuesOf(kib));
  return minus(process.spent(), await appendAlone(each => each.batchOfValuesOf(kib)));
}

/** A poll at the tail that finds nothing new. */
export async function measurePoll(): Promise<Spent> {
  const { process } = await warmLog(1);
  await fetchOnce(process, 1, mib);
  return process.spent();
}

async function tail(writer: "own" | "other"): Promise<Spent> {
  const { log, process } = await warmLog(1);
  const reader = writer === "own" ? process : log.process();
  await fetchOnce(reader, 1, mib);
  await append(process, 0, log.batchOf(mib));
  reader.spent();
  await fetchOnce(reader, 1, mib);
  return reader.spent();
}

async function history(batchBytes: number): Promise<Spent> {
  const { log, process } = await warmLog(1);
  const batch = batchBytes > kib ? log.batchOf(batchBytes) : log.batchOfValuesOf(batchBytes);
  const batchesRead = Math.floor(mib / batch.length);
  for (let i = 0; i < batchesRead + 16; i++) await append(process, 0, batch);
  const reader = log.process();
  await reader.engine.topics.describe("t");
  reader.spent();
  // A fetch of very small batches brings fewer bytes than it may: one plan has its bounds.
  for (let read = 0; read < batchesRead; ) {
    const bytes = await fetchOnce(reader, 2 + read, (batchesRead - read) * batch.length);
    if (bytes === 0) throw new Error(`the history ended after ${read} of ${batchesRead} batches`);
    read += bytes / batch.length;
  }
  return reader.spent();
}

async function latestOffset(): Promise<Spent> {
  const { process } = await warmLog(1);
  await process.engine.listOffsets([{ topic: "t", partition: 0, spec: { kind: "latest" } }]);
  return process.spent();
}

async function createTopic(partitions: number): Promise<Spent> {
  const process = new MeteredLog().process();
  await process.engine.topics.create({ name: "t", partitions });
  return process.spent();
}

async function deleteTopic(): Promise<Spent> {
  const { process } = await warmLog(4);
  await process.engine.topics.delete("t");
  return process.spent();
}

async function listTopics(count: number): Promise<Spent> {
  const process = new MeteredLog().process();
  for (let i = 0; i < count; i++) await process.engine.topics.create({ name: `t${i}`, partitions: 4 });
  process.spent();
  await process.engine.topics.list();
  return process.spent();
}
