/**
 * One line per failure, repeats counted. The first of a kind is written at once; those that follow within the window
 * are counted and become one line, with the last one's fields and their number, when the window ends. A failure that
 * goes on is thus one line a window.
 */
import type { Clock, LogFields } from "../../ports/index.ts";

type Repeated = { count: number; fields: LogFields | undefined; readonly stop: () => void };

/** Kinds watched at once; past that, lines are written as they come. */
const kindsMax = 1000;

export class Repeats<Kind> {
  readonly #clock: Clock;
  readonly #windowMs: number;
  readonly #write: (kind: Kind, fields: LogFields | undefined) => void;
  readonly #open = new Map<string, { readonly kind: Kind; readonly repeated: Repeated }>();

  constructor(deps: {
    readonly clock: Clock;
    readonly windowMs: number;
    readonly write: (kind: Kind, fields: LogFields | undefined) => void;
  }) {
    this.#clock = deps.clock;
    this.#windowMs = deps.windowMs;
    this.#write = deps.write;
  }

  /** Writes or counts. `name` tells kinds apart. */
  see(name: string, kind: Kind, fields: LogFields | undefined): void {
    const open = this.#open.get(name);
    if (open) {
      open.repeated.count++;
      open.repeated.fields = fields;
      return;
    }
    if (this.#open.size < kindsMax) this.#openWindow(name, kind);
    this.#write(kind, fields);
  }

  /** Writes what was only counted so far: before the process ends. */
  flush(): void {
    for (const [name, { repeated }] of this.#open) {
      repeated.stop();
      this.#close(name);
    }
  }

  #openWindow(name: string, kind: Kind): void {
    const stop = this.#clock.timer(this.#windowMs, () => {
      if (this.#close(name)) this.#openWindow(name, kind);
    });
    this.#open.set(name, { kind, repeated: { count: 0, fields: undefined, stop } });
  }

  /** Whether there was anything to write. */
  #close(name: string): boolean {
    const open = this.#open.get(name);
    this.#open.delete(name);
    if (!open || open.repeated.count === 0) return false;
    this.#write(open.kind, { ...open.repeated.fields, repeats: open.repeated.count });
    return true;
  }
}
