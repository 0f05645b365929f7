/**
 * Many callers, one run: whoever calls gets the result of a run that began after the call. While one is under way, all who come
 * share the next. So a look at something that changes is never older than who asked for it, however many ask.
 */
export class SharedNext<T> {
  readonly #work: () => Promise<T>;
  #running: Promise<unknown> | undefined;
  #next: Promise<T> | undefined;

  constructor(work: () => Promise<T>) {
    this.#work = work;
  }

  /** The result of a run that begins now, or when the one that is under way has ended. A failure is shared too. */
  run(): Promise<T> {
    if (this.#running === undefined) return this.#begin();
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      return this.#begin();
    });
    return this.#next;
  }

  #begin(): Promise<T> {
    const result = this.#work();
    const running = result.then(
      () => undefined,
      () => undefined,
    );
    this.#running = running;
    void running.then(() => {
      if (this.#running === running) this.#running = undefined;
    });
    return result;
  }
}
