/**
 * One process that is the whole service: the embedded stores, the engine and its REST face on a local port.
 */
import type { LogOutput } from "../adapters/system/index.ts";
import { HttpServer } from "./http-server.ts";
import { type Ground, type LocalLog, makeGround, openLog } from "./local.ts";
import { type Config, flagOf } from "./settings.ts";

/** A server that runs. */
export type RunningService = {
  /** Where it listens, as URLs: `http://127.0.0.1:8080`. */
  readonly addresses: readonly string[];
  /**
   * Drains: no new connections, what is under way is acknowledged or refused, then the stores are closed. Resolves when
   * all of it is done, at once when it was done before. Calls overlap harmlessly and do not hurry it.
   */
  stop(): Promise<void>;
  /** Cuts every connection without draining: what was under way is left unanswered, as by a crash. */
  kill(): void;
};

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/;

/**
 * Starts the service; it takes requests when this resolves. Throws PortInUse, PortForbidden, HostUnusable, what
 * openLocal throws, and FormatNewer: then nothing is left open. Log lines go to `output`, stderr unless told.
 */
export async function serve(config: Config, output?: LogOutput): Promise<RunningService> {
  const stopping = new AbortController();
  const ground = makeGround(config, stopping.signal, output);
  // Both at once: the port answers for itself, and who comes early waits for the log.
  const opening = openLog(ground);
  const server = new HttpServer(
    { clock: ground.clock, fetch: async request => (await opening).app.fetch(request) },
    { host: config.host, port: config.httpPort, connectionsMax: config.connectionsMax },
  );
  const [listening, opened] = await Promise.allSettled([server.listen(), opening]);
  if (listening.status === "rejected") {
    if (opened.status === "fulfilled") await opened.value.close();
    throw listening.reason;
  }
  if (opened.status === "rejected") {
    server.cut();
    throw opened.reason;
  }
  sayHello(ground, listening.value);
  return running(ground, stopping, server, opened.value, listening.value);
}

function running(
  { config, telemetry }: Ground,
  stopping: AbortController,
  server: HttpServer,
  log: LocalLog,
  address: string,
): RunningService {
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    stopping.abort();
    telemetry.log("info", "stopping: what is under way is finished");
    // Together: what the log answers last still has to reach its client.
    await Promise.all([server.close(config.drainMs), log.drain()]);
    await log.close();
    telemetry.log("info", "stopped");
    telemetry.flush();
  };
  return {
    addresses: [address],
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
    kill: () => server.cut(),
  };
}

function sayHello({ config, telemetry }: Ground, address: string): void {
  telemetry.log("info", "listening", { address, data: config.memory ? "memory" : config.dataDir });
  telemetry.log("info", `nothing listens on the Kafka port yet (${flagOf("kafkaPort")})`, {
    port: config.kafkaPort,
  });
  if (!loopback.test(config.host))
    telemetry.log("warn", "other machines can read and write here: nothing asks them for a password", {
      host: config.host,
      flag: flagOf("host"),
    });
}
