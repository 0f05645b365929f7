/**
 * One question of a client in a group to a process, written into the history with what was heard. The client has patience for
 * so long; then its connection is cut, which the process hears when it can.
 */
import type { Engine } from "../../../lib/engine/index.ts";
import { CumulogError, Deferred } from "../../../lib/std/index.ts";
import type { Answer, Invocation } from "../checker/index.ts";
import { errorOf } from "./client.ts";
import { killed, type Life } from "./process.ts";
import type { World } from "./world.ts";

/** Undefined: nobody answered, for the process died or patience was over. */
export type Heard<T> = T | CumulogError | undefined;

/** What the process does, and the answer as the history knows it. */
export type Asked<T> = {
  readonly work: (engine: Engine, signal: AbortSignal) => Promise<T>;
  readonly answer: (value: T) => Answer;
};

const givenUp: unique symbol = Symbol("given up");

/** Errors that leave open whether anything was done. */
const indefinite = new Set(["GroupUnavailable"]);

/** Asks, and hears. */
export async function ask<T>(
  world: World,
  life: Life,
  invocation: Invocation,
  patienceMs: number,
  { work, answer }: Asked<T>,
): Promise<Heard<T>> {
  const { history, scheduler } = world;
  const id = history.invoke(life.name, invocation);
  world.note(() => `client asks ${life.name} ${JSON.stringify(invocation)} (${id})`);
  const controller = new AbortController();
  const patience = new Deferred<typeof givenUp>();
  const cancel = scheduler.after(patienceMs, () => {
    patience.resolve(givenUp);
    life.gate.pass(() => controller.abort());
  });
  const working = life
    .run(() => work(life.engine, controller.signal))
    .catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
  const heard = await Promise.race([working, patience.promise]);
  cancel();
  world.note(() => `client hears of ${invocation.op} ${id}: ${show(heard)}`);
  if (heard === killed || heard === givenUp) {
    history.info(id);
    return undefined;
  }
  if (heard instanceof CumulogError) {
    if (indefinite.has(heard.name)) history.info(id, errorOf(heard));
    else history.fail(id, errorOf(heard));
    return heard;
  }
  if (heard instanceof Error) {
    world.violated({ invariant: "bug", message: `operation ${id} threw: ${heard.stack}` });
    history.info(id);
    return undefined;
  }
  history.ok(id, answer(heard));
  return heard;
}

function show(heard: unknown): string {
  if (typeof heard === "symbol") return heard.description ?? "";
  if (heard instanceof Error) return `${heard.name}: ${heard.message}`;
  return JSON.stringify(heard, (_key, value: unknown) =>
    value instanceof Uint8Array ? `${value.length}B` : value instanceof Map ? [...value] : value,
  );
}
