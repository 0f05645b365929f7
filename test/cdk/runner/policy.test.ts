/**
 * The judge of policies, judged: a table of statements and calls with what IAM says to them.
 */
import { describe, expect, it } from "vitest";
import {
  type Authorization,
  decide,
  grainsOf,
  grainsUsed,
  readStatements,
  type Statement,
} from "./policy/index.ts";

const table = "arn:aws:dynamodb:eu-west-1:111122223333:table/log";
const bucket = "arn:aws:s3:::log";
const role = { kind: "AWS", name: "arn:aws:iam::111122223333:role/fetch" } as const;
const keysOf = (...keys: string[]) => ({ "dynamodb:leadingkeys": keys });

const getItem = { Effect: "Allow", Action: "dynamodb:GetItem", Resource: table };
const ofKeys = (...keys: string[]) => ({ "ForAllValues:StringLike": { "dynamodb:LeadingKeys": keys } });
const overTls = { Bool: { "aws:SecureTransport": "false" } };

const read = (...statements: object[]): readonly Statement[] =>
  readStatements({ Version: "2012-10-17", Statement: statements }, "test");
const call = (over: Partial<Authorization> = {}): Authorization => ({
  principal: role,
  action: "dynamodb:GetItem",
  resource: table,
  context: keysOf("T"),
  ...over,
});
const isAllowed = (
  statements: object[],
  over: Partial<Authorization> = {},
  ofResource: object[] = [],
): boolean =>
  decide(call(over), { identity: read(...statements), resource: read(...ofResource) }).kind === "allowed";

describe("a call", () => {
  it.each<[string, object[], Partial<Authorization>, boolean]>([
    ["that nothing speaks of is refused", [], {}, false],
    ["that is allowed by name goes through", [getItem], {}, true],
    ["of another name is refused", [getItem], { action: "dynamodb:PutItem" }, false],
    ["is found by a pattern of its name", [{ ...getItem, Action: "dynamodb:Get*" }], {}, true],
    ["is found in a list", [{ ...getItem, Action: ["dynamodb:Query", "dynamodb:GetItem"] }], {}, true],
    ["is found whatever its case", [{ ...getItem, Action: "DynamoDB:getitem" }], {}, true],
    ["is no longer name that begins so", [{ ...getItem, Action: "dynamodb:Get" }], {}, false],
    ["on another resource is refused", [getItem], { resource: `${table}2` }, false],
    ["on a part of a resource is refused", [getItem], { resource: `${table}/index/x` }, false],
    [
      "is on any resource of a pattern",
      [{ ...getItem, Resource: "arn:aws:dynamodb:*:*:table/lo?" }],
      {},
      true,
    ],
    ["is on anything with *", [{ ...getItem, Resource: "*" }], {}, true],
    [
      "is not on what a * reaches only over a colon",
      [{ ...getItem, Resource: "arn:aws:dynamodb:*:table/log" }],
      {},
      false,
    ],
    [
      "that is denied is refused although it is allowed",
      [getItem, { ...getItem, Effect: "Deny" }],
      {},
      false,
    ],
    [
      "is not refused by a Deny of something else",
      [getItem, { ...getItem, Effect: "Deny", Resource: "arn:aws:s3:::x" }],
      {},
      true,
    ],
    [
      "is on what a * at the end reaches over a colon",
      [{ ...getItem, Resource: "arn:aws:logs:eu-west-1:1:log-group:a:*" }],
      { resource: "arn:aws:logs:eu-west-1:1:log-group:a:log-stream:b" },
      true,
    ],
    ["treats a dot as a dot", [{ ...getItem, Resource: table.replace("log", "l.g") }], {}, false],
  ])("%s", (_title, statements, over, expected) => {
    expect(isAllowed(statements, over)).toBe(expected);
  });
});

describe("leading keys", () => {
  const onKeys = (...keys: string[]) => [{ ...getItem, Condition: ofKeys(...keys) }];

  it.each<[string, object[], string[], boolean]>([
    ["that are named go through", onKeys("T"), ["T"], true],
    ["that only begin so do not", onKeys("T"), ["T2"], false],
    ["of a pattern go through", onKeys("L#*"), ["L#topic#0"], true],
    ["of another kind do not", onKeys("L#*"), ["P#topic#0"], false],
    ["must all fit", onKeys("L#*", "T"), ["T", "L#a", "C"], false],
    ["go through when each fits one", onKeys("L#*", "T"), ["T", "L#a"], true],
    // A Scan has none. That is why no role has it.
    ["that are not there go through", onKeys("T"), [], true],
  ])("%s", (_title, statements, keys, expected) => {
    expect(isAllowed(statements, { context: keysOf(...keys) })).toBe(expected);
  });

  it("must be there where any must fit, or one alone", () => {
    const any = { "ForAnyValue:StringLike": { "dynamodb:LeadingKeys": "T" } };
    const one = { StringLike: { "dynamodb:LeadingKeys": "T" } };
    for (const Condition of [any, one]) {
      expect(isAllowed([{ ...getItem, Condition }], { context: keysOf("T") })).toBe(true);
      expect(isAllowed([{ ...getItem, Condition }], { context: keysOf() })).toBe(false);
    }
    expect(isAllowed([{ ...getItem, Condition: any }], { context: keysOf("C", "T") })).toBe(true);
  });

  it("hold together with every other condition", () => {
    const Condition = { ...ofKeys("T"), StringEquals: { "aws:SourceAccount": "111122223333" } };
    const context = (account: string) => ({ ...keysOf("T"), "aws:sourceaccount": [account] });
    expect(isAllowed([{ ...getItem, Condition }], { context: context("111122223333") })).toBe(true);
    expect(isAllowed([{ ...getItem, Condition }], { context: context("999999999999") })).toBe(false);
  });
});

