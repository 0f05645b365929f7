/**
 * The install step against an npm of our own: what it runs, when it runs nothing, who waits for whom, what it says.
 */
import { type ChildProcessByStdio, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { pretendNode20 } from "./pretend-node-20.ts";

const root = join(import.meta.dirname, "..", "..");
let clone: string;

beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), "cumulog-install-"));
  mkdirSync(join(clone, "scripts"));
  mkdirSync(join(clone, "path"));
  copyFileSync(join(root, "scripts", "install.mjs"), join(clone, "scripts", "install.mjs"));
  writeLockfile({ "node_modules/one": { version: "1.0.0" } });
  writeNpm("finish");
});

afterEach(() => rmSync(clone, { recursive: true, force: true }));

describe("installing", () => {
  it("runs npm ci in a fresh clone, with everything that the scripts need, and keeps stdout clean", () => {
    const result = install();
    expect(result.status).toBe(0);
    expect(result.stdout).toBe("");
    expect(result.stderr).toContain("installing the dependencies");
    expect(npmCalls()).toEqual(["ci --include=dev --include=optional --ignore-scripts --no-progress"]);
  });

  it("says and runs nothing when nothing changed", () => {
    install();
    expect(install()).toMatchObject({ status: 0, stdout: "", stderr: "" });
    expect(npmCalls()).toHaveLength(1);
  });

  it("installs again when the lockfile changed", () => {
    install();
    writeLockfile({ "node_modules/one": { version: "1.0.1" } });
    expect(install().status).toBe(0);
    expect(npmCalls()).toHaveLength(2);
  });

  it("installs again when the tree was made for another platform", () => {
    const one = { version: "1.0.0" };
    const here = { version: "1.0.0", optional: true, os: [process.platform], cpu: [process.arch] };
    const elsewhere = { version: "1.0.0", optional: true, os: ["plan9"], cpu: ["mips"] };
    writeLockfile({
      "node_modules/one": one,
      "node_modules/here": here,
      "node_modules/elsewhere": elsewhere,
    });
    install();
    writeInstalled({ "node_modules/one": one, "node_modules/elsewhere": elsewhere });
    writeFileSync(stampFile(), readFileSync(stampFile(), "utf8").replace(/ \S+-\S+ /, " plan9-mips "));
    expect(install().status).toBe(0);
    expect(npmCalls()).toHaveLength(2);
  });

  it("accepts a whole tree that somebody installed by hand", () => {
    writeLockfile({
      "node_modules/one": { version: "1.0.0" },
      "node_modules/elsewhere": { version: "1.0.0", optional: true, os: ["plan9"], cpu: ["mips"] },
    });
    writeInstalled({ "node_modules/one": { version: "1.0.0" } });
    expect(install()).toMatchObject({ status: 0, stderr: "" });
    expect(npmCalls()).toEqual([]);
    expect(existsSync(stampFile())).toBe(true);
  });

  it("installs over a tree that was cut off half-way", () => {
    mkdirSync(join(clone, "node_modules", "one"), { recursive: true });
    expect(install().status).toBe(0);
    expect(npmCalls()).toHaveLength(1);
  });
});

