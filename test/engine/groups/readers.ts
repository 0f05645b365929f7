/** Readers of groups that come by single calls, each to another process. */
import type {
  Engine,
  GroupPoll,
  GroupPolled,
  PartitionRecords,
  ReadOptions,
  Take,
} from "../../../lib/engine/index.ts";
import { leavingEpoch } from "../../../lib/engine/index.ts";
import { textOf } from "../../../lib/std/index.ts";
import { recordsOf } from "../../support/log.ts";

/** What an instance is made with unless a test says otherwise. */
export const settings = {
  format: "binary",
  reset: "earliest",
  commitsItself: false,
  bytesMin: 1,
  waitMs: 0,
} as const;

/** How a test reads unless it says otherwise: without waiting. */
export function reading(over: Partial<ReadOptions> = {}): ReadOptions {
  return { waitMs: 0, bytesMin: 1, bytesMax: 1024 * 1024, signal: new AbortController().signal, ...over };
}

/** Takes all, as `partition:value`. */
export const values: Take<readonly string[]> = async records => {
  const all = await Promise.all(records.map(valuesOf));
  return {
    value: all.flat().toSorted(),
    next: records.map(({ topic, partition, answer }) => ({ topic, partition, offset: answer.nextOffset })),
  };
};

async function valuesOf({ partition, offset, answer }: PartitionRecords): Promise<readonly string[]> {
  const records = await recordsOf(answer);
  return records
    .filter(record => record.offset >= offset)
    .map(({ value }) => `${partition}:${textOf(value ?? new Uint8Array())}`);
}

/** Polls an instance, taking all. */
export function polled(
  engine: Engine,
  name: string,
  over: Partial<ReadOptions> = {},
): Promise<readonly string[]> {
  return engine.instances.poll({ group: "g", name }, () => reading(over), values);
}

/** A reader that keeps what it was answered, and commits what it has read with its next call. */
export class Reader {
  memberId = "";
  epoch = 0;
  done: GroupPoll["commits"] = [];
  answer: GroupPolled<readonly string[]> | undefined;

  async poll(
    engine: Engine,
    over: Partial<GroupPoll> = {},
    options: Partial<ReadOptions> = {},
  ): Promise<readonly string[]> {
    const { memberId, epoch, done } = this;
    const member = { group: "g", memberId, epoch, clientId: "c", host: "", names: ["t"] };
    const asked: GroupPoll = {
      member,
      commits: done,
      positions: [],
      reset: "earliest",
      verb: "read",
      ...over,
    };
    const answer = await engine.groupPolls.poll(asked, reading(options), values);
    this.answer = answer;
    this.memberId = answer.memberId;
    this.epoch = answer.epoch;
    const next = answer.taken?.next ?? [];
    this.done = next.map(({ topic, ...partition }) => ({ topic, partitions: [partition] }));
    return answer.taken?.value ?? [];
  }

  get partitions(): readonly number[] {
    return this.answer?.assignment.flatMap(({ partitions }) => partitions) ?? [];
  }
}

/** What is committed of `t`, by partition. */
export async function committedOf(engine: Engine, partitions: readonly number[]) {
  const [answer] = await engine.groups.offsets.fetch("g", [{ topic: "t", partitions }], { stamps: false });
  if (answer?.kind !== "offsets") throw answer?.error ?? new Error("no answer");
  return answer.partitions.map(({ committed }) => committed?.offset);
}

/** Takes the only member out of the group, as its group does with one that is silent. */
export async function expire(engine: Engine): Promise<void> {
  const { members } = await engine.groups.describeConsumers("g");
  for (const { memberId } of members)
    await engine.groups.consumerHeartbeat({
      group: "g",
      memberId,
      epoch: leavingEpoch,
      clientId: "",
      host: "",
    });
}
