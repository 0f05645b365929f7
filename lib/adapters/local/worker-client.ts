/**
 * The main thread's side of the worker. Calls of one turn are sent together and answered in any order. When the worker
 * dies, nobody knows what it still did.
 */
import { getCompileCacheDir } from "node:module";
import { Worker } from "node:worker_threads";
import { FormatNewer } from "../../format/levels/index.ts";
import {
  ItemRequestInvalid,
  OutcomeUnknown,
  StoreCorrupt,
  StoreFull,
  StoreUnavailable,
} from "../../ports/index.ts";
import { AssertionFailed, Deferred, messageOf } from "../../std/index.ts";
import { DataDirInvalid, DataDirLocked, DataDirNewer, DataDirReadOnly } from "./errors.ts";
import type { CallName, WorkerAnswer, WorkerCalls, WorkerRequest } from "./worker-calls.ts";

/** The errors that the worker throws on purpose, made anew on this side. */
const errors: Readonly<Record<string, new (message: string) => Error>> = {
  AssertionFailed,
  DataDirInvalid,
  DataDirLocked,
  DataDirNewer,
  DataDirReadOnly,
  FormatNewer,
  ItemRequestInvalid,
  OutcomeUnknown,
  StoreCorrupt,
  StoreFull,
  StoreUnavailable,
};

/**
 * The worker's program: plain JavaScript, because it must switch on the compile cache before the first import (a
 * worker does not take it over, and stripping the types of its files takes three times as long as all else).
 */
const program = `
const { workerData } = require("node:worker_threads");
if (workerData.compileCache) require("node:module").enableCompileCache(workerData.compileCache);
import(workerData.entry);
`;

/** This file is run as TypeScript, or as what it was compiled to. */
const entry = new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url);

export class WorkerClient {
  readonly #worker: Worker;
  readonly #unanswered = new Map<number, Deferred<unknown>>();
  #outbox: WorkerRequest[] = [];
  #nextId = 0;
  #dead: string | undefined;

  constructor() {
    this.#worker = new Worker(program, {
      eval: true,
      name: "cumulog items",
      workerData: { entry: entry.href, compileCache: getCompileCacheDir() },
      // Flags of the main thread (a test runner's, a debugger's) are not for the worker.
      execArgv: [],
    });
    this.#worker.on("message", (answers: readonly WorkerAnswer[]) => this.#take(answers));
    this.#worker.on("error", error => this.#die(messageOf(error)));
    this.#worker.on("exit", code => this.#die(`it ended with code ${code}`));
    this.#worker.unref();
  }

  /** Throws what the call throws; OutcomeUnknown when the worker died before it answered. */
  call<Name extends CallName>(
    name: Name,
    ...args: Parameters<WorkerCalls[Name]>
  ): Promise<ReturnType<WorkerCalls[Name]>> {
    if (this.#dead) return Promise.reject(new StoreUnavailable(this.#dead));
    const answer = new Deferred<unknown>();
    const id = this.#nextId++;
    // A call under way keeps the process alive; an idle worker does not.
    if (this.#unanswered.size === 0) this.#worker.ref();
    this.#unanswered.set(id, answer);
    if (this.#outbox.length === 0) queueMicrotask(() => this.#send());
    this.#outbox.push({ id, name, args });
    return answer.promise as Promise<ReturnType<WorkerCalls[Name]>>;
  }

  /** Ends the worker. */
  async end(): Promise<void> {
    this.#dead ??= "the data directory was closed";
    await this.#worker.terminate();
  }

  #send(): void {
    const requests = this.#outbox;
    this.#outbox = [];
    if (!this.#dead) this.#worker.postMessage(requests);
  }

  #take(answers: readonly WorkerAnswer[]): void {
    for (const answer of answers) {
      const waiting = this.#unanswered.get(answer.id);
      this.#unanswered.delete(answer.id);
      if ("error" in answer) waiting?.reject(revived(answer.error));
      else waiting?.resolve(answer.value);
    }
    if (this.#unanswered.size === 0) this.#worker.unref();
  }

  #die(reason: string): void {
    this.#dead ??= `the worker that keeps the items ended: ${reason}`;
    const error = new OutcomeUnknown(this.#dead);
    for (const waiting of this.#unanswered.values()) waiting.reject(error);
    this.#unanswered.clear();
  }
}

function revived({ name, message }: { readonly name: string; readonly message: string }): Error {
  const known = errors[name];
  return known ? new known(message) : new AssertionFailed(`${name}: ${message}`);
}
