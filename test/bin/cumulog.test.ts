/**
 * The shim, in a package of its own with a command line that tells where it runs.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { pretendNode20 } from "../scripts/pretend-node-20.ts";

const root = join(import.meta.dirname, "..", "..");
const tellWhere =
  'export const main = async (argv: readonly string[]): Promise<void> => console.log("main.ts", process.ppid, ...argv);\n';

/** How to start a Node that is too old, if there is one on the PATH. */
const olderNode = (process.env["PATH"] ?? "")
  .split(delimiter)
  .map(folder => join(folder, "node"))
  .filter(node => /^v(18|20|22|23)\./.test(spawnSync(node, ["--version"], { encoding: "utf8" }).stdout ?? ""))
  .map(node => [node] as const)[0];

let outer: string;
let home: string;

beforeEach(() => {
  outer = mkdtempSync(join(tmpdir(), "cumulog-bin-"));
  home = join(outer, "packages", "cumulog");
  mkdirSync(join(home, "bin"), { recursive: true });
  cpSync(join(root, "bin", "cumulog.js"), join(home, "bin", "cumulog.js"));
  write("package.json", '{ "type": "module" }');
  write("cli/main.ts", tellWhere);
});

afterEach(() => rmSync(outer, { recursive: true, force: true }));

describe("on Node 24", () => {
  it("runs the command line in its own process and hands it the arguments", () => {
    const result = run([], ["topics", "--json"]);
    expect(result).toMatchObject({ status: 0, stderr: "" });
    expect(result.stdout).toBe(`main.ts ${process.pid} topics --json\n`);
  });

  it("prefers the sources to what was built from them", () => {
    write("dist/cli/main.js", 'export const main = async () => console.log("built");\n');
    expect(run().stdout).toMatch(/^main\.ts/);
  });

  it("runs what was built when there are no sources", () => {
    rmSync(join(home, "cli"), { recursive: true });
    write("dist/cli/main.js", 'export const main = async () => console.log("built");\n');
    expect(run()).toMatchObject({ status: 0, stdout: "built\n" });
  });
});

describe("on an older Node", () => {
  it("hands over to the Node 24 of its own packages", () => {
    putNode(home, "24.1.0");
    const result = run(["--import", pretendNode20], ["serve"]);
    expect(result).toMatchObject({ status: 0, stderr: "" });
    expect(result.stdout).toMatch(/^main\.ts \d+ serve\n$/);
    expect(result.stdout).not.toContain(` ${process.pid} `);
  });

  it("finds it further up, past one that is too old", () => {
    putNode(home, "22.9.0");
    putNode(outer, "24.1.0");
    expect(run(["--import", pretendNode20])).toMatchObject({ status: 0 });
  });

  it("says in one line that Node 24 is needed when there is none", () => {
    putNode(home, "22.9.0");
    const result = run(["--import", pretendNode20]);
    expect(result).toMatchObject({ status: 1, stdout: "" });
    expect(result.stderr).toMatch(/^cumulog: Node 24 or newer is needed, this is v20\.20\.2: .*\n$/);
  });

  it("ends with the code of the command line", () => {
    putNode(home, "24.1.0");
    write("cli/main.ts", "export const main = async () => { process.exitCode = 7; };\n");
    expect(run(["--import", pretendNode20]).status).toBe(7);
  });

  it("ends by the signal that ended the command line", () => {
    putNode(home, "24.1.0");
    write("cli/main.ts", 'export const main = async () => process.kill(process.pid, "SIGTERM");\n');
    expect(run(["--import", pretendNode20])).toMatchObject({ status: null, signal: "SIGTERM" });
  });

  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("passes %s on and waits for the end", async signal => {
    putNode(home, "24.1.0");
    write(
      "cli/main.ts",
      `export const main = async () => {
         const alive = setTimeout(() => {}, 20_000);
         process.once("${signal}", () => {
           console.log("drained");
           clearTimeout(alive);
         });
         console.log("ready");
       };\n`,
    );
    const child = spawn(process.execPath, ["--import", pretendNode20, join(home, "bin", "cumulog.js")], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", text => {
      output += text;
      if (text === "ready\n") child.kill(signal);
    });
    expect(await once(child, "close")).toEqual([0, null]);
    expect(output).toBe("ready\ndrained\n");
  });
});

