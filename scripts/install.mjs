/**
 * Runs before `npm start` (with --omit=dev) and `npm test`: installs what package-lock.json names when node_modules is
 * missing or stale, and makes sure that the scripts will run on Node 24. Plain JavaScript, because it runs on whatever
 * Node is there first (20 or newer). Everything it says goes to stderr; when there is nothing to do it says nothing.
 *
 * A server needs less than half of what the tests need: a first `npm start` installs only that, and a `npm test` after
 * it adds the rest. A tree that is whole stays whole, whoever brings it up to date.
 *
 * Several may run at once in one clone: a lock file lets one install while the others wait. It names its holders by
 * process id and start time, so a lock that a killed process left behind is recognised and taken over.
 */
import { createHash } from "node:crypto";
import { linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const nodeMajorMin = 24;
/** Far longer than any install: a limit for a holder that hangs. */
const lockWaitMs = 15 * 60_000;
const lockPollMs = 100;
/** A holder writes its name within microseconds of making the file; an older lock without one is nobody's. */
const lockNamelessMs = 5_000;
const npmLinesShown = 20;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, "node_modules");
const lockfile = join(root, "package-lock.json");
const stampFile = join(modules, ".cumulog-installed");
const lockFile = join(root, ".install.lock");
const wantsDev = !process.argv.includes("--omit=dev");

/** What npm's output tells of the cause, and what to do about it. */
const hints = [
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ENOTCACHED|ERR_SOCKET/,
    "The package registry does not answer. Check the network and the proxy (HTTPS_PROXY, `npm config get registry`). Once installed, no network is needed.",
  ],
  [
    /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/,
    "The registry's certificate is not trusted. If a proxy replaces it, name its authority in NODE_EXTRA_CA_CERTS.",
  ],
  [/EUSAGE|in sync/, "package.json and package-lock.json disagree: run `npm install` and commit both."],
  [
    /EINTEGRITY/,
    "A package is not what the lockfile says. Try `npm cache clean --force` once; then suspect the registry.",
  ],
  [/ENOSPC/, "The disk is full."],
  [
    /EACCES|EPERM|EROFS/,
    "A file or folder cannot be written: look at its owner and mode, and at npm's cache (`npm config get cache`).",
  ],
];

/** The install cannot be done; the message is for the person at the terminal. */
class InstallFailed extends Error {}

try {
  // A lockfile, a platform and a Node that were found good before: nothing more to ask.
  if (!isStamped(process.version)) await bringUpToDate();
} catch (error) {
  say(error instanceof InstallFailed ? error.message : `the install failed: ${error.stack}`);
  process.exitCode = 1;
}

async function bringUpToDate() {
  await takeLock();
  try {
    const isEnough = isInStep(wantsDev);
    const scope = isEnough ? (isInStep(true) ? "all" : "start") : await install();
    writeFileSync(stampFile, `${stampFor(await nodeForScripts())} ${scope}\n`);
  } finally {
    rmSync(lockFile, { force: true });
  }
}

function isStamped(nodeVersion) {
  const stamped = readOr(stampFile, "");
  if (stamped === "") return false;
  const stamp = stampFor(nodeVersion);
  return stamped === `${stamp} all\n` || (!wantsDev && stamped === `${stamp} start\n`);
}

function stampFor(nodeVersion) {
  const hash = createHash("sha256").update(readFileSync(lockfile)).digest("hex");
  return `${hash} ${process.platform}-${process.arch} ${nodeVersion}`;
}

/**
 * Whether the tree that npm last finished is the lockfile's. npm writes node_modules/.package-lock.json as its last
 * step, so a tree that somebody else installed counts, and one that was cut off half-way does not.
 */
function isInStep(withDev) {
  const installed = installedPackages();
  if (installed === undefined) return false;
  const { "": _root, ...wanted } = JSON.parse(readFileSync(lockfile, "utf8")).packages;
  const sameAsWanted = path => installed[path].version === wanted[path]?.version;
  const isNeeded = ({ dev, optional, os, cpu, libc }) =>
    (withDev || !dev) &&
    (!optional || (os?.includes(process.platform) && cpu?.includes(process.arch) && libc === undefined));
  return (
    Object.keys(installed).every(sameAsWanted) &&
    Object.keys(wanted).every(path => path in installed || !isNeeded(wanted[path]))
  );
}

function installedPackages() {
  const hidden = readOr(join(modules, ".package-lock.json"), undefined);
  return hidden === undefined ? undefined : JSON.parse(hidden).packages;
}

/** Answers with the scope of what is there now: `start`, or `all`. */
async function install() {
  const startMs = performance.now();
  const options = ["--include=optional", "--ignore-scripts", "--no-progress"];
  // What is there stays: `npm ci` would first remove it, under a server that runs.
  if (wantsDev && isInStep(false))
    await runNpm(["install", "--no-save", "--include=dev", ...options], "adding what the tests need");
  const hasDev = Object.values(installedPackages() ?? {}).some(({ dev }) => dev);
  const scope = wantsDev || hasDev ? "all" : "start";
  if (!isInStep(wantsDev)) {
    const packages = scope === "all" ? "--include=dev" : "--omit=dev";
    await runNpm(["ci", packages, ...options], "installing the dependencies of package-lock.json");
  }
  say(`installed in ${((performance.now() - startMs) / 1000).toFixed(1)} s`);
  return scope;
}

