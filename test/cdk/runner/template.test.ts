/**
 * Intrinsic functions: each one that templates use, and what happens to one that nobody knows.
 */
import { describe, expect, it } from "vitest";
import { Resolver, type Stack } from "./template/index.ts";

const place = { account: "111122223333", region: "eu-west-1" };
const data: Stack = {
  name: "data",
  template: {
    Resources: {
      Table: { Type: "AWS::DynamoDB::Table" },
      Bucket: {
        Type: "AWS::S3::Bucket",
        Properties: { BucketName: { "Fn::Join": ["-", ["the", { Ref: "AWS::Region" }]] } },
      },
      Odd: { Type: "AWS::Odd::Thing" },
    },
    Outputs: {
      Shared: {
        Value: { "Fn::GetAtt": ["Table", "Arn"] },
        Export: { Name: { "Fn::Sub": `\${AWS::StackName}:arn` } },
      },
    },
  },
};
const api: Stack = {
  name: "api",
  template: { Resources: { Api: { Type: "AWS::ApiGatewayV2::Api" }, Log: { Type: "AWS::Logs::LogGroup" } } },
};
const resolver = new Resolver([data, api], place);
const inData = (value: unknown): unknown => resolver.resolve(value, "data");

describe("an intrinsic function", () => {
  it.each<[string, unknown, unknown]>([
    ["Ref of a parameter of AWS", { Ref: "AWS::AccountId" }, "111122223333"],
    ["Ref of a name that was asked for", { Ref: "Bucket" }, "the-eu-west-1"],
    ["Fn::GetAtt as a list", { "Fn::GetAtt": ["Bucket", "Arn"] }, "arn:aws:s3:::the-eu-west-1"],
    ["Fn::GetAtt as text", { "Fn::GetAtt": "Bucket.Arn" }, "arn:aws:s3:::the-eu-west-1"],
    ["Fn::Join", { "Fn::Join": ["/", ["a", { Ref: "AWS::Partition" }, "b"]] }, "a/aws/b"],
    [
      "Fn::Sub",
      { "Fn::Sub": `arn:\${AWS::Partition}:\${Bucket}:\${Bucket.Arn}:\${!Bucket}` },
      `arn:aws:the-eu-west-1:arn:aws:s3:::the-eu-west-1:\${Bucket}`,
    ],
    [
      "Fn::Sub with names of its own",
      { "Fn::Sub": [`\${a}-\${Bucket}`, { a: { Ref: "AWS::Region" } }] },
      "eu-west-1-the-eu-west-1",
    ],
    ["Fn::Select of Fn::Split", { "Fn::Select": [1, { "Fn::Split": [":", "a:b:c"] }] }, "b"],
    [
      "whatever is inside a list or an object",
      { a: [{ b: { Ref: "AWS::URLSuffix" } }], c: 1 },
      { a: [{ b: "amazonaws.com" }], c: 1 },
    ],
    [
      "AWS::NoValue, which takes its place away",
      { a: { Ref: "AWS::NoValue" }, b: [{ Ref: "AWS::NoValue" }, 1] },
      { b: [1] },
    ],
  ])("is done: %s", (_title, value, expected) => {
    expect(inData(value)).toEqual(expected);
  });

  it("reaches into another stack by what that exports", () => {
    const arn = resolver.resolve({ "Fn::ImportValue": "data:arn" }, "api");
    expect(arn).toBe(inData({ "Fn::GetAtt": ["Table", "Arn"] }));
    expect(arn).toMatch(/^arn:aws:dynamodb:eu-west-1:111122223333:table\/data-Table-[0-9A-F]{12}$/);
  });

  it.each<[string, unknown]>([
    ['the intrinsic {"Fn::Cidr":[]}', { "Fn::Cidr": [] }],
    ['the intrinsic {"Ref":"Bucket","a":1}', { Ref: "Bucket", a: 1 }],
    ["the pseudo parameter AWS::NotificationARNs", { Ref: "AWS::NotificationARNs" }],
    ["what AWS::Odd::Thing is called", { Ref: "Odd" }],
    ["the attribute StreamArn of Table", { "Fn::GetAtt": ["Table", "StreamArn"] }],
    ["there is no resource Nobody", { Ref: "Nobody" }],
    ["there is no resource Api in data", { Ref: "Api" }],
    ["no stack exports nothing", { "Fn::ImportValue": "nothing" }],
    ["there is no element 3", { "Fn::Select": [3, ["a"]] }],
    ["stands where text is needed", { "Fn::Join": ["", [{ a: 1 }]] }],
  ])("stops the run: %s", (message, value) => {
    expect(() => inData(value)).toThrow(message);
  });
});

describe("a resource", () => {
  it("is found by its type, with its properties resolved", () => {
    expect(resolver.resources("AWS::S3::Bucket")).toEqual([
      { stack: "data", id: "Bucket", type: "AWS::S3::Bucket", properties: { BucketName: "the-eu-west-1" } },
    ]);
  });

  it("that is there only under a condition stops the run", () => {
    const template = { Resources: { A: { Type: "AWS::S3::Bucket", Condition: "IsProd" } } };
    const conditional = new Resolver([{ name: "a", template }], place);
    expect(() => conditional.resources("AWS::S3::Bucket")).toThrow("Condition IsProd");
  });

  it("has the same names in every run, and no two the same", () => {
    const again = new Resolver([data, api], place);
    expect(again.identityOf("data", "Table")).toEqual(resolver.identityOf("data", "Table"));
    expect(resolver.identityOf("api", "Api").ref).toMatch(/^[0-9a-f]{10}$/);
    expect(resolver.identityOf("api", "Log").ref).not.toBe(resolver.identityOf("data", "Table").ref);
  });
});
