import type { Printer } from "./printer.ts";

/** Calls once when nothing was printed for `msMax`. The function returned stops that. */
export function whenIdle(printer: Printer, msMax: number, callback: () => void): () => void {
  if (msMax === Number.POSITIVE_INFINITY) return () => undefined;
  let timer = setTimeout(check, msMax);
  function check(): void {
    const leftMs = msMax - printer.idleMs;
    if (leftMs <= 0) callback();
    else timer = setTimeout(check, leftMs);
  }
  return () => clearTimeout(timer);
}
