/**
 * What hides time, chance, waiting, the network, configuration or output from the simulator may be used only behind
 * the doors made for it. Everything else takes a port (lib/ports), so that a seed decides the whole run.
 */
import { type Node, nameIn, nodesIn, type Problem, type Source } from "./source.ts";

/** What a ban is about. */
export type Topic = "time" | "chance" | "waiting" | "network" | "work" | "configuration" | "output";

const instead: Readonly<Record<Topic, string>> = {
  time: "take a Clock",
  chance: "take a Random",
  waiting: "take a Clock and use its timer",
  network: "take a port",
  work: "it settles when the machine pleases: take Codecs, or do it in the adapter of a port",
  configuration: "take it as an option: it is parsed once, in lib/app",
  output: "take a Telemetry",
};

const everything: readonly Topic[] = Object.keys(instead) as Topic[];

type Door = { readonly path: string; readonly opens: readonly Topic[]; readonly reason: string };

/** THE list of doors. A path ending in `/` is a folder with all below it. */
const doors: readonly Door[] = [
  {
    path: "lib/adapters/system/",
    opens: ["time", "chance", "waiting", "work"],
    reason: "the real clock, chance and codecs, behind their ports",
  },
  {
    path: "lib/adapters/local/",
    opens: ["time", "waiting", "work"],
    reason: "the embedded stores: a worker, the file system and the time of objects",
  },
  { path: "lib/adapters/aws/", opens: ["network"], reason: "the cloud's stores, behind their ports" },
  {
    path: "lib/kafka/server/",
    opens: ["network"],
    reason: "the port for Kafka's clients; what comes through it goes to the engine as values",
  },
  {
    path: "lib/kafka/server/replies.ts",
    opens: ["waiting"],
    reason: "to the end of the turn, so that all that it answers leaves in one write",
  },
  { path: "lib/app/", opens: everything, reason: "where the parts of a process are joined" },
  {
    path: "cli/",
    opens: ["time", "waiting", "network", "configuration", "output"],
    reason: "a client of the service, outside the simulated world",
  },
  {
    path: "cdk/app.ts",
    opens: ["configuration", "output"],
    reason: "run by the CDK's toolkit, which speaks to it by variables and text",
  },
  { path: "bench/", opens: everything, reason: "measures the real machine" },
];

/** Uses of a global: `Date.now`, `setTimeout`, `process.env`. A `*` at the end stands for any rest of the name. */
const globals: Readonly<Record<string, Topic>> = {
  "Date.now": "time",
  "performance.now": "time",
  "performance.timeOrigin": "time",
  "process.hrtime": "time",
  "process.uptime": "time",
  "Math.random": "chance",
  "crypto.random*": "chance",
  "crypto.getRandomValues": "chance",
  "crypto.subtle": "work",
  "AbortSignal.timeout": "waiting",
  "process.nextTick": "waiting",
  setTimeout: "waiting",
  setInterval: "waiting",
  setImmediate: "waiting",
  fetch: "network",
  WebSocket: "network",
  CompressionStream: "work",
  DecompressionStream: "work",
  "process.env": "configuration",
  "process.argv": "configuration",
  "process.stdout": "output",
  "process.stderr": "output",
  "console.*": "output",
};

/** Names that hide something, by the module they come from. */
const modules: Readonly<Record<string, Readonly<Record<string, Topic>>>> = {
  "node:timers": { "*": "waiting" },
  "node:timers/promises": { "*": "waiting" },
  "node:perf_hooks": { "*": "time" },
  "node:crypto": { "random*": "chance", getRandomValues: "chance", webcrypto: "chance" },
  "node:http": { "*": "network" },
  "node:https": { "*": "network" },
  "node:net": { "*": "network" },
  "node:process": { "*": "configuration" },
  "node:console": { "*": "output" },
  "node:child_process": { "*": "work" },
  "node:worker_threads": { "*": "work" },
  "@node-rs/crc32": { "*": "work" },
  "lz4-napi": { "*": "work" },
  snappy: { "*": "work" },
};

