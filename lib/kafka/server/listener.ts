/**
 * The TCP port for Kafka's clients: accepts, bounds the number of connections, and drains all of them.
 */
import { createServer, type Server, type Socket } from "node:net";
import { messageOf } from "../../std/index.ts";
import type { Address, Service } from "../deps.ts";
import { AnswerBytes } from "./answer-bytes.ts";
import { Connection } from "./connection.ts";
import { HeldBytes } from "./held-bytes.ts";

/** After so long without a byte the system asks whether a client is still there; load balancers see life too. */
const keepAliveMs = 60_000;

export class KafkaListener {
  readonly #service: Service;
  readonly #server: Server;
  readonly #connections = new Set<Connection>();
  readonly #held: HeldBytes;
  readonly #answers: AnswerBytes;

  constructor(service: Service) {
    this.#service = service;
    this.#held = new HeldBytes(service, { bytesMax: service.options.heldBytesMax });
    this.#answers = new AnswerBytes({ bytesMax: service.options.heldBytesMax });
    this.#server = createServer(
      { noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveMs, allowHalfOpen: true },
      socket => this.#accept(socket),
    );
    this.#server.maxConnections = service.options.connectionsMax;
    this.#server.on("drop", () => this.#refuse());
  }

  /** What all connections hold, bytes; and how many there are. */
  get load(): { readonly requestBytes: number; readonly answerBytes: number; readonly connections: number } {
    const [requestBytes, answerBytes] = [this.#held.bytes, this.#answers.bytes];
    return { requestBytes, answerBytes, connections: this.#connections.size };
  }

  /** Begins to accept; answers with the port. Rejects with what the system says. */
  listen({ host, port }: Address): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ host, port }, () => {
        this.#server.removeListener("error", reject);
        // A client that could not be accepted, for want of file handles perhaps: it will come again.
        this.#server.on("error", error =>
          this.#say("a Kafka client could not be accepted", messageOf(error)),
        );
        const address = this.#server.address();
        resolve(typeof address === "object" && address !== null ? address.port : port);
      });
    });
  }

  /** Accepts nothing more, answers what is under way, and closes every connection: after `ms` at the latest. */
  async close(ms: number): Promise<void> {
    const closed = new Promise<void>(resolve => this.#server.close(() => resolve()));
    const cancel = this.#service.clock.timer(ms, () => this.#cutAll());
    await Promise.all([...this.#connections].map(connection => connection.close()));
    await closed;
    cancel();
  }

  /** Ends every connection now. */
  cut(): void {
    this.#server.close();
    this.#cutAll();
  }

  #cutAll(): void {
    for (const connection of this.#connections) connection.cut();
  }

  #accept(socket: Socket): void {
    const connection = new Connection({
      service: this.#service,
      socket,
      held: this.#held,
      answers: this.#answers,
    });
    this.#connections.add(connection);
    this.#showConnections();
    socket.once("close", () => {
      this.#connections.delete(connection);
      this.#showConnections();
    });
  }

  #refuse(): void {
    const { connectionsMax } = this.#service.options;
    this.#service.telemetry.count("cumulog_kafka_connections_refused_total");
    this.#say("a Kafka connection was refused", `${connectionsMax} are open, and no more are allowed`);
  }

  #showConnections(): void {
    this.#service.telemetry.gauge("cumulog_kafka_connections", this.#connections.size);
  }

  #say(message: string, error: string): void {
    this.#service.telemetry.log("warn", message, { error });
  }
}
