/**
 * What the server says no with: status and code as S3 gives them, as XML.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
import { element, xmlDocument } from "./xml.ts";

/** An answer of S3 that is an error. Thrown by whoever finds the reason, turned into XML in one place. */
export class S3Refusal extends Error {
  override readonly name = "S3Refusal";
  readonly status: number;
  readonly code: string;
  /** Further elements of the body, such as the key that does not exist. */
  readonly details: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, details: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }

  /** The body of the answer. */
  toXml(requestId: string): string {
    const { code, message, details } = this;
    const parts = { Code: code, Message: message, ...details, RequestId: requestId, HostId: "emulator" };
    return xmlDocument(
      element("Error", ...Object.entries(parts).map(([name, value]) => element(name, value))),
    );
  }
}

/** What S3 may well do and this server does not. Loud, so that no test passes on a guess. */
export function notModelled(what: string): S3Refusal {
  return new S3Refusal(501, "NotImplemented", `the S3 server of the tests does not model ${what}`);
}
