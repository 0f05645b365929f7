/**
 * The real command line in processes of its own: started by Node directly, in an empty folder, with no settings of the
 * machine it runs on.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Deferred } from "../../lib/std/index.ts";

const bin = join(import.meta.dirname, "..", "..", "bin", "cumulog.js");

export type Ended = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: Buffer;
  readonly stderr: string;
};

export type Options = {
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
};

/** A command that runs. */
export class Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  #stdout = Buffer.alloc(0);
  #stderr = "";
  #changed = new Deferred<void>();
  #isOver = false;

  constructor(args: readonly string[], { input, env, cwd }: Options) {
    const foreign = Object.keys(process.env).filter(name =>
      /^(CUMULOG_|NODE_|VITEST|NO_COLOR|FORCE_COLOR)/.test(name),
    );
    this.child = spawn(process.execPath, [bin, ...args], {
      cwd: cwd ?? tmpdir(),
      env: { ...process.env, ...Object.fromEntries(foreign.map(name => [name, undefined])), ...env },
    });
    this.child.stdout?.on("data", (bytes: Buffer) => {
      this.#stdout = Buffer.concat([this.#stdout, bytes]);
      this.#wake();
    });
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
      this.#wake();
    });
    // A command that ends early does not read all of its input.
    this.child.stdin?.on("error", () => undefined);
    if (input !== undefined) this.child.stdin?.end(input);
    this.ended = new Promise(resolve => {
      this.child.on("close", (code, signal) => {
        this.#isOver = true;
        this.#wake();
        resolve({ code, signal, stdout: this.#stdout, stderr: this.#stderr });
      });
    });
  }

  /** Waits until the output so far matches. Throws when the command ends without. */
  async until(stream: "stdout" | "stderr", pattern: RegExp): Promise<string> {
    for (;;) {
      const text = stream === "stdout" ? this.#stdout.toString() : this.#stderr;
      if (pattern.test(text)) return text;
      if (this.#isOver) throw new Error(`ended without ${pattern} on ${stream}: ${text}\n${this.#stderr}`);
      await this.#changed.promise;
    }
  }

  /** What it has written so far. */
  get stdout(): Buffer {
    return this.#stdout;
  }

  /** Resolves when it writes more. Throws when it has ended. */
  async more(): Promise<void> {
    if (this.#isOver) throw new Error(`ended: ${this.#stdout}\n${this.#stderr}`);
    await this.#changed.promise;
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  #wake(): void {
    const changed = this.#changed;
    this.#changed = new Deferred();
    changed.resolve();
  }
}

/** Starts a command; stdin stays open unless `input` is given. */
export function start(args: readonly string[], options: Options = {}): Running {
  return new Running(args, options);
}

/** Runs a command to its end. */
export function run(args: readonly string[], options: Options = {}): Promise<Ended> {
  return start(args, { input: "", ...options }).ended;
}

/** A server on a free port, in memory unless a data directory is named. */
export class TestServer {
  readonly running: Running;
  readonly url: string;

  private constructor(running: Running, url: string) {
    this.running = running;
    this.url = url;
  }

  static async start({
    port = 0,
    dataDir,
    flags = [],
  }: {
    readonly port?: number;
    readonly dataDir?: string;
    /** More of `serve`. */
    readonly flags?: readonly string[];
  } = {}): Promise<TestServer> {
    const store = dataDir === undefined ? ["--memory"] : ["--data-dir", dataDir];
    const running = start(["serve", "--http-port", String(port), "--kafka-port", "0", ...store, ...flags], {
      input: "",
    });
    const line = await running.until("stdout", /\n/);
    const url = /http=(\S+)/.exec(line)?.[1];
    if (url === undefined) throw new Error(`no address in: ${line}`);
    return new TestServer(running, url);
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** Runs a client of this server. */
  run(args: readonly string[], options: Options = {}): Promise<Ended> {
    return run(args, this.#asClient(options));
  }

  /** Starts a client of this server. */
  client(args: readonly string[], options: Options = {}): Running {
    return start(args, this.#asClient(options));
  }

  async stop(): Promise<Ended> {
    this.running.kill("SIGTERM");
    return this.running.ended;
  }

  #asClient(options: Options): Options {
    return { ...options, env: { CUMULOG_URL: this.url, ...options.env } };
  }
}

/** A folder that is gone when the test is over. */
export function temporaryFolder(): { readonly path: string; readonly [Symbol.dispose]: () => void } {
  const path = mkdtempSync(join(tmpdir(), "cumulog-cli-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
