/**
 * THE list of what the table holds: the item table of docs/FORMAT.md is made from it, and a test holds the keys that
 * the item files make against its patterns. A new kind of item is a new row here first.
 */
export type ItemKind = {
  readonly kind: string;
  readonly pk: string;
  readonly sk: string;
  readonly content: string;
  /** Where it is encoded and decoded. */
  readonly file: string;
};

export const schema: readonly ItemKind[] = [
  {
    kind: "topic",
    pk: "T",
    sk: "<name>",
    content: "id, partitions, shard width, configs, state, version",
    file: "items/topic.ts",
  },
  {
    kind: "purge record",
    pk: "T",
    sk: "~<topic id>",
    content: "a deleted topic whose data is still to be removed",
    file: "items/topic.ts",
  },
  {
    kind: "sequencer",
    pk: "L#<topic id>#<shard>",
    sk: "head",
    content: "order of commits, floor, fence, next offset and log start per partition, live entries",
    file: "items/sequencer.ts",
  },
  {
    kind: "page",
    pk: "P#<topic id>#<partition>",
    sk: "u#<end offset, 16 digits>",
    content: "packed entries of [start, end), immutable",
    file: "items/page.ts",
  },
  {
    kind: "compacted page",
    pk: "P#<topic id>#<partition>",
    sk: "c#<end offset, 16 digits>#<segment id>",
    content: "the blocks of one compacted object, immutable; before that, that it is announced",
    file: "items/compacted-page.ts",
  },
  {
    kind: "quarantine",
    pk: "P#<topic id>#<partition>",
    sk: "x#<end offset, 16 digits>",
    content: "where the bytes lie of offsets that compaction could not read",
    file: "items/quarantine.ts",
  },
  {
    kind: "cleaner checkpoint",
    pk: "P#<topic id>#<partition>",
    sk: "cleaned",
    content: "below which offset no key occurs twice, and how far a round is",
    file: "items/cleaned.ts",
  },
  {
    kind: "producers",
    pk: "P#<topic id>#<partition>",
    sk: "producers#0",
    content: "what the partition remembers of its idempotent producers, below one offset",
    file: "items/producers.ts",
  },
  {
    kind: "item-tier segment",
    pk: "S#<2 hex>",
    sk: "<segment id>",
    content: "the bytes of a small segment",
    file: "items/segment-item.ts",
  },
  {
    kind: "gateway",
    pk: "N",
    sk: "<node id, 10 digits>",
    content: "where a gateway for Kafka's clients is found, and until when it counts as alive",
    file: "items/gateway.ts",
  },
  {
    kind: "group",
    pk: "G#<group>",
    sk: "state",
    content: "kind, phase, generation, names of the roster and of the assignment",
    file: "items/group-state.ts",
  },
  {
    kind: "group member",
    pk: "G#<group>",
    sk: "m#<member key>",
    content: "who it is, its times, its protocols, the generation it joined for, a beat that changes",
    file: "items/group-member.ts",
  },
  {
    kind: "group piece",
    pk: "G#<group>",
    sk: "p#<generation, 10 digits>#<name>#<piece, 3 digits>",
    content: "part of a roster or of an assignment, immutable",
    file: "items/group-pieces.ts",
  },
  {
    kind: "group offsets",
    pk: "G#<group>",
    sk: "o#<topic id>",
    content: "generation, version, and per partition offset, leader epoch, time and metadata",
    file: "items/group-offsets.ts",
  },
  {
    kind: "group listing",
    pk: "GI#<2 hex>",
    sk: "<group>",
    content: "nothing: that a group of this name may exist",
    file: "items/group-index.ts",
  },
  {
    kind: "consumer instance",
    pk: "I#<group>",
    sk: "<instance>",
    content: "a consumer over HTTP: its settings, what it reads, where it stands, which member it is",
    file: "items/instance.ts",
  },
  {
    kind: "lease",
    pk: "J",
    sk: "<work>#<topic id>#<shard>",
    content: "who works there, until when: saves double work, guards nothing",
    file: "items/lease.ts",
  },
  {
    kind: "counter",
    pk: "C",
    sk: "floor, cluster, format-level, producer-id",
    content: "one value of the whole log",
    file: "items/counters.ts",
  },
];
