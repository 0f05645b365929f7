/**
 * What every route works with: the parts it is given, plain options, and what all requests share.
 */
import { type Engine, Partitioner } from "../engine/index.ts";
import type { Clock, Codecs, Random, Telemetry } from "../ports/index.ts";
import { Semaphore } from "../std/index.ts";
import type { Duty } from "./route.ts";

/** Everything that works. */
export type RestDeps = {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly random: Random;
  readonly codecs: Codecs;
  readonly telemetry: Telemetry;
  /** Every metric, as Prometheus reads it. */
  readonly exposition: () => Promise<{ readonly contentType: string; readonly text: string }>;
  /** Aborted when the server begins to stop: waiting ends, streams take nothing more. */
  readonly stopping: AbortSignal;
};

/** Plain data; `defaultRestOptions` has the reasons. */
export type RestOptions = {
  /** Of the package that serves: for whoever asks what is running there. */
  readonly version: string;
  /** Names that this server answers to, beside localhost; an IP address in brackets when it is v6. */
  readonly hosts: readonly string[];
  /** The routes that are served: all of them, or those of some duties. */
  readonly duties: "all" | readonly Duty[];
  /** How far the Host header is believed: `any` behind a gateway that owns the name, `addresses` for IP addresses too. */
  readonly hostCheck: "names" | "addresses" | "any";
  /** Web pages that may call, as their Origin header names them. */
  readonly origins: readonly string[];
  /** The largest body, or one record of a stream, bytes. */
  readonly requestBytesMax: number;
  /** Bodies of all requests together, bytes. */
  readonly bodyBufferBytes: number;
  /** The most records of one body that is answered whole. */
  readonly bodyRecordsMax: number;
  /** The most records of one stream. */
  readonly streamRecordsMax: number;
  /** How long a body may take in all, ms. */
  readonly bodyMsMax: number;
  /** How long a stream of records may be silent, ms. */
  readonly streamSilenceMsMax: number;
  /** How much of one stream may be on its way into the log, bytes. */
  readonly streamWindowBytes: number;
  /** The longest waiting of a fetch, ms: who asks for longer is answered then. */
  readonly fetchWaitMsMax: number;
  /** The most that one fetch brings, bytes, but for a first batch that is larger. */
  readonly fetchBytesMax: number;
  /** The most that an answer may hold which moves its reader on, bytes: more could not be sent. */
  readonly answerBytesMax: number;
};

const mebibyte = 1024 * 1024;

/** Fit for a process on a local port. */
export const defaultRestOptions: RestOptions = {
  version: "unknown",
  hosts: [],
  duties: "all",
  hostCheck: "names",
  origins: [],
  requestBytesMax: 16 * mebibyte,
  bodyBufferBytes: 256 * mebibyte,
  // Each takes many times its bytes while it is looked at.
  bodyRecordsMax: 100_000,
  streamRecordsMax: Number.POSITIVE_INFINITY,
  // Long enough for 16 MiB over a slow line, short enough that silent clients do not gather.
  bodyMsMax: 60_000,
  // A pipe of events may be quiet for a while: `tail -f file | curl -T-`.
  streamSilenceMsMax: 300_000,
  // Latency times rate: 10 ms at 200 MB/s.
  streamWindowBytes: 2 * mebibyte,
  fetchWaitMsMax: 60_000,
  fetchBytesMax: 64 * mebibyte,
  answerBytesMax: Number.POSITIVE_INFINITY,
};

/** What every route is given. */
export type Service = RestDeps & {
  readonly options: RestOptions;
  readonly partitioner: Partitioner;
  /** Bytes of request bodies held at present. */
  readonly bodyRoom: Semaphore;
};

/** Joins the parts; reads and starts nothing. */
export function makeService(deps: RestDeps, options: RestOptions): Service {
  return {
    ...deps,
    options,
    partitioner: new Partitioner({ random: deps.random }),
    bodyRoom: new Semaphore(options.bodyBufferBytes),
  };
}
