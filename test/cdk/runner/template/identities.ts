/**
 * What AWS makes of a resource: what `Ref` says, and what `Fn::GetAtt` says, by its type. Names are made up as
 * CloudFormation does: from stack and logical name, and the same in every run.
 */
import { createHash } from "node:crypto";
import { Unmodelled } from "../policy/index.ts";
import type { Place } from "./template.ts";

/** What is known of a resource before its own properties are: the name that was asked for, if it is plain text. */
export type Named = {
  readonly stack: string;
  readonly id: string;
  readonly type: string;
  /** The property that names it, resolved. */
  readonly name: string | undefined;
};

/** How a resource is spoken of. */
export type Identity = { readonly ref: string; readonly attributes: Readonly<Record<string, string>> };

/** The property that names a resource, by type. Without it the name is made up. */
export const nameProperties: Readonly<Record<string, string>> = {
  "AWS::DynamoDB::Table": "TableName",
  "AWS::S3::Bucket": "BucketName",
  "AWS::IAM::Role": "RoleName",
  "AWS::IAM::User": "UserName",
  "AWS::Lambda::Function": "FunctionName",
  "AWS::Lambda::WebFunction": "FunctionName",
  "AWS::Logs::LogGroup": "LogGroupName",
  "AWS::SQS::Queue": "QueueName",
  "AWS::Scheduler::ScheduleGroup": "Name",
};

type Describe = (name: string, place: Place) => Identity;

const described: Readonly<Record<string, Describe>> = {
  "AWS::DynamoDB::Table": (name, place) => ({
    ref: name,
    attributes: { Arn: `arn:aws:dynamodb:${placed(place)}:table/${name}` },
  }),
  "AWS::S3::Bucket": name => ({ ref: name, attributes: { Arn: `arn:aws:s3:::${name}` } }),
  "AWS::IAM::Role": (name, { account }) => ({
    ref: name,
    attributes: { Arn: `arn:aws:iam::${account}:role/${name}` },
  }),
  "AWS::Lambda::Function": (name, place) => ({
    ref: name,
    attributes: { Arn: `arn:aws:lambda:${placed(place)}:function:${name}` },
  }),
  "AWS::Lambda::WebFunction": (name, place) => ({
    ref: name,
    attributes: { FunctionArn: `arn:aws:lambda:${placed(place)}:web-function/${name}` },
  }),
  "AWS::Lambda::WebFunctionRevision": name => ({ ref: name, attributes: { RevisionId: idOf(name) } }),
  "AWS::Lambda::WebFunctionEndpoint": (name, place) => ({
    ref: name,
    attributes: {
      EndpointArn: `arn:aws:lambda:${placed(place)}:web-function/${idOf(name)}/endpoint/prod`,
      DomainName: `${idOf(name)}.web.${place.region}.on.aws`,
    },
  }),
  "Custom::S3ObjectCopy": name => ({
    ref: name,
    attributes: { Bucket: "copied", Key: idOf(name), VersionId: "1" },
  }),
  "AWS::Logs::LogGroup": (name, place) => ({
    ref: name,
    attributes: { Arn: `arn:aws:logs:${placed(place)}:log-group:${name}:*` },
  }),
  "AWS::SQS::Queue": (name, place) => ({
    ref: `https://sqs.${place.region}.amazonaws.com/${place.account}/${name}`,
    attributes: { Arn: `arn:aws:sqs:${placed(place)}:${name}`, QueueName: name },
  }),
  "AWS::ApiGatewayV2::Api": (name, { region }) => ({
    ref: idOf(name),
    attributes: { ApiEndpoint: `https://${idOf(name)}.execute-api.${region}.amazonaws.com` },
  }),
  "AWS::ApiGatewayV2::Integration": name => ({ ref: idOf(name), attributes: {} }),
  "AWS::ApiGatewayV2::Authorizer": name => ({ ref: idOf(name), attributes: {} }),
  "AWS::Scheduler::ScheduleGroup": (name, place) => ({
    ref: name,
    attributes: { Arn: `arn:aws:scheduler:${placed(place)}:schedule-group/${name}` },
  }),
};

/** How a resource is spoken of. Throws Unmodelled for a type that nothing is known of. */
export function identify(resource: Named, place: Place): Identity {
  const describe = described[resource.type];
  if (describe === undefined) throw new Unmodelled(`what ${resource.type} is called (${resource.id})`);
  return describe(resource.name ?? madeUpName(resource), place);
}

/** `Cumulog-dev-data-StorageTableB43FDCE7-0A1B2C3D4E5F`; buckets have small letters. */
function madeUpName({ stack, id, type }: Named): string {
  const name = `${stack}-${id}-${hashOf(`${stack}/${id}`).slice(0, 12).toUpperCase()}`;
  return type === "AWS::S3::Bucket" ? name.toLowerCase().slice(-63) : name.slice(-64);
}

/** Ten letters and digits, as ids of API Gateway are. */
function idOf(name: string): string {
  return hashOf(name).slice(0, 10);
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function placed({ account, region }: Place): string {
  return `${region}:${account}`;
}
