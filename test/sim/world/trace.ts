/**
 * What happened, line by line. Off, it costs nothing: lines are made only when someone wants them.
 */
export type Line = () => string;

export class Trace {
  readonly #write: ((line: string) => void) | undefined;

  constructor(write: ((line: string) => void) | undefined) {
    this.#write = write;
  }

  add(nowMs: number, line: Line): void {
    this.#write?.(`${nowMs.toFixed(3).padStart(14)}  ${line()}`);
  }
}
