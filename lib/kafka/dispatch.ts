/**
 * A frame to its answer: header, table, handler, and back to bytes. Says what cannot be answered at all: such a connection
 * ends, as Kafka's does.
 */
import { CumulogError, MalformedBytes, messageOf } from "../std/index.ts";
import { type Api, apiOf, apiTable } from "./api-table.ts";
import type { Call } from "./deps.ts";
import { errorCodes } from "./error-codes.ts";
import { answerApiVersions } from "./handlers/api-versions.ts";
import {
  bodyOf,
  decode,
  encode,
  includes,
  type MessageDraft,
  type RequestHeader,
  readRequestHeader,
  Sink,
  writeResponseHeader,
} from "./wire/index.ts";

/** The client speaks something else than what is served: its connection cannot go on. */
export class Unanswerable extends CumulogError {
  override readonly name = "Unanswerable";
  readonly kind = "caller";
}

/** A request, understood as far as its header. */
export type Request = {
  readonly header: RequestHeader;
  readonly api: Api;
  /** Produce requests of one connection may be under way together; everything else waits for its turn. */
  readonly mayOverlap: boolean;
  /** The answer's parts, or none when the client wants none. Throws Unanswerable, and what is a fault of ours. */
  readonly answer: (call: Omit<Call, "version" | "clientId">) => Promise<readonly Uint8Array[] | undefined>;
};

const apiVersionsKey = 18;

/** Reads the header. Throws Unanswerable. */
export function readRequest(frame: Uint8Array): Request {
  const header = understood("request header", () => readRequestHeader(frame));
  const api = apiOf(header.apiKey);
  if (!api) throw new Unanswerable(`no API has key ${header.apiKey}`);
  const isServed = includes(api.served, header.apiVersion);
  if (!isServed && api.key !== apiVersionsKey)
    throw new Unanswerable(
      `${api.name} version ${header.apiVersion} is not served, only ${api.served.first} to ${api.served.last}`,
    );
  return {
    header,
    api,
    mayOverlap: api.name === "produce",
    answer: call =>
      isServed ? answer(api, header, frame, call) : Promise.resolve(refuseVersion(api, header)),
  };
}

async function answer(
  api: Api,
  header: RequestHeader,
  frame: Uint8Array,
  call: Omit<Call, "version" | "clientId">,
): Promise<readonly Uint8Array[] | undefined> {
  const { apiVersion: version, clientId } = header;
  const request = understood(`${api.name} v${version}`, () =>
    decode(api.request, version, bodyOf(frame, header, includes(api.request.flexible, version))),
  );
  const draft = await api.handle({ ...call, version, clientId }, request);
  return draft === undefined ? undefined : toParts(api, header, version, draft);
}

/** KIP-511: in version 0, which every client reads, with all that is served. */
function refuseVersion(api: Api, header: RequestHeader): readonly Uint8Array[] {
  return toParts(api, header, 0, answerApiVersions(apiTable(), errorCodes.UNSUPPORTED_VERSION));
}

function toParts(
  api: Api,
  header: RequestHeader,
  version: number,
  draft: MessageDraft<Api["response"]>,
): readonly Uint8Array[] {
  const sink = new Sink();
  const isFlexible = includes(api.response.flexible, version) && api.key !== apiVersionsKey;
  writeResponseHeader(sink, header.correlationId, isFlexible);
  encode(sink, api.response, version, draft);
  return sink.parts();
}

function understood<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof MalformedBytes) throw new Unanswerable(`malformed ${what}: ${messageOf(error)}`);
    throw error;
  }
}
