/**
 * What the writers and readers of the crash test ask of a log, over whatever they reach it.
 */
import type { HistoryError, SeenRecord } from "../sim/checker/index.ts";
import type { NewRecord } from "./payload.ts";

export type Place = { readonly topic: string; readonly partition: number };

/** Records that lie side by side in one partition once they are there. */
export type Part = Place & { readonly records: readonly NewRecord[] };

/** The name of the error of a connection that is gone. */
export const cutName = "Cut";

/** `fail`: certainly not stored. `info`: nobody can say. */
export type Failed = { readonly kind: "fail" | "info"; readonly error: HistoryError };
export type Appended = { readonly kind: "ok"; readonly baseOffset: number } | Failed;
export type Fetched =
  | {
      readonly kind: "ok";
      readonly records: readonly SeenRecord[];
      readonly nextOffset: number;
      readonly highWatermark: number;
      readonly logStartOffset: number;
    }
  | Failed;

/** One connection: what is asked on it comes one after the other. */
export interface Connection {
  /** Parts of one request, and records of one part, at most. */
  readonly partsMax: number;
  readonly recordsMax: number;
  /** One outcome per part, in their order; each is told as soon as it is known. Never rejects. */
  append(parts: readonly Part[], told: (part: number, outcome: Appended) => void): Promise<void>;
  fetch(place: Place, offset: number, waitMs: number, bytesMax: number): Promise<Fetched>;
  close(): void;
}