describe("installing for a start alone", () => {
  const start = ["--omit=dev"];
  const one = { version: "1.0.0" };
  const tests = { version: "1.0.0", dev: true };
  const testsHere = {
    version: "1.0.0",
    dev: true,
    optional: true,
    os: [process.platform],
    cpu: [process.arch],
  };

  beforeEach(() =>
    writeLockfile({
      "node_modules/one": one,
      "node_modules/tests": tests,
      "node_modules/tests-here": testsHere,
    }),
  );

  it("leaves out in a fresh clone what only the tests need, and says nothing the next time", () => {
    expect(install(start).status).toBe(0);
    expect(npmCalls()).toEqual(["ci --omit=dev --include=optional --ignore-scripts --no-progress"]);
    expect(existsSync(join(clone, "node_modules", "one"))).toBe(true);
    expect(existsSync(join(clone, "node_modules", "tests"))).toBe(false);
    expect(install(start)).toMatchObject({ status: 0, stderr: "" });
    expect(npmCalls()).toHaveLength(1);
  });

  it("is content with everything", () => {
    install();
    expect(install(start)).toMatchObject({ status: 0, stderr: "" });
    writeFileSync(stampFile(), "");
    expect(install(start)).toMatchObject({ status: 0, stderr: "" });
    expect(install()).toMatchObject({ status: 0, stderr: "" });
    expect(npmCalls()).toHaveLength(1);
  });

  it("is completed for the tests, and nothing is removed", () => {
    install(start);
    writeFileSync(join(clone, "node_modules", "one", "in-use"), "");
    const result = install();
    expect(result.status).toBe(0);
    expect(result.stderr).toContain("adding what the tests need");
    expect(npmCalls().slice(1)).toEqual([
      "install --no-save --include=dev --include=optional --ignore-scripts --no-progress",
    ]);
    expect(existsSync(join(clone, "node_modules", "one", "in-use"))).toBe(true);
    expect(existsSync(join(clone, "node_modules", "tests"))).toBe(true);
    for (const args of [[], start]) expect(install(args)).toMatchObject({ status: 0, stderr: "" });
    expect(npmCalls()).toHaveLength(2);
  });

  it("is installed anew for the tests when adding to it makes another tree than the lockfile's", () => {
    install(start);
    writeNpm('[ "$1" = install ] || finish');
    expect(install().status).toBe(0);
    expect(npmCalls().map(call => call.split(" ")[0])).toEqual(["ci", "install", "ci"]);
  });

  it("keeps a tree whole that was whole, when it is stale", () => {
    install();
    writeLockfile({ "node_modules/one": { version: "1.0.1" }, "node_modules/tests": tests });
    expect(install(start).status).toBe(0);
    expect(npmCalls().slice(1)).toEqual([
      "ci --include=dev --include=optional --ignore-scripts --no-progress",
    ]);
    expect(install()).toMatchObject({ status: 0, stderr: "" });
  });

  it("brings a small tree up to date as a small one", () => {
    install(start);
    writeLockfile({ "node_modules/one": { version: "1.0.1" }, "node_modules/tests": tests });
    expect(install(start).status).toBe(0);
    expect(npmCalls().slice(1)).toEqual(["ci --omit=dev --include=optional --ignore-scripts --no-progress"]);
  });

  it("waits for one that installs everything, and finds it done", async () => {
    makeGate();
    writeNpm("read line < gate; finish");
    const first = startInstall();
    await said(first, "installing");
    const second = startInstall(start);
    await said(second, `waiting for process ${first.pid}`);
    await openGate();
    expect(await Promise.all([ended(first), ended(second)])).toEqual([0, 0]);
    expect(npmCalls()).toHaveLength(1);
  });
});

describe("failing", () => {
  it("shows npm's last lines and what to do when the registry does not answer", () => {
    const lines = [
      "npm error code ENOTFOUND",
      "npm error network request failed",
      "npm error     at connect (net.js:1)",
    ];
    writeNpm(`${lines.map(line => `echo '${line}' >&2`).join("; ")}; exit 1`);
    const result = install();
    expect(result.status).toBe(1);
    expect(result.stdout).toBe("");
    expect(result.stderr).toContain("npm ci ended with 1");
    expect(result.stderr).toContain("npm error network request failed");
    expect(result.stderr).not.toContain("net.js");
    expect(result.stderr).toContain("The package registry does not answer");
  });

  it("tries again the next time", () => {
    writeNpm("exit 1");
    expect(install().status).toBe(1);
    writeNpm("finish");
    expect(install().status).toBe(0);
  });

  it("says so when there is no npm", () => {
    rmSync(join(clone, "path", "npm"));
    const result = install();
    expect(result.status).toBe(1);
    expect(result.stderr).toContain("npm is not on the PATH");
  });

  it("asks for Node 24 when this one is older and the packages bring none", () => {
    const result = install([], ["--import", pretendNode20]);
    expect(result.status).toBe(1);
    expect(result.stderr).toContain("Node 24 or newer is needed. This is v20.20.2");
    expect(install().status).toBe(0);
  });

  it("is content with an old Node when the packages bring Node 24", () => {
    writeNpm('finish; mkdir node_modules/.bin; ln -s "$REAL_NODE" node_modules/.bin/node');
    expect(install([], ["--import", pretendNode20]).status).toBe(0);
    expect(install()).toMatchObject({ status: 0, stderr: "" });
  });

  it("removes a Node of the packages that does not start here, for it would hide the good one", () => {
    writeNpm("finish; mkdir node_modules/.bin; ln -s /nowhere/node node_modules/.bin/node");
    expect(install().status).toBe(0);
    expect(readdirSync(join(clone, "node_modules", ".bin"))).toEqual([]);
  });
});

