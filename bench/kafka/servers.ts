/**
 * The two servers of the comparison, alike to whoever measures: started on a data directory of their own, asked for their
 * memory, stopped. Kafka runs as its own start script runs it, one node with KRaft, its storage formatted beforehand.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { processorSecondsOf } from "../processor.ts";
import { residentBytesOf } from "../resident.ts";
import { ServerProcess } from "../server-process.ts";
import type { Installed } from "./install.ts";

export interface Running {
  residentBytes(): number;
  /** Of the processors, all its threads, since it started. */
  processorSeconds(): number;
  stop(): Promise<void>;
}

export interface Server {
  readonly name: string;
  /** Where clients reach it, also before it is started. */
  readonly address: string;
  /** Begins to start it; `ready` resolves when it takes connections. */
  start(): { readonly ready: Promise<Running> };
}

const readyMsMax = 120_000;

/** This project's server, embedded, on the disk. */
export async function cumulog(directory: string): Promise<Server> {
  const port = await freePort();
  const args = ["--data-dir", join(directory, "cumulog"), "--kafka-port", String(port)];
  const start = async (): Promise<Running> => {
    const server = await ServerProcess.start(args, { readyMsMax });
    return {
      residentBytes: () => server.residentBytes(),
      processorSeconds: () => server.processorSeconds(),
      stop: async () => {
        await server.stop();
      },
    };
  };
  return { name: "Cumulog", address: `127.0.0.1:${port}`, start: () => ({ ready: start() }) };
}

/** Apache Kafka. */
export async function kafka(directory: string, { classPath }: Installed): Promise<Server> {
  const home = join(directory, "kafka");
  const properties = join(home, "server.properties");
  const [port, controllerPort] = [await freePort(), await freePort()];
  mkdirSync(home, { recursive: true });
  writeFileSync(properties, propertiesOf(home, port, controllerPort));
  const format = ["kafka.tools.StorageTool", "format", "-t", "Y3VtdWxvZy1iZW5jaC0wMQ", "-c", properties];
  execFileSync("java", ["-cp", classPath, ...format], { stdio: "ignore" });
  const start = () => {
    // The flags of kafka-server-start.sh.
    const flags =
      "-Xmx1G -Xms1G -server -XX:+UseG1GC -XX:MaxGCPauseMillis=20 -XX:InitiatingHeapOccupancyPercent=35";
    const args = [...flags.split(" "), "-cp", classPath, "kafka.Kafka", properties];
    const child = spawn("java", args, { stdio: "ignore" });
    return { ready: whenReachable(child, port) };
  };
  return { name: "Kafka", address: `127.0.0.1:${port}`, start };
}

function propertiesOf(home: string, port: number, controllerPort: number): string {
  return `${[
    "process.roles=broker,controller",
    "node.id=1",
    `controller.quorum.voters=1@127.0.0.1:${controllerPort}`,
    `listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    `advertised.listeners=PLAINTEXT://127.0.0.1:${port}`,
    "controller.listener.names=CONTROLLER",
    "inter.broker.listener.name=PLAINTEXT",
    `log.dirs=${join(home, "data")}`,
    // One node has no others to copy to.
    "offsets.topic.replication.factor=1",
    "transaction.state.log.replication.factor=1",
    "transaction.state.log.min.isr=1",
  ].join("\n")}\n`;
}

async function whenReachable(child: ChildProcess, port: number): Promise<Running> {
  const until = performance.now() + readyMsMax;
  while (!(await isReachable(port))) {
    if (child.exitCode !== null) throw new Error(`Kafka ended with ${child.exitCode} before it was ready`);
    if (performance.now() > until) {
      child.kill("SIGKILL");
      throw new Error(`Kafka was not ready after ${readyMsMax} ms`);
    }
    await sleep(10);
  }
  return {
    residentBytes: () => residentBytesOf(child.pid),
    processorSeconds: () => processorSecondsOf(child.pid),
    stop: async () => {
      child.kill("SIGTERM");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    },
  };
}

function isReachable(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, "127.0.0.1");
    const answer = (isThere: boolean) => () => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once("connect", answer(true)).once("error", answer(false));
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
