/**
 * The phases of a run, each told with how it ended and how long it took. The first that fails ends the run.
 */

/** One phase that ended well. */
type Phase = { readonly title: string; readonly seconds: number };

export class Phases {
  readonly #done: Phase[] = [];

  /** Runs a phase. Throws what it throws. */
  async run<T>(title: string, work: () => Promise<T>): Promise<T> {
    const startMs = performance.now();
    const seconds = (): number => (performance.now() - startMs) / 1000;
    try {
      const result = await work();
      this.#done.push({ title, seconds: seconds() });
      process.stdout.write(`ok   ${title} (${seconds().toFixed(1)} s)\n`);
      return result;
    } catch (error) {
      process.stdout.write(`FAIL ${title} (${seconds().toFixed(1)} s)\n`);
      throw error;
    }
  }

  /** What all phases took together. */
  toText(): string {
    const seconds = this.#done.reduce((sum, phase) => sum + phase.seconds, 0);
    return `${this.#done.length} phases in ${seconds.toFixed(1)} s`;
  }
}