describe("in a clone where nothing is installed", () => {
  it.each([["an older Node", ["--import", pretendNode20]] as const, ["Node 24", []] as const])(
    "says on %s which command installs it",
    (_node, nodeArgs) => {
      write("package-lock.json", "{}");
      expect(run(nodeArgs)).toMatchObject({
        status: 1,
        stdout: "",
        stderr: `cumulog: the dependencies are not installed: run \`npm ci\` in ${realpathSync(home)}, or \`npm start\`, which installs them\n`,
      });
    },
  );

  it("asks for Node 24 where the dependencies bring none", () => {
    write("package-lock.json", "{}");
    mkdirSync(join(home, "node_modules"));
    expect(run(["--import", pretendNode20]).stderr).toMatch(/^cumulog: Node 24 or newer is needed, /);
  });
});

describe("the shim on an older Node, killed,", () => {
  it("takes the command line with it, which ends as by SIGTERM", async () => {
    putNode(home, "24.1.0");
    write(
      "cli/main.ts",
      `export const main = async () => {
         const alive = setTimeout(() => {}, 20_000);
         process.once("SIGTERM", () => {
           console.log("drained", process.env.CUMULOG_SHIM_PID);
           clearTimeout(alive);
         });
         console.log("ready");
       };\n`,
    );
    const shim = startShim([]);
    await shim.until("ready\n");
    shim.child.kill("SIGKILL");
    expect(await shim.until("drained undefined\n")).toBe("ready\ndrained undefined\n");
  });

  it("takes a server with it, which drains and leaves its data free", async () => {
    putNode(home, "24.1.0");
    write("cli/main.ts", `export { main } from ${JSON.stringify(join(root, "cli", "main.ts"))};\n`);
    const serve = [
      "serve",
      "--http-port",
      "0",
      "--kafka-port",
      "0",
      "--log-format",
      "json",
      "--data-dir",
      join(outer, "data"),
    ];
    const first = startShim(serve);
    await first.until("\nready ");
    first.child.kill("SIGKILL");
    await first.until('"msg":"stopped"');
    await first.closed;
    const second = startShim(serve);
    await second.until("\nready ");
    second.child.kill("SIGTERM");
    expect(await second.closed).toEqual([0, null]);
  });

  it("does not keep a command alive that is done", async () => {
    putNode(home, "24.1.0");
    expect(await startShim(["topics"]).closed).toEqual([0, null]);
  });
});

/** Starts the shim on an older Node: one of this machine where there is one, this very Node in its name otherwise. */
function startShim(args: readonly string[]) {
  const [node, ...nodeArgs] = olderNode ?? [process.execPath, "--import", pretendNode20];
  const child = spawn(node, [...nodeArgs, join(home, "bin", "cumulog.js"), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  // Settles when both processes have ended: the second one holds the same pipes.
  const closed = once(child, "close");
  let output = "";
  let changed = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", text => {
      output += text;
      changed.resolve();
      changed = Promise.withResolvers();
    });
  const until = async (text: string): Promise<string> => {
    const over = closed.then(() => "over" as const);
    while (!output.includes(text))
      if ((await Promise.race([changed.promise, over])) === "over" && !output.includes(text))
        throw new Error(`ended without ${JSON.stringify(text)}: ${output}`);
    return output;
  };
  return { child, closed, until };
}

function run(nodeArgs: readonly string[] = [], args: readonly string[] = []) {
  return spawnSync(process.execPath, [...nodeArgs, join(home, "bin", "cumulog.js"), ...args], {
    encoding: "utf8",
    timeout: 20_000,
  });
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(home, path)), { recursive: true });
  writeFileSync(join(home, path), text);
}

/** A package that puts a `node` of the stated version into node_modules/.bin; it is this very Node in truth. */
function putNode(folder: string, version: string): void {
  const modules = join(folder, "node_modules");
  mkdirSync(join(modules, "node-anywhere", "bin"), { recursive: true });
  mkdirSync(join(modules, ".bin"));
  writeFileSync(join(modules, "node-anywhere", "package.json"), JSON.stringify({ version }));
  const node = join(modules, "node-anywhere", "bin", "node");
  writeFileSync(node, `#!/bin/sh\nexec '${process.execPath}' "$@"\n`);
  chmodSync(node, 0o755);
  symlinkSync("../node-anywhere/bin/node", join(modules, ".bin", "node"));
}