/** Of these, only what ends in `Sync` (and constants) settles in its turn. */
const asyncUnlessSync = new Set(["node:zlib"]);

/** Finds what goes round a door. */
export function checkDoors(sources: readonly Source[]): Problem[] {
  return sources.flatMap(source => {
    const open = new Set(doors.filter(door => isBehind(door, source)).flatMap(door => door.opens));
    return usesIn(source)
      .filter(use => !open.has(use.topic))
      .map(({ name, topic, line }) => ({
        rule: "door",
        path: source.path,
        line,
        message: `${name} hides ${topic}: ${instead[topic]}`,
      }));
  });
}

/** The doors that nobody goes through. */
export function idleDoors(sources: readonly Source[]): readonly string[] {
  return doors
    .filter(door => !sources.some(source => isBehind(door, source) && usesIn(source).length > 0))
    .map(door => door.path);
}

function usesIn(source: Source): readonly (Use & { readonly line: number })[] {
  return source.nodes.flatMap(node => {
    const use = useOfGlobal(node) ?? useOfDate(node) ?? useOfModule(node);
    return use === undefined ? [] : [{ ...use, line: source.lineOf(node) }];
  });
}

type Use = { readonly name: string; readonly topic: Topic };

function isBehind(door: Door, { path }: Source): boolean {
  return door.path.endsWith("/") ? path.startsWith(door.path) : path === door.path;
}

function useOfGlobal(node: Node): Use | undefined {
  return node.type === "CallExpression" || node.type === "NewExpression"
    ? bannedName(nameIn(node["callee"]))
    : node.type === "MemberExpression"
      ? bannedName(memberName(node))
      : undefined;
}

function bannedName(name: string | undefined): Use | undefined {
  const topic = name === undefined ? undefined : topicOf(globals, name.replace(/^globalThis\./, ""));
  return name === undefined || topic === undefined ? undefined : { name, topic };
}

/** `a.b.c` of a member access without computed parts. */
function memberName(node: Node): string | undefined {
  const object = nodesIn(node["object"])[0];
  if (object === undefined || node["computed"] === true) return undefined;
  const left = object.type === "MemberExpression" ? memberName(object) : nameIn(object);
  const right = nameIn(node["property"]);
  return left === undefined || right === undefined ? undefined : `${left}.${right}`;
}

/** `new Date()` is now; `new Date(ms)` is only a way to write a time. */
function useOfDate(node: Node): Use | undefined {
  const isCallOfDate =
    (node.type === "NewExpression" || node.type === "CallExpression") && nameIn(node["callee"]) === "Date";
  return isCallOfDate && nodesIn(node["arguments"]).length === 0
    ? { name: "Date()", topic: "time" }
    : undefined;
}

function useOfModule(node: Node): Use | undefined {
  const specifier = nameIn(node["source"]);
  if (specifier === undefined || node["importKind"] === "type") return undefined;
  for (const name of namesTaken(node)) {
    const topic = topicOf(modules[specifier] ?? {}, name) ?? asyncTopic(specifier, name);
    if (topic !== undefined) return { name: name === "*" ? specifier : `${name} of ${specifier}`, topic };
  }
  return undefined;
}

/** The names that an import brings in; `*` when it brings them all. */
function namesTaken(node: Node): readonly string[] {
  if (node.type === "ImportExpression") return ["*"];
  if (node.type !== "ImportDeclaration") return [];
  const entries = nodesIn(node["specifiers"]).filter(entry => entry["importKind"] !== "type");
  return entries.map(entry => nameIn(entry["imported"]) ?? "*");
}

function asyncTopic(specifier: string, name: string): Topic | undefined {
  const isSafe = name.endsWith("Sync") || name === "constants" || name === "crc32";
  return asyncUnlessSync.has(specifier) && !isSafe ? "work" : undefined;
}

function topicOf(table: Readonly<Record<string, Topic>>, name: string): Topic | undefined {
  for (const [pattern, topic] of Object.entries(table)) {
    const matches = pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
    if (matches || name === "*") return topic;
  }
  return undefined;
}