describe("the lock", () => {
  it("lets one install while the other waits and then finds it done", async () => {
    makeGate();
    writeNpm("read line < gate; finish");
    const first = startInstall();
    await said(first, "installing");
    const second = startInstall();
    await said(second, `waiting for process ${first.pid}`);
    await openGate();
    expect(await Promise.all([ended(first), ended(second)])).toEqual([0, 0]);
    expect(npmCalls()).toHaveLength(1);
    expect(existsSync(lockFile())).toBe(false);
  });

  it("is taken over from a process that was killed", () => {
    const { pid } = spawnSync(process.execPath, ["--eval", ""]);
    writeFileSync(lockFile(), JSON.stringify([{ pid, started: "1" }]));
    expect(install().status).toBe(0);
    expect(existsSync(lockFile())).toBe(false);
  });

  it("is taken over when its holder's id is now that of another process", () => {
    writeFileSync(lockFile(), JSON.stringify([{ pid: process.pid, started: "1" }]));
    expect(install().status).toBe(0);
  });

  it("is taken over when its maker died before it could write its name", () => {
    writeFileSync(lockFile(), "");
    utimesSync(lockFile(), 0, 0);
    expect(install().status).toBe(0);
  });

  it("is held by npm when only the script was killed", async () => {
    makeGate();
    writeNpm("read line < gate; finish");
    const first = startInstall();
    await said(first, "installing");
    const [, npm] = JSON.parse(readFileSync(lockFile(), "utf8"));
    first.kill("SIGKILL");
    await once(first, "exit");
    const second = startInstall();
    await said(second, `waiting for process ${npm.pid}`);
    await openGate();
    expect(await ended(second)).toBe(0);
    expect(npmCalls()).toHaveLength(1);
  });
});

/** Runs the step to its end. */
function install(scriptArgs: readonly string[] = [], nodeArgs: readonly string[] = []) {
  const args = [...nodeArgs, join(clone, "scripts", "install.mjs"), ...scriptArgs];
  return spawnSync(process.execPath, args, { env: environment(), encoding: "utf8", timeout: 20_000 });
}

/** Starts the step. */
function startInstall(scriptArgs: readonly string[] = []): Running {
  const script = join(clone, "scripts", "install.mjs");
  return spawn(process.execPath, [script, ...scriptArgs], {
    env: environment(),
    stdio: ["ignore", "ignore", "pipe"],
  });
}

type Running = ChildProcessByStdio<null, null, Readable>;

/** Nothing of ours but a fake npm is on the PATH. */
function environment(): NodeJS.ProcessEnv {
  return { PATH: join(clone, "path"), REAL_NODE: process.execPath };
}

/**
 * An npm that notes its arguments and runs a line of shell, in which `finish` does what npm does: `ci` begins with
 * nothing, folders are made of the packages that the lockfile names, and last of all what is there is noted.
 */
function writeNpm(line: string): void {
  writeFileSync(join(clone, "path", "finish.mjs"), finishing);
  const lines = [
    "#!/bin/sh",
    "PATH=/usr/bin:/bin",
    'echo "$*" >> npm-calls',
    `finish() { "$REAL_NODE" path/finish.mjs $all; }`,
    'all="$*"',
    line,
  ];
  writeFileSync(join(clone, "path", "npm"), `${lines.join("\n")}\n`, { mode: 0o755 });
}

const finishing = `
  import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
  const { "": root, ...named } = JSON.parse(readFileSync("package-lock.json", "utf8")).packages;
  if (process.argv[2] === "ci") rmSync("node_modules", { recursive: true, force: true });
  const isLeftOut = ({ dev, os }) =>
    (dev && process.argv.includes("--omit=dev")) || (os && !os.includes(process.platform));
  const packages = Object.fromEntries(Object.entries(named).filter(([, each]) => !isLeftOut(each)));
  for (const path of ["node_modules", ...Object.keys(packages)]) mkdirSync(path, { recursive: true });
  writeFileSync("node_modules/.package-lock.json", JSON.stringify({ packages }));
`;

function npmCalls(): readonly string[] {
  const path = join(clone, "npm-calls");
  return existsSync(path) ? readFileSync(path, "utf8").trimEnd().split("\n") : [];
}

type Package = {
  readonly version: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
};
type Packages = Readonly<Record<string, Package>>;

function writeLockfile(packages: Packages): void {
  writeFileSync(join(clone, "package-lock.json"), JSON.stringify({ packages: { "": {}, ...packages } }));
}

/** The tree as npm notes it in its last step. */
function writeInstalled(packages: Packages): void {
  mkdirSync(join(clone, "node_modules"), { recursive: true });
  writeFileSync(join(clone, "node_modules", ".package-lock.json"), JSON.stringify({ packages }));
}

function stampFile(): string {
  return join(clone, "node_modules", ".cumulog-installed");
}

function lockFile(): string {
  return join(clone, ".install.lock");
}

/** A fake npm that reads a line from the gate waits until it is opened. */
function makeGate(): void {
  execFileSync("mkfifo", [join(clone, "gate")]);
}

async function openGate(): Promise<void> {
  await writeFile(join(clone, "gate"), "open\n");
}

/** Settles once the process has said it; fails when it ends without. */
function said(running: Running, text: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let heard = "";
  running.stderr.setEncoding("utf8").on("data", part => {
    heard += part;
    if (heard.includes(text)) resolve();
  });
  running.on("close", () => reject(new Error(`it ended without saying "${text}": ${heard}`)));
  return promise;
}

/** The exit code. */
async function ended(running: Running): Promise<number | null> {
  if (running.exitCode === null) await once(running, "exit");
  return running.exitCode;
}
