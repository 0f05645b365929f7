/**
 * Records written and read as fast as it goes: both clients, all servers in turn, a topic of its own each time. What is read
 * was just written, so it is at hand on both sides.
 */
import { execFileSync } from "node:child_process";
import { titleOf, type Workload } from "../workload.ts";
import type { Client, RdkafkaClient, Transfer } from "./clients.ts";
import type { Measured } from "./table.ts";

/** A server, or one with other settings of its topics. */
export type Subject = {
  readonly name: string;
  readonly address: string;
  readonly topicConfig: readonly string[];
  /** What the server has had of the processors. */
  readonly processorSeconds: () => number;
};

type Deps = {
  readonly clients: readonly Client[];
  readonly creator: RdkafkaClient;
  readonly subjects: readonly Subject[];
  readonly say: (line: string) => void;
};
type Options = {
  readonly seconds: number;
  readonly isQuick: boolean;
  readonly hasProduce: boolean;
  readonly hasConsume: boolean;
};

const mebibyte = 1024 * 1024;
const gigabyte = 1e9;
export const kafkaWorkloads: readonly Workload[] = [
  { valueBytes: 100, partitions: 1 },
  { valueBytes: 100, partitions: 16 },
  { valueBytes: 1024, partitions: 1 },
  { valueBytes: 1024, partitions: 16 },
];
/** What a fast server moves in a second, about. Small records cost the clients more. */
const mebibytesPerSecond = { small: 24, large: 64 };
const quickRecords = 25_000;

/** One round of these cases. */
export async function measureThroughput(
  deps: Deps,
  options: Options,
  workloads: readonly Workload[],
  round: number,
): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (const workload of workloads)
    for (const client of deps.clients) {
      deps.say(`kafka: ${client.name}, ${titleOf(workload)}, round ${round}`);
      for (const subject of deps.subjects) {
        const topic = `t-${round}-${client.name}-${workload.valueBytes}-${workload.partitions}-${subject.name.replace(/\W+/g, "")}`;
        const transfer = {
          ...workload,
          topic,
          server: subject.address,
          records: recordsOf(workload, options),
        };
        measured.push(...(await move(deps, options, client, subject, transfer)));
      }
    }
  return measured;
}

async function move(
  { creator }: Deps,
  options: Options,
  client: Client,
  subject: Subject,
  transfer: Transfer,
): Promise<Measured[]> {
  await creator.create(transfer.server, transfer.topic, transfer.partitions, subject.topicConfig);
  // What one server left to be written some time must not be paid for by the next.
  execFileSync("sync");
  const written = await timed(subject, "produce", client, transfer);
  const measured = options.hasProduce ? [...written] : [];
  if (options.hasConsume) measured.push(...(await timed(subject, "consume", client, transfer)));
  return measured;
}

/** How fast it went, and what of the processors it cost the server: that no neighbour falsifies. */
async function timed(
  { name: column, processorSeconds }: Subject,
  verb: "produce" | "consume",
  client: Client,
  transfer: Transfer,
): Promise<readonly Measured[]> {
  const row = `${verb}, ${client.name}, ${titleOf(transfer)}`;
  const before = processorSeconds();
  const { recordsPerSecond } = await client[verb](transfer);
  const seconds = processorSeconds() - before;
  const bytes = transfer.records * transfer.valueBytes;
  return [
    { row, column, unit: "MiB/s", value: (recordsPerSecond * transfer.valueBytes) / mebibyte },
    { row: `${row}: processor`, column, unit: "s/GB", value: seconds / (bytes / gigabyte) },
  ];
}

function recordsOf({ valueBytes }: Workload, { seconds, isQuick }: Options): number {
  if (isQuick) return quickRecords;
  const rate = valueBytes < 1024 ? mebibytesPerSecond.small : mebibytesPerSecond.large;
  return Math.ceil((seconds * rate * mebibyte) / valueBytes);
}
