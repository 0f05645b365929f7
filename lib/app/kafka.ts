/**
 * The port for Kafka's clients, over the engine of this process.
 */
import type { Engine } from "../engine/index.ts";
import { type Address, defaultKafkaOptions, KafkaListener, type Nodes } from "../kafka/index.ts";
import { bracketed } from "./address.ts";
import { asListenError } from "./errors.ts";
import type { Ground } from "./local.ts";

/** A port that listens. */
export type KafkaPort = {
  /** `127.0.0.1:9092`, as clients write it. */
  readonly address: string;
  readonly listener: KafkaListener;
};

/** Listens. Throws PortInUse, PortForbidden, HostUnusable. */
export async function listenForKafka(
  { config, clock, telemetry }: Ground,
  engine: Engine,
): Promise<KafkaPort> {
  const listener = new KafkaListener({
    engine,
    clock,
    telemetry,
    nodes: oneNode,
    options: defaultKafkaOptions,
  });
  const asked = { host: config.host, port: config.kafkaPort };
  const port = await listener.listen(asked).catch(error => {
    throw asListenError(error, asked, "kafkaPort");
  });
  return { address: `${bracketed(config.host)}:${port}`, listener };
}

/** The one gateway of an embedded log: clients are told the address under which they came. */
const oneNode: Nodes = {
  ownId: 1,
  list: (reachedAt: Address) => [{ id: 1, ...reachedAt }],
  preferred: () => 1,
};
