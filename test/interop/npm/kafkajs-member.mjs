/** kafkajs as a member of a group. */
import { obey, requireInstalled, say, sayFailed, spec } from "./member.mjs";

const { Kafka, logLevel } = requireInstalled("kafkajs");
const kafka = new Kafka({ clientId: "member", brokers: [spec.bootstrap], logLevel: logLevel.NOTHING });
const consumer = kafka.consumer({
  groupId: spec.group,
  sessionTimeout: spec.sessionMs,
  heartbeatInterval: spec.heartbeatMs,
  rebalanceTimeout: 30_000,
  maxWaitTimeInMs: 250,
});
const { topic } = spec;
const next = new Map();

consumer.on(consumer.events.REBALANCING, () => say("owns", { partitions: [] }));
consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
  next.clear();
  say("owns", { partitions: payload.memberAssignment[topic] ?? [] });
});
consumer.on(consumer.events.CRASH, ({ payload }) => sayFailed(payload.error));

await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
await consumer.run({
  autoCommit: false,
  eachMessage: async ({ partition, message }) => {
    next.set(partition, Number(message.offset) + 1);
    say("record", { partition, offset: Number(message.offset) });
  },
});

obey({
  commit: () =>
    consumer.commitOffsets(
      [...next].map(([partition, offset]) => ({ topic, partition, offset: `${offset}` })),
    ),
  leave: () => consumer.disconnect(),
});
