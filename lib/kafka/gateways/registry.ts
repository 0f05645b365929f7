/**
 * The gateways that share one log. Each claims the least free node id, says every few seconds that it lives, and looks who
 * else does. Clocks may differ: a gateway counts as dead some seconds after its own time is over, and then only clients
 * are sent elsewhere; a gateway whose id was taken claims another.
 */
import {
  type GatewayItem,
  gatewayFree,
  gatewayItem,
  gatewayKey,
  gatewayPartitionKey,
  readGateway,
} from "../../format/items/index.ts";
import type { Clock, ItemStore, Random, Telemetry } from "../../ports/index.ts";
import { CumulogError, messageOf } from "../../std/index.ts";
import type { Address, Node, Nodes } from "../deps.ts";
import { preferredOf } from "./rendezvous.ts";

/** Every node id up to this is taken by a living gateway. */
export class NoNodeFree extends CumulogError {
  override readonly name = "NoNodeFree";
  readonly kind = "busy";
}

/** How long one renewal holds; renewed after a third of it. */
const lifeMs = 15_000;
/** How far the clocks of gateways may differ. */
const skewMs = 5_000;
const idMax = 1_000;

type Deps = {
  readonly items: ItemStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly telemetry: Telemetry;
};

/** This gateway among the others. */
export class GatewayRegistry implements Nodes {
  readonly #deps: Deps;
  readonly #address: Address;
  readonly #holder: string;
  #ownId = 0;
  #living: readonly GatewayItem[] = [];
  #ids: readonly number[] = [];
  #cancel: () => void = () => undefined;
  #isStopped = false;
  #renewing: Promise<void> = Promise.resolve();

  constructor(deps: Deps, options: { readonly address: Address }) {
    this.#deps = deps;
    this.#address = options.address;
    this.#holder = Buffer.from(deps.random.bytes(12)).toString("base64url");
  }

  get ownId(): number {
    return this.#ownId;
  }

  /** Claims a node id; renews it until `stop`. Throws NoNodeFree, and what the store throws. */
  async start(): Promise<void> {
    await this.#look();
    await this.#claim();
    await this.#look();
    this.#schedule();
  }

  /** Lets the id go. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel();
    await this.#renewing;
    await this.#deps.items
      .delete(gatewayKey(this.#ownId), [{ kind: "equals", name: "holder", value: this.#holder }])
      .catch(error =>
        this.#say("a gateway could not take itself off the list; it is forgotten in a while", error),
      );
  }

  list(_reachedAt: Address): readonly Node[] {
    return this.#living;
  }

  preferred(topicId: string, partition: number): number {
    return preferredOf(this.#ids, topicId, partition);
  }

  async #claim(): Promise<void> {
    const deadBeforeMs = this.#deps.clock.now() - skewMs;
    const taken = new Set(this.#living.map(({ id }) => id));
    for (let id = 1; id <= idMax; id++) {
      if (taken.has(id)) continue;
      const put = await this.#deps.items.put(this.#item(id), gatewayFree(this.#holder, deadBeforeMs));
      if (put.kind === "applied") {
        this.#ownId = id;
        return;
      }
    }
    throw new NoNodeFree(`${idMax} gateways live already`);
  }

  #schedule(): void {
    this.#cancel = this.#deps.clock.timer(lifeMs / 3, () => {
      this.#renewing = this.#renew()
        .catch(error => this.#say("a gateway could not renew its place; it tries again", error))
        .finally(() => {
          if (!this.#isStopped) this.#schedule();
        });
    });
  }

  async #renew(): Promise<void> {
    const own = gatewayFree(this.#holder, 0);
    const put = await this.#deps.items.put(this.#item(this.#ownId), own);
    // Silent for too long: somebody else has the id by now.
    if (put.kind === "refused") await this.#claim();
    await this.#look();
  }

  #item(id: number): ReturnType<typeof gatewayItem> {
    const untilMs = this.#deps.clock.now() + lifeMs;
    return gatewayItem({ id, ...this.#address, holder: this.#holder, untilMs });
  }

  /** Who lives, this one first. */
  async #look(): Promise<void> {
    const found: GatewayItem[] = [];
    let from: string | undefined = "";
    while (from !== undefined) {
      const page: Awaited<ReturnType<ItemStore["query"]>> = await this.#deps.items.query({
        pk: gatewayPartitionKey,
        from,
        to: gatewayKey(idMax).sk,
        consistent: true,
      });
      found.push(...page.items.map(({ sk, attributes }) => readGateway(sk, attributes)));
      from = page.next;
    }
    const nowMs = this.#deps.clock.now();
    const living = found.filter(({ untilMs }) => untilMs + skewMs >= nowMs);
    this.#living = living.toSorted((a, b) => Number(b.id === this.#ownId) - Number(a.id === this.#ownId));
    this.#ids = living.map(({ id }) => id);
  }

  #say(message: string, error: unknown): void {
    this.#deps.telemetry.log("warn", message, { nodeId: this.#ownId, error: messageOf(error) });
  }
}
