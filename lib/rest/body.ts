/**
 * Request bodies, bounded three ways: the size of one, the time it may take, and the bytes of all that are held at once.
 * What is past a bound is refused before it is read; a body that was not read whole ends its connection.
 */
import type { ZodType } from "zod";
import type { Clock } from "../ports/index.ts";
import { concat, messageOf } from "../std/index.ts";
import type { Service } from "./deps.ts";
import { describe } from "./describe.ts";
import { BadRequest, BodyTooLarge, BodyTooSlow, BodyTruncated } from "./errors.ts";
import { HeldBytes } from "./held-bytes.ts";
import { wanted } from "./wanted.ts";

const utf8Decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * Reads the body and keeps its bytes accounted for until `use` has settled. Throws BodyTooLarge, BodyTooSlow,
 * BodyTruncated, BodiesOverloaded.
 */
export async function withBody<T>(
  service: Service,
  request: Request,
  use: (bytes: Uint8Array) => Promise<T> | T,
): Promise<T> {
  const held = new HeldBytes(service.bodyRoom);
  try {
    const length = contentLength(request);
    requireSize(length ?? 0, service);
    const reading =
      length === undefined ? readStream(request, held, service) : readKnown(request, length, held);
    const { bodyMsMax } = service.options;
    const bytes = await within(
      service.clock,
      bodyMsMax,
      reading,
      () => new BodyTooSlow(`the body did not arrive within ${bodyMsMax} ms`),
    );
    requireSize(bytes.length, service);
    return await use(bytes);
  } finally {
    held.release();
  }
}

/** The body as JSON of the given shape. Throws BadRequest besides what withBody throws. */
export function readJson<T>(service: Service, request: Request, schema: ZodType<T>): Promise<T> {
  return withBody(service, request, bytes => check(schema, parseJson(textOfBody(bytes)), "body"));
}

/** As `readJson`; undefined for no body at all. */
export function readOptionalJson<T>(
  service: Service,
  request: Request,
  schema: ZodType<T>,
): Promise<T | undefined> {
  return withBody(service, request, bytes =>
    bytes.length === 0 ? undefined : check(schema, parseJson(textOfBody(bytes)), "body"),
  );
}

/** The text of a body. Throws BadRequest unless it is UTF-8. */
export function textOfBody(bytes: Uint8Array): string {
  try {
    return utf8Decoder.decode(bytes);
  } catch {
    throw new BadRequest(`the ${bytes.length} bytes of the body are not valid UTF-8`);
  }
}

/** The value of a JSON text. Throws BadRequest. */
export function parseJson(text: string): unknown {
  if (text.trim() === "") throw new BadRequest("the body is empty: JSON is wanted");
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new BadRequest(`the body is no JSON: ${messageOf(error)}`);
  }
}

/** The value, if it has the shape. Throws BadRequest with every problem, the place and the value of each. */
export function check<T>(schema: ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value, { reportInput: true, error: wanted });
  if (result.success) return result.data;
  const problems = result.error.issues.map(issue => {
    const place = issue.path.length === 0 ? what : issue.path.join(".");
    if (issue.code === "unrecognized_keys") return `${place}: ${issue.message}`;
    const found = issue.input === undefined ? "is missing" : describe(issue.input);
    return `${place} ${found}: ${issue.message}`;
  });
  throw new BadRequest(problems.join("; "));
}

/** The length that the client announced. */
export function contentLength(request: Request): number | undefined {
  const header = request.headers.get("content-length");
  return header !== null && /^\d{1,15}$/.test(header) ? Number(header) : undefined;
}

/** Settles as `work` does, or fails with `late` after `ms`. */
export function within<T>(clock: Clock, ms: number, work: Promise<T>, late: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.timer(ms, () => reject(late()));
    work.finally(cancel).then(resolve, reject);
  });
}

/** What a reader of the body that lost its connection is told. */
export function truncated(error: unknown): BodyTruncated {
  return new BodyTruncated(`the body ended early: ${messageOf(error)}`);
}

async function readKnown(request: Request, length: number, held: HeldBytes): Promise<Uint8Array> {
  held.add(length);
  try {
    return new Uint8Array(await request.arrayBuffer());
  } catch (error) {
    throw truncated(error);
  }
}

async function readStream(request: Request, held: HeldBytes, service: Service): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  const reader = request.body?.getReader();
  for (;;) {
    const read = await reader?.read().catch((error: unknown) => {
      throw truncated(error);
    });
    if (read?.value === undefined) return concat(parts);
    bytes += read.value.length;
    requireSize(bytes, service);
    held.add(read.value.length);
    parts.push(read.value);
  }
}

function requireSize(bytes: number, { options }: Service): void {
  if (bytes > options.requestBytesMax)
    throw new BodyTooLarge(`the body has ${bytes} bytes or more, ${options.requestBytesMax} are allowed`);
}
