/**
 * The topics of the soak: one for each way in which records may go, and one whose records never do. Periods are so short
 * that everything happens many times in an hour.
 */

/** What may be missing of what was acknowledged. */
export type Policy = {
  /** The last record of each key is enough. */
  readonly isCompact: boolean;
  /** A record may go when it is so old, ms. */
  readonly retentionMs: number;
  /** A tombstone may go when it is so old, ms. */
  readonly tombstoneMs: number;
};

export type SoakTopic = {
  readonly name: string;
  readonly partitions: number;
  readonly policy: Policy;
  readonly producers: number;
  /** Deleted and made anew now and then. */
  readonly isRemade?: true;
};

const never = Number.POSITIVE_INFINITY;
const kept: Policy = { isCompact: false, retentionMs: never, tombstoneMs: never };
const tombstoneMs = 5_000;

/** Every topic of the soak. `kept` has more partitions than one sequencer orders. */
export const soakTopics: readonly SoakTopic[] = [
  { name: "kept", partitions: 10, producers: 4, policy: kept },
  {
    name: "keyed",
    partitions: 2,
    producers: 2,
    policy: { isCompact: true, retentionMs: never, tombstoneMs },
  },
  {
    name: "keyed-short",
    partitions: 1,
    producers: 1,
    policy: { isCompact: true, retentionMs: 60_000, tombstoneMs },
  },
  { name: "short", partitions: 2, producers: 2, policy: { ...kept, retentionMs: 20_000 } },
  { name: "remade", partitions: 2, producers: 2, policy: kept, isRemade: true },
];

/** The configs that make the log do what the policy allows. */
export function configsOf({ isCompact, retentionMs, tombstoneMs: deleteMs }: Policy): readonly {
  readonly name: string;
  readonly value: string;
}[] {
  const hasRetention = retentionMs !== never;
  const retention = { name: "retention.ms", value: String(hasRetention ? retentionMs : -1) };
  if (!isCompact) return [retention];
  return [
    retention,
    { name: "cleanup.policy", value: hasRetention ? "compact,delete" : "compact" },
    { name: "min.cleanable.dirty.ratio", value: "0.1" },
    { name: "delete.retention.ms", value: String(deleteMs) },
  ];
}
