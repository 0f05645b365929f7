/**
 * The port for Kafka's clients, over the engine of this process. A log that several servers share has a registry of them;
 * an embedded one has one node, and clients are told the address under which they came.
 */
import { SystemRandom } from "../adapters/system/index.ts";
import {
  type Address,
  defaultKafkaOptions,
  GatewayRegistry,
  KafkaListener,
  type Nodes,
} from "../kafka/index.ts";
import { bracketed } from "./address.ts";
import { asListenError } from "./errors.ts";
import type { Ground, LocalLog } from "./local.ts";
import type { Config } from "./settings.ts";

/** A port that listens. */
export type KafkaPort = {
  /** `127.0.0.1:9092`, as clients write it. */
  readonly address: string;
  /** Takes this server off the list of those who serve, answers what is under way, and ends: after `ms` at the latest. */
  close(ms: number): Promise<void>;
  /** Ends every connection now. */
  cut(): void;
};

/** Listens. Throws PortInUse, PortForbidden, HostUnusable, and what the store throws to a registry. */
export async function listenForKafka(ground: Ground, { engine, items }: LocalLog): Promise<KafkaPort> {
  const { config, clock, telemetry } = ground;
  let nodes = oneNode(config);
  const options = { ...defaultKafkaOptions, autoCreateTopics: config.autoCreateTopics };
  const listener = new KafkaListener({
    engine,
    clock,
    telemetry,
    options,
    nodes: {
      get ownId() {
        return nodes.ownId;
      },
      list: reachedAt => nodes.list(reachedAt),
      preferred: (topicId, partition) => nodes.preferred(topicId, partition),
    },
  });
  const asked = { host: config.host, port: config.kafkaPort };
  const port = await listener.listen(asked).catch(error => {
    throw asListenError(error, asked, "kafkaPort");
  });
  const address = `${bracketed(config.host)}:${port}`;
  if (config.backend === "local")
    return { address, close: ms => listener.close(ms), cut: () => listener.cut() };
  const registry = new GatewayRegistry(
    { items, clock, telemetry, random: new SystemRandom() },
    { address: { host: config.advertisedHost || config.host, port: config.advertisedKafkaPort || port } },
  );
  try {
    await registry.start();
  } catch (error) {
    listener.cut();
    throw error;
  }
  nodes = registry;
  const close = async (ms: number): Promise<void> => {
    await Promise.all([registry.stop(), listener.close(ms)]);
  };
  return { address, close, cut: () => listener.cut() };
}

function oneNode({ advertisedHost, advertisedKafkaPort }: Config): Nodes {
  return {
    ownId: 1,
    list: (reachedAt: Address) => [
      { id: 1, host: advertisedHost || reachedAt.host, port: advertisedKafkaPort || reachedAt.port },
    ],
    preferred: () => 1,
  };
}
