/**
 * Whoever reads through a consumer instance: makes it, subscribes it, polls it, commits where it stands, asks what it has, and
 * deletes it; each call by whichever process is at hand, now and then two polls at once. Vanished, it leaves its instance behind.
 */
import { CumulogError } from "../../../lib/std/index.ts";
import type { Heard } from "../world/asking.ts";
import { CalledClient } from "../world/called-client.ts";
import type { Prng } from "../world/prng.ts";
import type { Life } from "../world/process.ts";
import { Hand, type HandOptions, type Standing } from "./hand.ts";
import type { Stage } from "./stage.ts";

const patienceMs = 8_000;
const pauseMs = 2_000;

export class InstanceUser extends Hand {
  readonly #client: CalledClient;
  readonly #at: { readonly group: string; readonly instance: string };
  readonly #commitsItself: boolean;
  #state: "none" | "idle" | "subscribed" = "none";
  /** Something was delivered since it committed. */
  #hasNews = true;
  /** A poll was not answered: it may go on after any commit, and move where the instance stands. */
  #hasMissed = false;
  #owned: readonly number[] | undefined;

  constructor(stage: Stage, prng: Prng, options: HandOptions) {
    super(stage, prng, options);
    this.#client = new CalledClient(stage.world);
    this.#at = { group: options.group, instance: stage.world.nextValue() };
    this.#commitsItself = prng.chance(0.5);
  }

  /** Mostly it deletes its instance, as one that vanishes blocks its partitions for minutes. */
  override die(): void {
    if (!this.stage.isOver && this.#state !== "none" && this.prng.chance(0.8)) this.leave();
    else super.die();
  }

  /** Only its instance knows. */
  get id(): string {
    return "";
  }

  get standing(): Standing | undefined {
    return this.#owned && { generation: 0, owned: this.#owned };
  }

  async run(): Promise<void> {
    while (!this.isGone) {
      const life = await this.pickLife();
      if (life === undefined || this.isGone) continue;
      if (this.mustLeave) await this.#delete(life);
      else {
        if (this.mustPause) await this.#pause();
        await this.#call(life);
        await this.sleep(pauseMs * this.prng.between(0.3, 1.2));
      }
    }
  }

  async #call(life: Life): Promise<void> {
    if (this.#state === "none") return this.#create(life);
    if (this.#state === "idle") return this.#subscribe(life);
    const draw = this.prng.number();
    if (draw < 0.25) return this.#look(life);
    await this.#poll(life);
    const isTime = this.stage.isOver
      ? this.#hasNews || this.#hasMissed
      : this.prng.chance(this.options.commits);
    if (!this.#commitsItself && isTime) await this.#commit(life);
  }

  async #create(life: Life): Promise<void> {
    const settings = {
      format: "binary",
      reset: "earliest",
      commitsItself: this.#commitsItself,
      bytesMin: 1,
      waitMs: 0,
    } as const;
    const heard = await this.#client.call(
      life,
      this.#at,
      "create",
      each => each.create(this.#name, settings),
      patienceMs,
    );
    // That it is there already is what the answer to an earlier call would have said.
    if (this.#isGood(heard) || (heard instanceof CumulogError && heard.name === "InstanceExists"))
      this.#state = "idle";
  }

  async #subscribe(life: Life): Promise<void> {
    const names = [this.options.topic];
    const heard = await this.#client.call(
      life,
      this.#at,
      "subscribe",
      each => each.subscribe(this.#name, { names }),
      patienceMs,
    );
    if (this.#isGood(heard)) this.#state = "subscribed";
  }

  async #poll(life: Life): Promise<void> {
    const taking = { partitionsMax: 1 + this.prng.below(3), waitMs: this.prng.pick([0, 0, 500, 3_000]) };
    const others =
      !this.stage.isOver && this.#owned && this.prng.chance(0.1) ? [this.stage.pickLife(this.prng)] : [];
    const polls = [life, ...others].flatMap(each =>
      each ? [this.#client.deliver(each, this.#at, taking, patienceMs)] : [],
    );
    for (const heard of await Promise.all(polls))
      if (!this.#isGood(heard)) this.#hasMissed = true;
      else if (heard.length > 0) this.#hasNews = true;
  }

  async #commit(life: Life): Promise<void> {
    const heard = await this.#client.call(
      life,
      this.#at,
      "commit",
      each => each.commit(this.#name, undefined),
      patienceMs,
    );
    if (this.#isGood(heard)) this.#hasNews = false;
  }

  async #look(life: Life): Promise<void> {
    const heard = await this.#client.assignment(life, this.#at, patienceMs);
    this.#owned = this.#isGood(heard) ? heard : undefined;
  }

  async #pause(): Promise<void> {
    this.mustPause = false;
    this.#owned = undefined;
    await this.sleep(this.prng.spread(5_000, 60_000));
  }

  async #delete(life: Life): Promise<void> {
    for (let attempt = 0; attempt < 5 && this.#state !== "none" && !this.isGone; attempt++) {
      const each = attempt === 0 ? life : await this.pickLife();
      const heard =
        each &&
        (await this.#client.call(each, this.#at, "delete", all => all.delete(this.#name), patienceMs));
      if (this.#isGood(heard)) break;
    }
    super.die();
  }

  get #name() {
    return { group: this.#at.group, name: this.#at.instance };
  }

  #isGood<T>(heard: Heard<T>): heard is T {
    if (heard === undefined) return false;
    if (!(heard instanceof CumulogError)) return true;
    if (heard.name === "UnknownInstance") {
      this.#state = "none";
      this.#owned = undefined;
    }
    if (heard.name === "InstanceConflict") this.#state = "idle";
    return false;
  }
}
