/**
 * The endpoints of the server that are about consumer groups, in the command line's own words.
 */
import type { Cluster } from "./cluster.ts";
import { type GroupPoll, type Polled, polledIn, pollOf, pollSilenceMs } from "./consume/group/poll.ts";
import { ServerRefused } from "./errors.ts";
import { listIn, numberIn, numberOrNullIn, textIn, textOrNullIn } from "./shape.ts";

/** The server's numbers (lib/rest/errors.ts). */
const unknownGroupCode = 40405;
const unknownResourceCode = 40404;

export type GroupSummary = {
  readonly name: string;
  readonly state: string;
  /** CLASSIC or CONSUMER: Kafka's protocol that its members speak. */
  readonly type: string;
  /** Empty where nobody assigns. */
  readonly assignor: string;
};
export type Place = { readonly topic: string; readonly partition: number };
export type MemberSummary = {
  readonly id: string;
  readonly instanceId: string | null;
  readonly clientId: string;
};
export type GroupLag = Place & {
  /** The next offset to read. */
  readonly committed: number;
  readonly end: number;
  readonly lag: number;
  /** Empty: nobody reads it at present. */
  readonly member: string;
};
/** Where a group is to go on in some partitions of a topic, or in all. */
export type OffsetTarget = {
  readonly topic: string;
  readonly partitions?: readonly number[];
  readonly to:
    | "earliest"
    | "latest"
    | { readonly offset: number }
    /** Ms since 1970. */
    | { readonly timestamp: number };
};
export type MovedOffset = Place & {
  /** Null: nothing was committed. */
  readonly committed: number | null;
  readonly offset: number;
  /** Why it was not done. */
  readonly problem: string | null;
};

export class GroupEndpoints {
  readonly #cluster: Cluster;

  constructor(deps: { readonly cluster: Cluster }) {
    this.#cluster = deps.cluster;
  }

  async list(): Promise<readonly GroupSummary[]> {
    return listIn(await this.#cluster.get(groupsPath), "data").map(summaryIn);
  }

  async describe(group: string): Promise<GroupSummary> {
    return summaryIn(await this.#cluster.get(groupPath(group)));
  }

  /** Undefined when there is no group of that name. */
  find(group: string): Promise<GroupSummary | undefined> {
    return unless(unknownGroupCode, this.describe(group));
  }

  async members(group: string): Promise<readonly MemberSummary[]> {
    return listIn(await this.#cluster.get(`${groupPath(group)}/consumers`), "data").map(member => ({
      id: textIn(member, "consumer_id"),
      instanceId: textOrNullIn(member, "instance_id"),
      clientId: textIn(member, "client_id"),
    }));
  }

  /** What a member reads. Undefined when it has left meanwhile. */
  async assignment(group: string, member: string): Promise<readonly Place[] | undefined> {
    const path = `${groupPath(group)}/consumers/${encodeURIComponent(member)}/assignments`;
    const assignments = await unless(unknownResourceCode, this.#cluster.get(path));
    return assignments === undefined ? undefined : listIn(assignments, "data").map(placeIn);
  }

  /** Of the partitions that the group has committed an offset of. */
  async lags(group: string): Promise<readonly GroupLag[]> {
    return listIn(await this.#cluster.get(`${groupPath(group)}/lags`), "data").map(lag => ({
      ...placeIn(lag),
      committed: numberIn(lag, "current_offset"),
      end: numberIn(lag, "log_end_offset"),
      lag: numberIn(lag, "lag"),
      member: textIn(lag, "consumer_id"),
    }));
  }

  /** Moves committed offsets of a group without members, or says what that would do. */
  async moveOffsets(
    group: string,
    targets: readonly OffsetTarget[],
    { isDryRun }: { readonly isDryRun: boolean },
  ): Promise<readonly MovedOffset[]> {
    const data = targets.map(({ topic, partitions, to }) => ({
      topic_name: topic,
      ...(partitions && { partition_ids: partitions }),
      to,
    }));
    const body = { data, validate_only: isDryRun };
    const moved = await this.#cluster.send("PATCH", `${groupPath(group)}/offsets`, body);
    return listIn(moved, "data").map(each => ({
      ...placeIn(each),
      committed: numberOrNullIn(each, "previous_offset"),
      offset: numberIn(each, "offset"),
      problem: textOrNullIn(each, "message"),
    }));
  }

  async delete(group: string): Promise<void> {
    await this.#cluster.delete(groupPath(group));
  }

  /** One call of a member of the group: it commits, joins or stays, and reads. Sent once. */
  async poll(group: string, asked: GroupPoll, signal?: AbortSignal): Promise<Polled> {
    const options = { silenceMsMax: pollSilenceMs(asked), ...(signal && { signal }) };
    return polledIn(
      await this.#cluster.send("POST", `${groupPath(group)}/poll`, pollOf(asked), options),
      asked.topic,
    );
  }
}

/** Below the cluster. */
const groupsPath = "/consumer-groups";

function groupPath(group: string): string {
  return `${groupsPath}/${encodeURIComponent(group)}`;
}

/** Undefined for a refusal of that number: not for any 404, which something else than our server may answer with. */
function unless<T>(code: number, answer: Promise<T>): Promise<T | undefined> {
  return answer.catch((error: unknown) => {
    if (error instanceof ServerRefused && error.code === code) return undefined;
    throw error;
  });
}

function summaryIn(group: unknown): GroupSummary {
  return {
    name: textIn(group, "consumer_group_id"),
    state: textIn(group, "state"),
    type: textIn(group, "type"),
    assignor: textIn(group, "partition_assignor"),
  };
}

function placeIn(value: unknown): Place {
  return { topic: textIn(value, "topic_name"), partition: numberIn(value, "partition_id") };
}
