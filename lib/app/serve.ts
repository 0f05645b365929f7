/**
 * One process that is the whole service: the embedded stores, the engine and its REST face on a local port.
 */

/** A server that runs. */
export type RunningService = {
  /** Where it listens, as URLs: `http://127.0.0.1:8080`. */
  readonly addresses: readonly string[];
  /**
   * Drains: no new connections, what is under way is acknowledged or refused, then the stores are closed. Resolves when
   * all of it is done, at once when it was done before. Calls overlap harmlessly and do not hurry it.
   */
  stop(): Promise<void>;
  /** Cuts every connection without draining: what was under way is left unanswered, as by a crash. */
  kill(): void;
};
