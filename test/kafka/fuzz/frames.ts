/**
 * Frames to break: valid requests of every API in every version that there is a table for, made from arbitrary values. The
 * same seed gives the same frames.
 */
import fc from "fast-check";
import { encode, includes, type Message, Sink, writeRequestHeader } from "../../../lib/kafka/wire/index.ts";
import { concat } from "../../../lib/std/index.ts";
import { apis } from "../apis/all.ts";
import { valuesOf, versionsOf } from "../wire/arbitrary.ts";

/** A request that is well formed. */
export type Frame = { readonly message: Message; readonly version: number; readonly bytes: Uint8Array };

const framesPerVersion = 2;

/** Valid frames, without the size before them. */
export function validFrames(seed: number): readonly Frame[] {
  return apis.flatMap(({ key, request }) =>
    versionsOf(request).flatMap(version =>
      fc
        .sample(valuesOf(request, version), { seed, numRuns: framesPerVersion })
        .map(values => ({ message: request, version, bytes: frameOf(key, request, version, values) })),
    ),
  );
}

function frameOf(apiKey: number, message: Message, version: number, values: object): Uint8Array {
  const sink = new Sink();
  const header = { apiKey, apiVersion: version, correlationId: 7, clientId: "fuzz" };
  writeRequestHeader(sink, header, includes(message.flexible, version));
  encode(sink, message, version, values);
  return concat(sink.parts());
}
