#!/usr/bin/env node
/**
 * Starts the command line on Node 24. Plain JavaScript, because whatever Node is on the PATH reads it first: an older
 * one hands over to the Node 24 that the dependencies put into node_modules/.bin. On Node 24 no second process starts.
 */
import { spawn } from "node:child_process";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import module from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const nodeMajorMin = 24;
/** Tells the second process that the first one holds the other end of its channel. */
const shimVariable = "CUMULOG_SHIM_PID";
const home = dirname(dirname(fileURLToPath(import.meta.url)));

if (isBareClone())
  fail(
    `the dependencies are not installed: run \`npm ci\` in ${home}, or \`npm start\`, which installs them`,
  );
else if (majorOf(process.versions.node) >= nodeMajorMin) await runHere();
else handOver();

/** A clone brings a lockfile, and nothing of what it names; a published package has no lockfile. */
function isBareClone() {
  return existsSync(join(home, "package-lock.json")) && !existsSync(join(home, "node_modules"));
}

function fail(message) {
  console.error(`cumulog: ${message}`);
  process.exitCode = 1;
}

async function runHere() {
  endWithShim();
  module.enableCompileCache();
  resolveSourcesByName();
  // Sources run as they are, but not under node_modules: a published package has dist/ alone.
  const isBuilt = !existsSync(join(home, "cli", "main.ts"));
  const { main } = await import(isBuilt ? "../dist/cli/main.js" : "../cli/main.ts");
  await main(process.argv.slice(2));
}

/**
 * Our sources name each other by their whole path. Node would look for links and package.json behind each of some
 * thousand imports, which is a sixth of what a start takes.
 */
function resolveSourcesByName() {
  const isSource = /^\.\.?\/.*\.ts$/;
  module.registerHooks({
    resolve: (specifier, context, next) =>
      isSource.test(specifier)
        ? {
            url: new URL(specifier, context.parentURL).href,
            format: "module-typescript",
            shortCircuit: true,
          }
        : next(specifier, context),
  });
}

/**
 * Whoever kills the first process with SIGKILL means the command: the second one would go on holding the port and the
 * data. The end of their channel is a SIGTERM to itself, so that a server drains.
 */
function endWithShim() {
  if (process.env[shimVariable] === undefined) return;
  delete process.env[shimVariable];
  const end = () => process.kill(process.pid, "SIGTERM");
  process.once("disconnect", end);
  // It must not keep a command alive that is done.
  process.channel?.unref();
  if (!process.connected) end();
}

function handOver() {
  const node = findNode();
  if (node === undefined) {
    fail(
      `Node ${nodeMajorMin} or newer is needed, this is ${process.version}: install it from https://nodejs.org`,
    );
    return;
  }
  const child = spawn(node, process.argv.slice(1), {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { ...process.env, [shimVariable]: String(process.pid) },
  });
  // A terminal sends Ctrl-C to the child too, which takes ours for the echo that it is (cli/signals.ts).
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", error => fail(`${node} does not start: ${error.message}`));
  child.on("exit", (code, signal) => {
    if (code !== null) process.exitCode = code;
    else {
      // Die of what the child died of, so that the caller sees it.
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    }
  });
}

/** The nearest node_modules/.bin/node above the package that is new enough. */
function findNode() {
  for (let folder = home; ; folder = dirname(folder)) {
    const node = join(folder, "node_modules", ".bin", "node");
    if (existsSync(node) && majorOf(versionBeside(node)) >= nodeMajorMin) return node;
    if (folder === dirname(folder)) return undefined;
  }
}

/** The version of the package that a linked binary is part of: cheaper than starting it. */
function versionBeside(node) {
  try {
    return JSON.parse(readFileSync(join(dirname(realpathSync(node)), "..", "package.json"), "utf8")).version;
  } catch {
    return "0";
  }
}

function majorOf(version) {
  return Number.parseInt(version, 10);
}