/** Throws InstallFailed with npm's last lines. */
async function runNpm(args, doing) {
  const { spawn } = await import("node:child_process");
  // npm must not run on the very Node that it is about to replace.
  const ownBin = join(modules, ".bin");
  const path = (process.env.PATH ?? "").split(delimiter).filter(folder => folder !== ownBin);
  const npm = spawn("npm", args, {
    cwd: root,
    env: { ...process.env, PATH: path.join(delimiter) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  // If we are killed and npm is not, it still holds the lock.
  if (npm.pid !== undefined) writeFileSync(lockFile, JSON.stringify([nameOf(process.pid), nameOf(npm.pid)]));
  say(`${doing} ...`);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => npm.kill(signal));
  let output = "";
  for (const stream of [npm.stdout, npm.stderr])
    stream.setEncoding("utf8").on("data", text => {
      output = (output + text).slice(-64 * 1024);
    });
  const ending = await new Promise(resolve => {
    npm.on("error", error => resolve(error.code === "ENOENT" ? "npm is not on the PATH" : error.message));
    npm.on("close", (code, signal) =>
      resolve(code === 0 ? undefined : `npm ${args[0]} ended with ${signal ?? code}`),
    );
  });
  if (ending !== undefined) throw new InstallFailed(reasonOf(ending, output));
}

function reasonOf(ending, output) {
  const isTelling = line => !/^(npm (error|ERR!))?\s*(at .*)?$/.test(line);
  const lines = output.split("\n").filter(isTelling);
  const hint = hints.find(([pattern]) => pattern.test(output))?.[1];
  return [
    `the dependencies could not be installed: ${ending}`,
    ...lines.slice(-npmLinesShown).map(line => `  ${line}`),
    ...(hint === undefined ? [] : [hint]),
  ].join("\n");
}

/** The version of the Node that npm's scripts will run on: the one in node_modules if it starts, else the PATH's. */
async function nodeForScripts() {
  const bundled = join(modules, ".bin", "node");
  const { spawnSync } = await import("node:child_process");
  const version = spawnSync(bundled, ["--version"], { encoding: "utf8" });
  if (version.status === 0) return version.stdout.trim();
  if (Number.parseInt(process.versions.node, 10) < nodeMajorMin)
    throw new InstallFailed(
      `Node ${nodeMajorMin} or newer is needed. This is ${process.version}, and the packages bring none that starts on ${process.platform}-${process.arch}: install it (https://nodejs.org) and try again.`,
    );
  // One that does not start (glibc's on a musl system) would hide the good one on the PATH.
  rmSync(bundled, { force: true });
  return process.version;
}

/** Waits until this process holds the lock. */
async function takeLock() {
  const deadlineMs = performance.now() + lockWaitMs;
  for (let isTold = false; !makeLock(); ) {
    const seen = readOr(lockFile, undefined);
    if (seen === undefined) continue;
    const holder = livingHolder(seen);
    if (holder === undefined) {
      breakLock(seen);
      continue;
    }
    if (performance.now() > deadlineMs)
      throw new InstallFailed(`process ${holder} still holds ${lockFile}: end it, or remove the file`);
    if (!isTold) say(`waiting for process ${holder}, which is installing the dependencies ...`);
    isTold = true;
    await sleep(lockPollMs);
  }
}

function makeLock() {
  try {
    writeFileSync(lockFile, JSON.stringify([nameOf(process.pid)]), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw new InstallFailed(`${root} cannot be written: ${error.message}`);
  }
}

/** The process id of a holder that still runs; undefined when all are gone. */
function livingHolder(seen) {
  try {
    return JSON.parse(seen).find(isAlive)?.pid;
  } catch {
    // Made this instant, its name not yet written; or its maker died in between.
    const ageMs = Date.now() - (statSync(lockFile, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    return ageMs < lockNamelessMs ? "unknown" : undefined;
  }
}

function isAlive(holder) {
  // Ids are used again: only the same id with the same start is the same process.
  if (holder.pid === process.pid || holder.started !== nameOf(holder.pid).started) return false;
  try {
    process.kill(holder.pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** A process id and, where the system tells it cheaply, the start of that process (clock ticks since boot). */
function nameOf(pid) {
  const stat = readOr(`/proc/${pid}/stat`, "");
  const [state, ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  // A zombie is over, even if its parent has not noticed.
  return { pid, started: state === "Z" ? "" : (fields[18] ?? "") };
}

function breakLock(seen) {
  const aside = `${lockFile}.${process.pid}`;
  try {
    renameSync(lockFile, aside);
    // Another waiter was quicker, and this is already its lock: give it back.
    if (readFileSync(aside, "utf8") !== seen) linkSync(aside, lockFile);
  } catch (error) {
    if (error.code !== "ENOENT" && error.code !== "EEXIST") throw error;
  }
  rmSync(aside, { force: true });
}

function readOr(path, otherwise) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return otherwise;
  }
}

function say(text) {
  process.stderr.write(`cumulog: ${text}\n`);
}
