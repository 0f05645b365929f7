/**
 * What each worker may do with the table and the bucket: docs/rfcs/0003-aws.md as data. An item is named by the first
 * part of its key, so `L#*` is every sequencer (lib/format/schema.ts); nothing here is `*` alone.
 */
/**
 * Who works on the log. `web-function` is produce, fetch, groups and admin in one. `gateway` is a server for Kafka's clients
 * (`cumulog serve --backend aws`): it runs elsewhere, under a role that somebody else made.
 */
export const roles = [
  "produce",
  "fetch",
  "groups",
  "admin",
  "maintenance",
  "worker",
  "web-function",
  "gateway",
] as const;
export type RoleName = (typeof roles)[number];
/** Those that a deployment makes a function for. */
export type FunctionRoleName = Exclude<RoleName, "gateway">;

/** Calls of S3 that the engine makes. */
export type ObjectAction = "GetObject" | "PutObject" | "AbortMultipartUpload" | "DeleteObject";
/** Calls of DynamoDB that the engine makes. */
export type ItemAction = "GetItem" | "Query" | "PutItem" | "UpdateItem" | "DeleteItem" | "BatchWriteItem";
/** What one role may do. */
export type Permissions = {
  /** Keys (`pk`) of the items that each call may name. */
  readonly items: Readonly<Partial<Record<ItemAction, readonly string[]>>>;
  /** Keys of the objects that each call may name. */
  readonly objects: Readonly<Partial<Record<ObjectAction, readonly string[]>>>;
  /** To list the bucket. It also tells missing from forbidden: without it S3 answers 403 to both. */
  readonly mayList: boolean;
};

/** Ingest segments, compacted objects, what sweeps remember; of that the marks, the rest being who owns the bucket. */
const segments = "ingest/*";
const compacted = "topics/*";
const sweeps = "sweep/*";
const marks = "sweep/mark/*";

const produce: Permissions = {
  items: {
    GetItem: ["T", "C", "L#*", "P#*"],
    Query: ["P#*"],
    UpdateItem: ["L#*"],
    PutItem: ["P#*", "S#*"],
  },
  objects: { PutObject: [segments] },
  mayList: false,
};

const fetch: Permissions = {
  items: { GetItem: ["T", "C", "L#*", "S#*"], Query: ["T", "P#*"] },
  objects: { GetObject: [segments, compacted] },
  mayList: true,
};

/**
 * Members read as readers do, and what is written is the group's own: `G#*`, the list of groups `GI#*`, and its consumer
 * instances `I#*`.
 */
const groups: Permissions = {
  items: {
    GetItem: ["T", "C", "L#*", "S#*", "G#*", "I#*"],
    Query: ["T", "P#*", "G#*", "GI#*"],
    PutItem: ["G#*", "GI#*", "I#*"],
    UpdateItem: ["G#*"],
    DeleteItem: ["G#*", "I#*"],
  },
  objects: { GetObject: [segments, compacted] },
  mayList: true,
};

const admin: Permissions = {
  items: {
    GetItem: ["T", "C", "L#*"],
    PutItem: ["T", "C", "L#*"],
    UpdateItem: ["T", "C", "L#*"],
    DeleteItem: ["T"],
  },
  objects: {},
  mayList: false,
};

/**
 * It lists topics and groups: topics left half-made are finished, groups that nobody uses are deleted. It is the only one that
 * compacts, applies retention and deletes: index rows of records, segments, and what is left of deleted topics.
 */
const maintenance: Permissions = {
  items: {
    GetItem: ["T", "C", "L#*", "G#*", "P#*", "S#*"],
    PutItem: ["T", "C", "L#*", "G#*", "GI#*", "P#*"],
    UpdateItem: ["T", "C", "L#*", "P#*"],
    DeleteItem: ["T", "G#*", "GI#*", "P#*"],
    // Deletes many at once: a purge and a sweep. IAM tells no deletes of a batch from puts.
    BatchWriteItem: ["T", "L#*", "P#*", "S#*"],
    Query: ["T", "G#*", "GI#*", "P#*", "S#*"],
  },
  objects: {
    GetObject: [segments, compacted, sweeps],
    PutObject: [compacted, sweeps],
    AbortMultipartUpload: [compacted],
    DeleteObject: [segments, compacted, marks],
  },
  mayList: true,
};

/** It gives shards their turn, as the maintenance does, under a lease (`J`). It neither purges nor sweeps: no segment goes by it. */
const worker: Permissions = {
  items: {
    GetItem: ["T", "C", "L#*", "P#*", "S#*"],
    PutItem: ["P#*", "J"],
    UpdateItem: ["L#*", "P#*"],
    DeleteItem: ["P#*", "J"],
    Query: ["P#*"],
  },
  objects: {
    GetObject: [segments, compacted],
    PutObject: [compacted],
    AbortMultipartUpload: [compacted],
  },
  mayList: true,
};

/** Gateways know of each other by `N`. Producer ids are a counter, which admin may raise. */
const ofGateways: Permissions = {
  items: { Query: ["N"], PutItem: ["N"], DeleteItem: ["N"] },
  objects: {},
  mayList: false,
};

/** Permissions by role. */
export const permissions: Readonly<Record<RoleName, Permissions>> = {
  produce,
  fetch,
  groups,
  admin,
  maintenance,
  worker,
  "web-function": union([produce, fetch, groups, admin]),
  gateway: union([produce, fetch, groups, admin, ofGateways]),
};

function union(all: readonly Permissions[]): Permissions {
  return {
    items: unionOf(all.map(({ items }) => items)),
    objects: unionOf(all.map(({ objects }) => objects)),
    mayList: all.some(({ mayList }) => mayList),
  };
}

function unionOf<Action extends string>(
  all: readonly Readonly<Partial<Record<Action, readonly string[]>>>[],
): Readonly<Partial<Record<Action, readonly string[]>>> {
  const union: Partial<Record<Action, readonly string[]>> = {};
  for (const each of all)
    for (const [action, keys] of Object.entries(each) as [Action, readonly string[]][])
      union[action] = [...new Set([...(union[action] ?? []), ...keys])];
  return union;
}
