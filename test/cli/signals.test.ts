import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import { type Interrupt, onEachSignal, type SignalDeps } from "../../cli/signals.ts";

describe("signals", () => {
  it("are counted one by one", () => {
    const { send, heard } = listening();
    for (const [signal, atMs] of [
      ["SIGINT", 0],
      ["SIGINT", 200],
      ["SIGTERM", 400],
    ] as const)
      send(signal, atMs);
    expect(heard).toEqual(["SIGINT 1", "SIGINT 2", "SIGTERM 3"]);
  });

  it("are one when an equal one follows at once: npm passes on what the terminal sent already", () => {
    const { send, heard } = listening();
    for (const atMs of [1000, 1004, 2000, 2100, 3000]) send("SIGINT", atMs);
    expect(heard).toEqual(["SIGINT 1", "SIGINT 2", "SIGINT 3"]);
  });

  it("are two when another one follows at once", () => {
    const { send, heard } = listening();
    for (const signal of ["SIGINT", "SIGTERM", "SIGINT"] as const) send(signal, 0);
    expect(heard).toEqual(["SIGINT 1", "SIGTERM 2", "SIGINT 3"]);
  });

  it("are counted on while a key is held down", () => {
    const { send, heard } = listening();
    for (let atMs = 0; atMs <= 240; atMs += 30) send("SIGINT", atMs);
    expect(heard).toEqual(["SIGINT 1", "SIGINT 2", "SIGINT 3"]);
  });

  it("are not listened to any more once that was said", () => {
    const { send, heard, release } = listening();
    release();
    send("SIGINT", 0);
    expect(heard).toEqual([]);
  });
});

/** Counts the signals of a process and a clock that are the test's. */
function listening() {
  let nowMs = 0;
  const source = new EventEmitter();
  const deps: SignalDeps = { source, nowMs: () => nowMs };
  const heard: string[] = [];
  const release = onEachSignal((signal, nth) => heard.push(`${signal} ${nth}`), deps);
  const send = (signal: Interrupt, atMs: number): void => {
    nowMs = atMs;
    source.emit(signal, signal);
  };
  return { send, heard, release };
}