describe("a policy of a resource", () => {
  const getObject = { action: "s3:GetObject", resource: `${bucket}/a` };
  const context = (isSecure: boolean) => ({
    "aws:securetransport": [String(isSecure)],
    "s3:tlsversion": ["1.3"],
  });
  const denial = {
    Effect: "Deny",
    Principal: { AWS: "*" },
    Action: "s3:*",
    Resource: [bucket, `${bucket}/*`],
  };
  const own = { Effect: "Allow", Action: "s3:GetObject", Resource: `${bucket}/*` };

  it("refuses what it denies, and only that", () => {
    const ofResource = [{ ...denial, Condition: overTls }];
    expect(isAllowed([own], { ...getObject, context: context(true) }, ofResource)).toBe(true);
    expect(isAllowed([own], { ...getObject, context: context(false) }, ofResource)).toBe(false);
  });

  it("compares numbers", () => {
    const older = [{ ...denial, Condition: { NumericLessThan: { "s3:TlsVersion": "1.2" } } }];
    expect(isAllowed([own], { ...getObject, context: context(true) }, older)).toBe(true);
    const newer = [{ ...denial, Condition: { NumericLessThan: { "s3:TlsVersion": 1.4 } } }];
    expect(isAllowed([own], { ...getObject, context: context(true) }, newer)).toBe(false);
  });

  it.each<[string, unknown, boolean]>([
    ["anyone", "*", true],
    ["anyone in IAM", { AWS: "*" }, true],
    ["the role", { AWS: role.name }, true],
    ["another role", { AWS: `${role.name}2` }, false],
    ["the account", { AWS: "arn:aws:iam::111122223333:root" }, true],
    ["another account", { AWS: "999999999999" }, false],
    ["a service", { Service: "lambda.amazonaws.com" }, false],
  ])("lets in %s", (_who, Principal, expected) => {
    const ofResource = [{ Effect: "Allow", Principal, Action: "s3:GetObject", Resource: `${bucket}/*` }];
    expect(isAllowed([], { ...getObject, context: {} }, ofResource)).toBe(expected);
  });

  it("of a role says whom it trusts, and for what", () => {
    const group = "arn:aws:scheduler:eu-west-1:111122223333:schedule-group/g";
    const trust = [
      {
        Effect: "Allow",
        Principal: { Service: "scheduler.amazonaws.com" },
        Action: "sts:AssumeRole",
        Condition: { ArnLike: { "aws:SourceArn": group } },
      },
    ];
    const assume = (name: string, arn: string) =>
      isAllowed(
        [],
        {
          action: "sts:AssumeRole",
          resource: role.name,
          principal: { kind: "Service", name },
          context: { "aws:sourcearn": [arn] },
        },
        trust,
      );
    expect(assume("scheduler.amazonaws.com", group)).toBe(true);
    expect(assume("scheduler.amazonaws.com", `${group}2`)).toBe(false);
    expect(assume("lambda.amazonaws.com", group)).toBe(false);
  });
});

describe("what is not understood stops the run", () => {
  it.each<[string, object]>([
    [
      "the condition operator DateLessThan",
      { ...getItem, Condition: { DateLessThan: { "dynamodb:LeadingKeys": "x" } } },
    ],
    [
      "the condition operator StringLikeIfExists",
      { ...getItem, Condition: { StringLikeIfExists: { "dynamodb:LeadingKeys": "x" } } },
    ],
    ["the condition key aws:userid", { ...getItem, Condition: { StringLike: { "aws:userid": "x" } } }],
    ["NotAction in a policy", { Effect: "Allow", NotAction: "dynamodb:Scan", Resource: "*" }],
    ["NotResource in a policy", { Effect: "Allow", Action: "dynamodb:GetItem", NotResource: "*" }],
    ["the policy variable in ", { ...getItem, Resource: `${table}/\${aws:username}` }],
    ["Effect Maybe", { ...getItem, Effect: "Maybe" }],
    ['{"Ref":"Table"} where text is expected', { ...getItem, Resource: { Ref: "Table" } }],
  ])("%s", (message, statement) => {
    expect(() => isAllowed([statement])).toThrow(message);
  });

  it("another version of the language", () => {
    expect(() => readStatements({ Version: "2008-10-17", Statement: [] }, "test")).toThrow(
      "Version 2008-10-17",
    );
  });

  it("one value expected where there are several", () => {
    const Condition = { StringLike: { "dynamodb:LeadingKeys": "*" } };
    expect(() => isAllowed([{ ...getItem, Condition }], { context: keysOf("T", "C") })).toThrow("2 values");
  });
});

describe("a grain", () => {
  const [statement] = read({
    ...getItem,
    Action: ["dynamodb:GetItem", "dynamodb:PutItem"],
    Condition: ofKeys("T", "L#*"),
  });

  it("is each call with each key", () => {
    expect(statement && grainsOf(statement)).toEqual([
      `dynamodb:GetItem T on ${table}`,
      `dynamodb:GetItem L#* on ${table}`,
      `dynamodb:PutItem T on ${table}`,
      `dynamodb:PutItem L#* on ${table}`,
    ]);
  });

  it("is used by the calls that need it", () => {
    expect(statement && grainsUsed(statement, call({ context: keysOf("L#a") }))).toEqual([
      `dynamodb:GetItem L#* on ${table}`,
    ]);
  });
});
