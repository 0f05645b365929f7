/**
 * The media types that bodies may have.
 */
import { quote } from "./describe.ts";
import { MediaTypeUnsupported } from "./errors.ts";

/** Bodies and answers of everything else. */
export const jsonMediaType = "application/json";
/** Answers of the v2 paths. */
export const v2MediaType = "application/vnd.kafka.v2+json";
/** Records of the v2 paths whose keys and values are JSON. */
export const v2JsonMediaType = "application/vnd.kafka.json.v2+json";
/** Records of the v2 paths whose keys and values are base64. */
export const v2BinaryMediaType = "application/vnd.kafka.binary.v2+json";
/** What bodies of the v2 paths of consumers may be called: all are JSON. */
export const v2BodyMediaTypes = [v2MediaType, v2JsonMediaType, v2BinaryMediaType, jsonMediaType] as const;
/** Record batches v2, back to back, undecoded. */
export const batchesMediaType = "application/vnd.cumulog.batches";

/** The media type of a body, without its parameters. Throws MediaTypeUnsupported unless it is one of those allowed. */
export function mediaTypeOf(request: Request, allowed: readonly string[]): string {
  const given = request.headers.get("content-type");
  const mediaType = (given ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (allowed.includes(mediaType)) return mediaType;
  throw new MediaTypeUnsupported(
    `Content-Type ${given === null ? "is missing" : quote(given)}: ${allowed.join(" or ")} is wanted`,
  );
}

/** Throws MediaTypeUnsupported for a body that is compressed as a whole: only record batches are opened. */
export function refuseEncoded(request: Request): void {
  const encoding = request.headers.get("content-encoding");
  if (encoding !== null && encoding.toLowerCase() !== "identity")
    throw new MediaTypeUnsupported(`Content-Encoding ${quote(encoding)}: send the body as it is`);
}

/** Whether the client asks for this media type by name. */
export function accepts(request: Request, mediaType: string): boolean {
  const accept = request.headers.get("accept") ?? "";
  return accept.split(",").some(part => part.split(";", 1)[0]?.trim().toLowerCase() === mediaType);
}
