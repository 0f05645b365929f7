/**
 * What every handler works with: the parts it is given, plain options, and who calls.
 */
import type { Engine } from "../engine/index.ts";
import type { Clock, Telemetry } from "../ports/index.ts";

/** A gateway as clients are told of it. */
export type Node = { readonly id: number; readonly host: string; readonly port: number };

/** Who serves: the gateways that are alive, this one among them. */
export type Nodes = {
  /** This gateway's own id. */
  readonly ownId: number;
  /** Every living gateway, this one first, with the address under which the caller may reach it. */
  list(reachedAt: Address): readonly Node[];
  /** The id of the gateway that a partition prefers. */
  preferred(topicId: string, partition: number): number;
};

/** Where a client reached us. */
export type Address = { readonly host: string; readonly port: number };

/** Everything that works. */
export type KafkaDeps = {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly nodes: Nodes;
};

/** Plain data; `defaultKafkaOptions` has the reasons. */
export type KafkaOptions = {
  /** Whether asking for an unknown topic makes it: Kafka's auto.create.topics.enable. */
  readonly autoCreateTopics: boolean;
  /** The largest frame, bytes: Kafka's socket.request.max.bytes. */
  readonly frameBytesMax: number;
  /** Requests of one connection that may be under way or unanswered. */
  readonly requestsPerConnectionMax: number;
  /**
   * Requests of all connections together, bytes, and answers as many again: past it those who hold some are not read, and
   * answers get small.
   */
  readonly heldBytesMax: number;
  /** A connection without a request for this long is closed: Kafka's connections.max.idle.ms. */
  readonly idleMs: number;
  readonly connectionsMax: number;
  /** The longest waiting of a fetch, ms. */
  readonly fetchWaitMsMax: number;
  /** The most that one fetch answers with, bytes; the first batch is whole even so. */
  readonly fetchBytesMax: number;
};

const mebibyte = 1024 * 1024;

/** Fit for a gateway with memory to spare. */
export const defaultKafkaOptions: KafkaOptions = {
  // Clients and their test suites rely on Kafka's default.
  autoCreateTopics: true,
  frameBytesMax: 100 * mebibyte,
  // Kafka's clients keep 5; others pipeline more.
  requestsPerConnectionMax: 64,
  heldBytesMax: 256 * mebibyte,
  idleMs: 600_000,
  connectionsMax: 10_000,
  fetchWaitMsMax: 300_000,
  fetchBytesMax: 55 * mebibyte,
};

/** What handlers are given. */
export type Service = KafkaDeps & { readonly options: KafkaOptions };

/** One request, beside its values. */
export type Call = {
  readonly service: Service;
  readonly version: number;
  readonly clientId: string | null;
  /** Where the client is, as far as the socket tells. */
  readonly clientHost: string;
  /** The address under which this client reached us. */
  readonly reachedAt: Address;
  /** Aborted when the client is gone or the server stops: waiting ends. */
  readonly signal: AbortSignal;
};
