/**
 * Starts and stops the service: the embedded stores, the engine and its two faces on local ports. The order of loading is
 * the order in which things take their time: the worker of the stores starts beside everything else.
 */
import type { LogOutput } from "../adapters/system/index.ts";
import { type Ground, joinLog, type LocalLog, makeGround, startStores } from "./local.ts";
import type { RunningService } from "./serve.ts";
import { type Config, flagOf, placeOf } from "./settings.ts";

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/;
/** How often the process wakes while it is held: it does nothing then. */
const aliveMs = 60_000;

/** As `serve`. */
export async function start(config: Config, output?: LogOutput): Promise<RunningService> {
  const stopping = new AbortController();
  const ground = makeGround(config, stopping.signal, output);
  const { stores } = await startStores(ground);
  const opening = joinLog(ground, stores);
  // While the stores open: what is loaded then is waited for by nobody.
  const [{ HttpServer }, { listenForKafka }] = await Promise.all([
    import("./http-server.ts"),
    import("./kafka.ts"),
  ]);
  const server = new HttpServer(
    // Who comes early waits for the log.
    { clock: ground.clock, fetch: async request => (await opening).fetch(request) },
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
  const kafka = await listenForKafka(ground, opened.value).catch(async (error: unknown) => {
    server.cut();
    await opened.value.close();
    throw error;
  });
  sayHello(ground, listening.value, kafka.address);
  const stop = async (): Promise<void> => {
    const { telemetry } = ground;
    stopping.abort();
    telemetry.log("info", "stopping: what is under way is finished");
    // The engine's timers keep no process alive: without this one it would end while the last call waits to be repeated.
    const alive = setInterval(() => undefined, aliveMs);
    await drain(opened.value, [server, kafka], config.drainMs).finally(() => clearInterval(alive));
    telemetry.log("info", "stopped");
    telemetry.flush();
  };
  let stopped: Promise<void> | undefined;
  return {
    addresses: [listening.value],
    kafkaAddress: kafka.address,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
    kill: () => {
      server.cut();
      kafka.cut();
    },
  };
}

type Closable = { close(ms: number): Promise<void> };

async function drain(log: LocalLog, servers: readonly Closable[], drainMs: number): Promise<void> {
  // Together: what the log answers last still has to reach its client.
  await Promise.all([...servers.map(server => server.close(drainMs)), log.drain()]);
  await log.close();
}

function sayHello({ config, telemetry }: Ground, address: string, kafka: string): void {
  telemetry.log("info", "listening", { address, kafka, data: placeOf(config) });
  if (!loopback.test(config.host))
    telemetry.log("warn", "other machines can read and write here: nothing asks them for a password", {
      host: config.host,
      flag: flagOf("host"),
    });
}
