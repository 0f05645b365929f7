/**
 * What it costs to wait: a fetch that is answered only when its time is over looks at the sequencer of each shard it waits
 * on. The clock is moved, so that a minute takes no time and has no chance in it.
 */
import { longPollSeconds } from "./assumptions.ts";
import { append, MeteredLog, type MeteredProcess } from "./metered-log.ts";

/** Looks of one process at one shard, while somebody waits. */
export type Wait = {
  readonly title: string;
  readonly readsPerSecond: number;
  readonly unitsPerSecond: number;
};

const stepMs = 25;

/** One waiting poll, at its cheapest and at its dearest. */
export async function measureWaits(): Promise<readonly Wait[]> {
  return [
    await wait("nothing is written to the shard", async () => undefined),
    await wait("other partitions of the shard are written to all the time", async (log, writer) =>
      append(writer, 1, log.batchOfValuesOf(1)),
    ),
  ];
}

async function wait(
  title: string,
  meanwhile: (log: MeteredLog, writer: MeteredProcess) => Promise<void>,
): Promise<Wait> {
  const log = new MeteredLog();
  const writer = log.process();
  await writer.engine.topics.create({ name: "t", partitions: 2 });
  await append(writer, 0, log.batchOfValuesOf(1));
  const reader = log.process();
  await reader.engine.topics.describe("t");
  reader.spent();
  const waitMsMax = longPollSeconds * 1000;
  const fetching = reader.engine.fetch([{ topic: "t", partition: 0, offset: 1, bytesMax: 1024 }], {
    waitMsMax,
    bytesMin: 1,
    bytesMax: 1024,
  });
  await log.clock.advance(0);
  for (let passedMs = 0; passedMs < waitMsMax; passedMs += stepMs) {
    await meanwhile(log, writer);
    await log.clock.advance(stepMs);
  }
  await fetching;
  const { itemReads, readUnits } = reader.spent();
  return { title, readsPerSecond: itemReads / longPollSeconds, unitsPerSecond: readUnits / longPollSeconds };
}
