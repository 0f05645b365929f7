/**
 * DeleteObjects without versions.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
 */
import { objectLimits } from "../../../lib/ports/index.ts";
import { type S3Answer, xmlAnswer } from "./answer.ts";
import type { Bucket } from "./bucket.ts";
import { checkBody, requireChecksum } from "./checksums.ts";
import { notModelled, S3Refusal } from "./refusal.ts";
import type { S3Request } from "./request.ts";
import { element, namesIn, textsIn } from "./xml.ts";

const knownElements: ReadonlySet<string> = new Set(["Delete", "Object", "Key", "Quiet"]);

export async function deleteObjects(bucket: Bucket, request: S3Request): Promise<S3Answer> {
  requireChecksum(request, checkBody(request));
  const xml = request.body.toString("utf8");
  const unknown = [...namesIn(xml)].find(name => !knownElements.has(name));
  if (unknown !== undefined) throw notModelled(`<${unknown}> in DeleteObjects`);
  const keys = textsIn(xml, "Key");
  if (keys.length < 1 || keys.length > objectLimits.deleteKeysMax || keys.includes(""))
    throw new S3Refusal(
      400,
      "MalformedXML",
      "The XML you provided was not well-formed or did not validate against our published schema",
    );
  await bucket.delete(keys);
  const told = textsIn(xml, "Quiet")[0] === "true" ? [] : keys;
  return xmlAnswer(element("DeleteResult", ...told.map(key => element("Deleted", element("Key", key)))));
}
