/** @platformatic/kafka as a member of a group. */
import { obey, requireInstalled, say, sayFailed, spec } from "./member.mjs";

const { Consumer, MessagesStreamFallbackModes, MessagesStreamModes } =
  requireInstalled("@platformatic/kafka");
const { topic } = spec;
const isClassic = spec.protocol === "classic";
const consumer = new Consumer({
  clientId: "member",
  bootstrapBrokers: [spec.bootstrap],
  groupId: spec.group,
  ...(spec.instance !== null && { groupInstanceId: spec.instance }),
  rebalanceTimeout: 60_000,
  ...(isClassic
    ? { sessionTimeout: spec.sessionMs, heartbeatInterval: spec.heartbeatMs }
    : { groupProtocol: "consumer" }),
  maxWaitTime: 250,
  autocommit: false,
});
const next = new Map();
let said = "";

const ownedNow = () => (consumer.assignments ?? []).find(each => each.topic === topic)?.partitions ?? [];

function sayOwned() {
  const owned = ownedNow();
  for (const partition of next.keys()) if (!owned.includes(partition)) next.delete(partition);
  if (said === String(owned)) return;
  said = String(owned);
  say("owns", { partitions: owned });
}

if (isClassic)
  consumer.on("consumer:group:rebalance", () => {
    said = "";
    say("owns", { partitions: [] });
  });
// With the newer protocol it tells nobody that it gave something up: whoever asks, finds out.
else
  consumer.on("consumer:heartbeat:end", () => {
    if (ownedNow().length < said.split(",").length) sayOwned();
  });
consumer.on("error", sayFailed);

const stream = await consumer.consume({
  topics: [topic],
  mode: MessagesStreamModes.COMMITTED,
  fallbackMode: MessagesStreamFallbackModes.EARLIEST,
});
// What it owns it reads twice until it knows from where: it looks that up beside its reading.
stream.on("offsets", sayOwned);
stream.on("data", ({ partition, offset }) => {
  // It gives out what it had asked for even when the partition has become another's meanwhile: that one commits.
  if (ownedNow().includes(partition)) next.set(partition, offset + 1n);
  say("record", { partition, offset: Number(offset) });
});
stream.on("error", sayFailed);
if (stream.offsetsToFetch.size > 0) sayOwned();

obey({
  commit: async () => {
    const offsets = [...next].map(([partition, offset]) => ({ topic, partition, offset, leaderEpoch: 0 }));
    if (offsets.length > 0) await consumer.commit({ offsets });
  },
  leave: () => consumer.close(true),
});
