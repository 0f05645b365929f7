/**
 * Mending a restored table with the rights of whoever asks for it. What it needs is loaded when it is called.
 */
import type { MendReport } from "../engine/index.ts";
import { loadParts } from "./parts.ts";

/** Where the log lies that is to be mended. */
export type LogOnAws = {
  readonly table: string;
  readonly bucket: string;
  /** Default: what the SDK finds. */
  readonly region?: string;
  /** Of an emulator. */
  readonly dynamoDbEndpoint?: string;
  readonly s3Endpoint?: string;
};

/** One call after the other, over lines that may be slow. */
const connection = { connectTimeoutMs: 10_000, answerTimeoutMs: 20_000, connectionsMax: 4 };
/** A call is sent again for so long: nobody waits for an answer within a request's time. */
const requestDeadlineMs = 60_000;

/** As mendRestored. Throws StoreMisconfigured and what else the stores throw. */
export async function mendTable(
  log: LogOnAws,
  options: { readonly isApplied: boolean },
): Promise<MendReport> {
  const [{ openAws }, { engine, parts }] = await Promise.all([
    import("../adapters/aws/index.ts"),
    loadParts(),
  ]);
  const stores = openAws({ ...parts, crc32c: parts.codecs.crc32c }, { ...log, ...connection });
  try {
    const engineOptions = { ...engine.defaultEngineOptions, requestDeadlineMs };
    return await engine.mendRestored({ ...parts, ...stores }, engineOptions, options);
  } finally {
    await stores.close();
  }
}
