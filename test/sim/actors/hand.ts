/**
 * One of a crew, whatever it speaks: it is told to leave, to die, to sleep, and asks whichever process is at hand. What it says
 * and does is its own matter.
 */
import type { Prng } from "../world/prng.ts";
import type { Life } from "../world/process.ts";
import type { Stage } from "./stage.ts";

/** What all of a crew have in common. */
export type HandOptions = {
  readonly group: string;
  /** Which it reads, with so many partitions. */
  readonly topic: string;
  readonly partitions: number;
  readonly instanceId?: string;
  /** Of all heartbeats, those after which it commits. */
  readonly commits: number;
  /** How often it stays with the process that it asked last. */
  readonly loyalty: number;
};

/** What one has, if it is complete as far as it knows. */
export type Standing = { readonly generation: number; readonly owned: readonly number[] };

export abstract class Hand {
  readonly options: HandOptions;
  protected readonly stage: Stage;
  protected readonly prng: Prng;
  protected mustLeave = false;
  protected mustPause = false;
  #life: Life | undefined;
  #isGone = false;

  constructor(stage: Stage, prng: Prng, options: HandOptions) {
    this.stage = stage;
    this.prng = prng;
    this.options = options;
  }

  /** What its group knows it by; empty: nothing yet, or it does not know. */
  abstract readonly id: string;
  abstract readonly standing: Standing | undefined;
  /** Plays, until it is gone. */
  abstract run(): Promise<void>;

  /** It does nothing more. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /** Says good-bye at the next opportunity. */
  leave(): void {
    this.mustLeave = true;
  }

  /** Says nothing more. */
  die(): void {
    this.#isGone = true;
  }

  /** Sleeps beyond its session, then goes on as if nothing had happened. */
  pause(): void {
    this.mustPause = true;
  }

  /** Forgets what it was told of late. */
  stay(): void {
    this.mustPause = false;
    this.mustLeave = false;
  }

  /** A process to ask, after a while when there is none. */
  protected async pickLife(): Promise<Life | undefined> {
    const last = this.#life;
    const isAtHand = last !== undefined && !last.isDead && !last.gate.isFrozen;
    if (!isAtHand || !this.prng.chance(this.options.loyalty)) this.#life = this.stage.pickLife(this.prng);
    if (this.#life === undefined) await this.sleep(100);
    return this.#life;
  }

  protected sleep(ms: number): Promise<void> {
    return this.stage.world.scheduler.sleep(ms);
  }
}
