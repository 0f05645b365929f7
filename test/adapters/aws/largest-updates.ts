/** The largest conditional updates that the engine makes of one item, each with an item that it is applied to. */
import { limits, offset, partitionIndex, segmentId, segmentTime } from "../../../lib/format/index.ts";
import {
  commitUpdate,
  type Entry,
  fenceUpdate,
  newPartitions,
  newSequencer,
  removeEntriesUpdate,
  startUpdate,
} from "../../../lib/format/items/index.ts";
import type { Attributes, Clause, Condition, ItemValue, Update } from "../../../lib/ports/index.ts";

/** One of them. `before`: undefined for none. */
export type LargestUpdate = {
  readonly what: string;
  readonly before: Attributes | undefined;
  readonly update: Update;
  readonly condition: Condition;
};

const ids = Array.from({ length: limits.rollEntriesMax }, (_, i) =>
  segmentId(segmentTime(1_700_000_000_000 + i), new Uint8Array(6).fill(i)),
);
const id = segmentId(segmentTime(1_800_000_000_000), new Uint8Array(6));
/** The widest shard, where names are longest. */
const partitions = Array.from({ length: limits.shardPartitionsMax }, (_, i) =>
  partitionIndex(limits.topicPartitionsMax - 1 - i),
);
const next = offset(limits.offsetMax - 1_000_000);
const entry: Entry = {
  tier: "object",
  chunks: partitions.map(partition => ({
    partition,
    position: 0,
    length: 1,
    count: 1,
    maxTimestampMs: 0,
    flags: 0,
    runs: [],
  })),
};

/** THE list. A new kind of update belongs here. */
export const largestUpdates: readonly LargestUpdate[] = [
  { what: "a commit to every partition of the widest shard", before: full(), ...commitUpdate(id, entry) },
  {
    what: "one that expects the offset of each",
    before: full(),
    ...commitUpdate(id, entry, new Map(partitions.map(partition => [partition, next]))),
  },
  { what: "a roll of as many entries as may be", before: full(), ...removeEntriesUpdate(ids) },
  { what: "a fence", before: full(), ...fenceUpdate(id) },
  {
    what: "a new log start",
    before: full(),
    ...startUpdate(partitionIndex(limits.topicPartitionsMax - 1), next),
  },
  {
    what: "as many partitions as may be missing",
    before: undefined,
    update: { set: { ...newPartitions(partitions), seq: 0, fence: 0, floor: 1 } },
    condition: [absent("sealed"), absent("floor"), ...partitions.map(partition => absent(`n${partition}`))],
  },
];

/** A sequencer with everything in it. */
function full(): Attributes {
  const attributes: Record<string, ItemValue> = { ...newSequencer(1, partitions) };
  for (const partition of partitions) attributes[`n${partition}`] = next;
  ids.forEach((entryId, order) => {
    attributes[`e${entryId}`] = new Uint8Array(20);
    attributes[`s${entryId}`] = order;
  });
  return attributes;
}

function absent(name: string): Clause {
  return { kind: "absent", name };
}
