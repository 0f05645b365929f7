/**
 * The kept connections to one store. Two things that Node's agents do not do:
 *
 *   a failure before a connection stands (name, port, TLS) is marked as never sent, and is bounded in time;
 *   a connection that idled for more than a few seconds is dropped before the next call. A process that was frozen
 *   and thawed finds its connections dead, and a commit tried on one would end in doubt.
 */
import { Agent as PlainAgent } from "node:http";
import { Agent as SecureAgent } from "node:https";
import type { Duplex } from "node:stream";
import { type Clock, StoreUnavailable } from "../../ports/index.ts";
import { markUnsent } from "./unsent.ts";

/** Far above the gaps of a busy process, below any server's patience. */
const idleMsMax = 4_000;

/** By both clocks: time in which a process was frozen may be missing on one of them. */
type Moment = { readonly now: number; readonly monotonicMs: number };

export class Connections {
  /** For https. */
  readonly secure: SecureAgent;
  /** For http: emulators. */
  readonly plain: PlainAgent;
  readonly #clock: Clock;
  readonly #lastUsed = new WeakMap<Duplex, Moment>();

  constructor(
    deps: { readonly clock: Clock },
    options: { readonly connectTimeoutMs: number; readonly connectionsMax: number },
  ) {
    this.#clock = deps.clock;
    const { connectTimeoutMs, connectionsMax } = options;
    const watch = (socket: Duplex | null | undefined, ready: string): void => {
      if (socket) this.#watch(socket, ready, connectTimeoutMs);
    };
    const agentOptions = { keepAlive: true, maxSockets: connectionsMax, maxFreeSockets: connectionsMax };
    this.secure = new WatchedSecureAgent(watch, agentOptions);
    this.plain = new WatchedPlainAgent(watch, agentOptions);
  }

  /** A call on this connection is over. */
  used(socket: Duplex): void {
    this.#lastUsed.set(socket, { now: this.#clock.now(), monotonicMs: this.#clock.monotonicMs() });
  }

  /** Ends every free connection that idled too long. */
  dropIdle(): void {
    for (const agent of [this.secure, this.plain])
      for (const sockets of Object.values(agent.freeSockets))
        for (const socket of sockets ?? []) if (this.#idleMs(socket) > idleMsMax) socket.destroy();
  }

  /** Ends all connections. */
  close(): void {
    this.secure.destroy();
    this.plain.destroy();
  }

  #idleMs(socket: Duplex): number {
    const since = this.#lastUsed.get(socket);
    if (!since) return Number.POSITIVE_INFINITY;
    const { now, monotonicMs } = since;
    return Math.max(Math.abs(this.#clock.now() - now), this.#clock.monotonicMs() - monotonicMs);
  }

  /** Until `ready` happens nothing can have been sent. */
  #watch(socket: Duplex, ready: string, connectTimeoutMs: number): void {
    const cancel = this.#clock.timer(connectTimeoutMs, () =>
      socket.destroy(new StoreUnavailable(`no connection within ${connectTimeoutMs} ms`)),
    );
    socket.once("error", markUnsent).once("close", cancel);
    socket.once(ready, () => {
      cancel();
      socket.off("error", markUnsent);
      this.used(socket);
    });
  }
}

type Watch = (socket: Duplex | null | undefined, ready: string) => void;

class WatchedPlainAgent extends PlainAgent {
  readonly #watch: Watch;

  constructor(watch: Watch, options: ConstructorParameters<typeof PlainAgent>[0]) {
    super(options);
    this.#watch = watch;
  }

  override createConnection(...args: Parameters<PlainAgent["createConnection"]>): Duplex | null | undefined {
    const socket = super.createConnection(...args);
    this.#watch(socket, "connect");
    return socket;
  }
}

class WatchedSecureAgent extends SecureAgent {
  readonly #watch: Watch;

  constructor(watch: Watch, options: ConstructorParameters<typeof SecureAgent>[0]) {
    super(options);
    this.#watch = watch;
  }

  override createConnection(...args: Parameters<SecureAgent["createConnection"]>): Duplex | null | undefined {
    const socket = super.createConnection(...args);
    this.#watch(socket, "secureConnect");
    return socket;
  }
}
