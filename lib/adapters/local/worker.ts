/**
 * The worker's side: it owns the databases, which block. Whatever waits when it looks is done together, so that one
 * sync of the disk serves all of it.
 */
import { type MessagePort, parentPort, receiveMessageOnPort } from "node:worker_threads";
import { messageOf, present } from "../../std/index.ts";
import { sqliteProblem, withoutEffect } from "./database.ts";
import { DataDirReadOnly } from "./errors.ts";
import { IndexDatabase } from "./index-database.ts";
import { ItemDatabase, openItems } from "./item-database.ts";
import type { IndexCalls, ItemCalls, OpenCalls, WorkerAnswer, WorkerRequest } from "./worker-calls.ts";

/** Calls on items, and whether they could change one. */
const changesItems: Readonly<Record<keyof ItemCalls, boolean>> = {
  get: false,
  query: false,
  batchGet: false,
  update: true,
  put: true,
  delete: true,
  batchWrite: true,
};
/** One transaction has about this many calls at most, so that the first does not wait for the last of a flood. */
const callsMax = 1000;

const port: MessagePort = present(parentPort, "the port to the main thread");
let items: ItemDatabase | undefined;
let index: IndexDatabase | undefined;

const openCalls: OpenCalls = {
  open(paths) {
    try {
      items = new ItemDatabase(openItems(paths.items));
      index = new IndexDatabase(paths.objects);
      return index.packs();
    } catch (error) {
      openCalls.close();
      throw asOpenError(error, paths.items);
    }
  },
  close() {
    index?.close();
    items?.close();
    index = undefined;
    items = undefined;
  },
};

port.on("message", (requests: readonly WorkerRequest[]) => {
  for (let waiting = withMore(requests); waiting.length > 0; waiting = withMore([]))
    port.postMessage(answerAll(waiting));
});

/** The requests, and what came since. */
function withMore(requests: readonly WorkerRequest[]): WorkerRequest[] {
  const waiting = [...requests];
  while (waiting.length < callsMax) {
    const more: { readonly message: readonly WorkerRequest[] } | undefined = receiveMessageOnPort(port);
    if (!more) break;
    waiting.push(...more.message);
  }
  return waiting;
}

function answerAll(requests: readonly WorkerRequest[]): WorkerAnswer[] {
  const onItems = requests.filter(isOnItems);
  const others = requests.filter(request => !isOnItems(request));
  return [...answerOnItems(onItems), ...others.map(answerOther)];
}

type ItemRequest = WorkerRequest & { readonly name: keyof ItemCalls };

function isOnItems(request: WorkerRequest): request is ItemRequest {
  return request.name in changesItems;
}

function answerOnItems(requests: readonly ItemRequest[]): WorkerAnswer[] {
  if (requests.length === 0) return [];
  const answers = present(items, "the open database of items").run(
    requests.map(({ name, args }) => ({
      changes: changesItems[name],
      run: calls => invoke(calls[name].bind(calls), args),
    })),
  );
  return requests.map(({ id }, i) => {
    const answer = present(answers[i], "an answer");
    return "error" in answer ? { id, error: plain(answer.error) } : { id, value: answer.value };
  });
}

function answerOther({ id, name, args }: WorkerRequest): WorkerAnswer {
  try {
    if (name === "open" || name === "close") return { id, value: invoke(openCalls[name], args) };
    const calls: IndexCalls = present(index, "the open index");
    return { id, value: invoke(calls[name as keyof IndexCalls].bind(calls), args) };
  } catch (error) {
    return { id, error: plain(withoutEffect(error, "objects.db")) };
  }
}

/** The types of name and arguments were checked together where the call was made (worker-client.ts). */
function invoke(method: (...args: never[]) => unknown, args: readonly unknown[]): unknown {
  return method(...(args as never[]));
}

function plain(error: unknown): { readonly name: string; readonly message: string } {
  return { name: error instanceof Error ? error.name : "Error", message: messageOf(error) };
}

function asOpenError(error: unknown, path: string): unknown {
  const problem = sqliteProblem(error);
  if (problem === "readOnly" || problem === "cannotOpen")
    return new DataDirReadOnly(`${path} cannot be opened for writing: ${messageOf(error)}`);
  return withoutEffect(error, path);
}
