/** ApiVersions: what this server speaks. Asked first by every client, and answered whatever version it asks in. */
import type { messages } from "../apis/index.ts";
import type { MessageDraft, Versions } from "../wire/index.ts";

type Response = MessageDraft<(typeof messages.apiVersions)["response"]>;

/** What a client may use of an API. */
export type Advertised = { readonly key: number; readonly advertised: Versions };

/** The list, with the error that goes with it. */
export function answerApiVersions(apis: readonly Advertised[], errorCode: number): Response {
  return {
    errorCode,
    apiKeys: apis.map(({ key, advertised }) => ({
      apiKey: key,
      minVersion: advertised.first,
      maxVersion: advertised.last,
    })),
  };
}
