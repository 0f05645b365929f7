/**
 * Does work while there is some, one run after another. Whoever makes work kicks; a kick is never lost, because the
 * look for more work and the stop are one step.
 */
export class Pump {
  readonly #hasWork: () => boolean;
  readonly #work: () => Promise<void>;
  #running: Promise<void> | undefined;

  /** `work` must not reject: it answers to whoever gave it the work. */
  constructor(hasWork: () => boolean, work: () => Promise<void>) {
    this.#hasWork = hasWork;
    this.#work = work;
  }

  /** The run under way, undefined when there is none. */
  get running(): Promise<void> | undefined {
    return this.#running;
  }

  kick(): void {
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    // What is asked for in the same turn is done together.
    await undefined;
    while (this.#hasWork()) await this.#work();
    this.#running = undefined;
  }
}
