/**
 * Whoever asked still waits. A change goes on from an image of the store only while that is so: then nothing that the same
 * caller has committed since can be in that image, to be undone. Who gives a commit up and commits elsewhere has waited
 * for the time of a request, or has cut its connection.
 */
import { Pauses } from "../../retry.ts";
import type { EngineDeps } from "../../types.ts";
import { GroupUnavailable } from "../errors.ts";

/** Refusals after which it is somebody else's turn for a moment. */
const refusalsAtOnce = 2;

type Deps = Pick<EngineDeps, "clock" | "random">;

/**
 * What a commit is made from, where somebody else may have gone on from the same. `since` is a moment of `OffsetItems` before it
 * was read; `check` throws when it is overtaken by now.
 */
export type Basis = { readonly since: number; readonly check: () => Promise<void> };

/** How a commit is made. The signal says that the caller is gone: nothing is begun any more. */
export type CommitOptions = { readonly signal?: AbortSignal; readonly basis?: Basis };

export class Waiting {
  readonly #deps: Deps;
  readonly basis: Basis | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #deadlineMs: number;

  /** From now on, for so long at most. */
  constructor(deps: Deps, waitMsMax: number, { signal, basis }: CommitOptions = {}) {
    this.#deps = deps;
    this.basis = basis;
    this.#signal = signal;
    this.#deadlineMs = deps.clock.monotonicMs() + waitMsMax;
  }

  /** Throws GroupUnavailable when nobody waits any more. To be asked once an image is there, not before it is read. */
  check(): void {
    if (this.#signal?.aborted) throw new GroupUnavailable("who asked is gone");
    if (this.#deps.clock.monotonicMs() > this.#deadlineMs) throw this.#tooLate();
  }

  /** What to await after each refusal: nothing at first, then a pause. Throws as `check`. */
  refusals(): () => Promise<void> {
    const pauses = new Pauses(this.#deps);
    let refusals = 0;
    return async () => {
      if (++refusals <= refusalsAtOnce) return;
      if (!(await pauses.waitUnlessPast(this.#deadlineMs))) throw this.#tooLate();
    };
  }

  #tooLate(): GroupUnavailable {
    return new GroupUnavailable(
      "others change the group's offsets, or the stores are slow: not decided in time",
    );
  }
}
