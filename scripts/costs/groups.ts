/**
 * What consumer groups cost: readers that ask over HTTP, each served by a process of its own, as functions do it. Every row
 * runs the engine and reads its bill.
 */
import type { MeasuredCall } from "./calls.ts";
import { append, MeteredLog, type MeteredProcess, plus, type Spent } from "./metered-log.ts";

const membersMax = 3;
const partitions = 6;
/** How often a member asks, ms: as often as it is expected to. */
const pauseMs = 5_000;
/** So many polls are ten minutes. */
const polls = 120;

/** How often a stable member asks in a month. */
export function pollsIn(seconds: number): number {
  return (seconds * 1000) / pauseMs;
}

/** Every row of the table of groups. The first is a poll of a stable member. */
export async function measureGroups(): Promise<readonly MeasuredCall[]> {
  const log = new MeteredLog();
  const readers = await aGroup(log, membersMax);
  const stable = await stablePoll(log, readers);
  const [first] = readers;
  const nothing = await spentBy(readers, () => poll(first));
  const commit = await spentBy(readers, () => poll(first, 0));
  await append(log.process(), first.share[0] ?? 0, log.batchOfValuesOf(1));
  const record = await spentBy(readers, () => poll(first));
  const rows: readonly [string, Spent][] = [
    [`poll of a member of ${membersMax} that finds nothing, every 5 s, mean of ten minutes`, stable],
    ["poll that finds nothing, right after another", nothing],
    ["the same, which commits its partitions", commit],
    ["the same, which brings a small record instead", record],
    [`a ${membersMax}. member joins, until each has its share`, await joinOfLast()],
    [`one of ${membersMax} members leaves, until the others have its share`, await leave(readers)],
  ];
  return rows.map(([title, spent]) => ({ title, spent }));
}

/** A caller: what it keeps between two calls, and the process that serves it. */
type Reader = {
  readonly process: MeteredProcess;
  memberId: string;
  epoch: number;
  /** What it has. */
  share: readonly number[];
};

type Readers = readonly [Reader, ...Reader[]];

async function aGroup(log: MeteredLog, count: number): Promise<Readers> {
  const make = (): Reader => ({ process: log.process(), memberId: "", epoch: 0, share: [] });
  const readers: Readers = [make(), ...Array.from({ length: count - 1 }, make)];
  await readers[0].process.engine.topics.create({ name: "t", partitions });
  await settle(readers);
  // It has read before: there is an offset for every partition.
  for (const reader of readers) await poll(reader, 0);
  for (const reader of readers) await poll(reader);
  return readers;
}

/** Lets everybody ask in turn until each has its share and nothing is left to do. */
async function settle(readers: readonly Reader[]): Promise<void> {
  const isDone = () => readers.every(({ share }) => share.length === partitions / readers.length);
  while (!isDone()) for (const reader of readers) await poll(reader);
  for (const reader of readers) await poll(reader);
}

async function stablePoll(log: MeteredLog, readers: readonly Reader[]): Promise<Spent> {
  for (const { process } of readers) process.spent();
  for (let done = 0; done < polls; done++) {
    await log.clock.advance(pauseMs);
    for (const reader of readers) await poll(reader);
  }
  return plus(...readers.map(({ process }) => process.spent(polls * readers.length)));
}

async function joinOfLast(): Promise<Spent> {
  const log = new MeteredLog();
  const before = await aGroup(log, membersMax - 1);
  const joins = { process: log.process(), memberId: "", epoch: 0, share: [] };
  return spentBy([...before, joins], () => settle([...before, joins]));
}

async function leave([leaves, ...others]: Readers): Promise<Spent> {
  return spentBy([leaves, ...others], async () => {
    await poll(leaves, undefined, "leave");
    await settle(others);
  });
}

async function spentBy(readers: readonly Reader[], work: () => Promise<unknown>): Promise<Spent> {
  for (const { process } of readers) process.spent();
  await work();
  return plus(...readers.map(({ process }) => process.spent()));
}

/** One call, without waiting; commits this offset of each partition that it has. */
async function poll(reader: Reader, offset?: number, verb: "read" | "leave" = "read"): Promise<void> {
  const { process, memberId, epoch, share } = reader;
  const member = { group: "g", memberId, epoch, clientId: "", host: "", names: ["t"] };
  const done = offset === undefined ? [] : share.map(partition => ({ partition, offset }));
  const polled = await process.engine.groupPolls.poll(
    {
      member,
      commits: done.length === 0 ? [] : [{ topic: "t", partitions: done }],
      positions: [],
      reset: "earliest",
      verb,
    },
    { waitMs: 0, bytesMin: 1, bytesMax: 2 ** 20, signal: new AbortController().signal },
    async () => ({ value: undefined, next: [] }),
  );
  reader.memberId = polled.memberId;
  reader.epoch = polled.epoch;
  reader.share = polled.assignment.flatMap(each => each.partitions);
}
