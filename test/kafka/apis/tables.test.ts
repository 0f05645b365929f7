/** Our tables against Kafka's own definitions, or against their digest where these are missing. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { apiTable } from "../../../lib/kafka/api-table.ts";
import { errorCodes } from "../../../lib/kafka/error-codes.ts";
import { apis } from "./all.ts";
import { haveDefinitions, kafkasErrorCodes } from "./definitions.ts";
import { digestPath, digestText, kafkasOutlinesOfOurs } from "./make-digest.ts";
import { linesOf, ourOutlines } from "./outline.ts";

const digest = readFileSync(digestPath, "utf8");

describe("the tables of messages", () => {
  it("have the digest of Kafka's definitions", () => {
    expect(digestText(ourOutlines()).split("\n")).toEqual(digest.split("\n"));
  });

  it("hold something: a changed default gives another digest", () => {
    const [first, ...rest] = ourOutlines();
    if (!first) throw new Error("no table");
    const changed = { ...first, fields: first.fields.map(field => ({ ...field, defaultValue: "7" })) };
    expect(digestText([changed, ...rest])).not.toBe(digest);
  });

  it.skipIf(!haveDefinitions)("agree with every line of Kafka's definitions (needs them)", () => {
    const ours = ourOutlines().flatMap(linesOf);
    const kafkas = kafkasOutlinesOfOurs().flatMap(linesOf);
    expect(ours).toEqual(kafkas);
    expect(ours.length).toBeGreaterThan(900);
  });

  it.skipIf(!haveDefinitions)("have a digest that is made from Kafka's definitions (needs them)", () => {
    expect(digest).toBe(digestText(kafkasOutlinesOfOurs()));
  });

  it("stand under the key and the name of their API", () => {
    for (const { name, request, response } of apis) {
      const api = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
      expect([request.name, response.name]).toEqual([`${api}Request`, `${api}Response`]);
      expect(request.versions).toEqual(response.versions);
    }
    expect(new Set(apis.map(({ key }) => key)).size).toBe(apis.length);
  });
});

describe("what is served", () => {
  it("has a table for every version, and is advertised", () => {
    for (const { request, served, advertised } of apiTable()) {
      expect(served.first).toBeGreaterThanOrEqual(request.versions.first);
      expect(served.last).toBeLessThanOrEqual(request.versions.last);
      expect(advertised.first).toBeLessThanOrEqual(served.first);
      expect(advertised.last).toBe(served.last);
    }
  });
});

describe("the error codes", () => {
  it("have each number once", () => {
    const codes = Object.values(errorCodes);
    expect(new Set(codes).size).toBe(codes.length);
  });

  it.skipIf(!haveDefinitions)("are Kafka's (needs its definitions)", () => {
    expect(errorCodes).toEqual(kafkasErrorCodes());
  });
});
