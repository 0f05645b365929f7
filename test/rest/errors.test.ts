import { describe, expect, it } from "vitest";
import * as engine from "../../lib/engine/index.ts";
import * as recordBatch from "../../lib/format/record-batch/index.ts";
import * as ports from "../../lib/ports/index.ts";
import { renderErrors, translate, translations } from "../../lib/rest/errors.ts";
import { AssertionFailed, CumulogError } from "../../lib/std/index.ts";

/** The kinds of an error and the statuses that say the same to a client. */
const statusesOf = {
  caller: [400, 403, 404, 405, 406, 408, 409, 413, 415, 416, 422, 500],
  busy: [409, 503, 504, 507],
  fenced: [404, 409],
  operator: [500],
  corrupt: [500],
  bug: [500],
};

type ErrorClass = new (message: string, ...more: number[]) => CumulogError;

/** Every concrete error class that a module exports; an abstract one has no kind of its own. */
function errorsOf(module: object): CumulogError[] {
  return Object.values(module)
    .filter((value): value is ErrorClass => value?.prototype instanceof CumulogError)
    .map(errorClass => new errorClass("made for a test", 0, 0))
    .filter(error => Object.hasOwn(error, "name"));
}

describe("errors", () => {
  const known = [...errorsOf(engine), ...errorsOf(recordBatch), ...errorsOf(ports)];

  it.each(known.map(error => [error.name, error] as const))(
    "%s has a status that fits its kind",
    (name, error) => {
      expect(Object.keys(translations)).toContain(name);
      expect(statusesOf[error.kind]).toContain(translate(error).status);
    },
  );

  it("are all found", () => {
    expect(known.length).toBeGreaterThan(25);
  });

  it("have codes that begin with their status", () => {
    for (const { status, code } of Object.values(translations)) expect(Math.floor(code / 100)).toBe(status);
  });

  it("share a code only where Confluent has one for all of them, and where they are our own", () => {
    const names = Map.groupBy(Object.entries(translations), ([, { code }]) => code);
    const shared = [...names].filter(([, entries]) => entries.length > 1).map(([code]) => code);
    expect(shared.sort()).toEqual([40002, 40403, 50002]);
  });

  it("promise that a retry is safe only where nothing was done", () => {
    const retriable = Object.entries(translations).filter(([, said]) => said.retryAfterSeconds !== undefined);
    expect(retriable.map(([name]) => name)).not.toContain("AppendOutcomeUnknown");
    expect(retriable.map(([name]) => name)).not.toContain("OutcomeUnknown");
    for (const [, { status }] of retriable) expect(status).toBe(503);
  });

  it("without a name are ours", () => {
    for (const error of [
      new TypeError("x is undefined"),
      new AssertionFailed("a rule broke"),
      "text",
      undefined,
    ])
      expect(translate(error)).toMatchObject({ status: 500, code: 50002 });
  });

  it("are listed in a table, in the order of their codes", () => {
    const rows = renderErrors().trim().split("\n");
    expect(rows.length).toBe(Object.keys(translations).length + 2);
    expect(rows[2]).toMatch(/^\| 400 \| 40001 \| BadRequest \| /);
    expect(rows).toContain(
      "| 503 | 50303 | AppendFailed | The stores did not take it in time. Certainly not stored. | yes |",
    );
  });
});
