/**
 * The door to the whole service in one process. What it needs is loaded when it is called: whoever only wants to know
 * the settings does not wait for a server.
 */
import type { LogOutput } from "../adapters/system/index.ts";
import type { Config } from "./settings.ts";

/** A server that runs. */
export type RunningService = {
  /** Where it listens, as URLs: `http://127.0.0.1:8080`. */
  readonly addresses: readonly string[];
  /** Where Kafka's clients find it: `127.0.0.1:9092`. */
  readonly kafkaAddress: string;
  /**
   * Drains: no new connections, what is under way is acknowledged or refused, then the stores are closed. Resolves when
   * all of it is done, at once when it was done before. Calls overlap harmlessly and do not hurry it.
   */
  stop(): Promise<void>;
  /** Cuts every connection without draining: what was under way is left unanswered, as by a crash. */
  kill(): void;
};

/**
 * Starts the service; it takes requests when this resolves. Throws PortInUse, PortForbidden, HostUnusable, what
 * openLocal throws, and FormatNewer: then nothing is left open. Log lines go to `output`, stderr unless told.
 */
export async function serve(config: Config, output?: LogOutput): Promise<RunningService> {
  const { start } = await import("./start.ts");
  return start(config, output);
}
