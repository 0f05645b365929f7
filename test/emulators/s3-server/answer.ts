/** What goes back for a request. */
import { type Markup, xmlDocument } from "./xml.ts";

export type S3Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
};

/** 200 with a document. */
export function xmlAnswer(root: Markup): S3Answer {
  return { status: 200, headers: { "content-type": "application/xml" }, body: xmlDocument(root) };
}
