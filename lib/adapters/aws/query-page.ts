/**
 * One page of a query. DynamoDB says behind which key it stopped, the port says from which key to go on: the next one in
 * the order of keys. So a page costs one command, and reads nothing that it does not answer with.
 */
import type { AttributeValue, QueryCommandInput } from "@aws-sdk/client-dynamodb";
import { compareKeys, OutcomeUnknown, type Query } from "../../ports/index.ts";
import { decodeKey } from "./attributes.ts";
import { keyAfter, keyBefore } from "./sort-keys.ts";

/** Whether no key can lie in the range: DynamoDB refuses such a range. */
export function isEmptyRange(query: Query): boolean {
  return query.to === "" || compareKeys(query.from, query.to) > 0;
}

/** The command's input. The range is not empty. */
export function queryInput(table: string, query: Query): QueryCommandInput {
  // DynamoDB knows no empty key to begin with.
  const isOpen = query.from === "";
  return {
    TableName: table,
    KeyConditionExpression: isOpen ? "pk = :pk AND sk <= :to" : "pk = :pk AND sk BETWEEN :from AND :to",
    ExpressionAttributeValues: {
      ":pk": { S: query.pk },
      ":to": { S: query.to },
      ...(isOpen ? {} : { ":from": { S: query.from } }),
    },
    ConsistentRead: query.consistent,
    ScanIndexForward: query.descending !== true,
    ...(query.limit === undefined ? {} : { Limit: query.limit }),
  };
}

/** Where to go on after the key that a page stopped behind; undefined at the end of the range. */
export function nextOf(
  query: Query,
  lastEvaluated: Record<string, AttributeValue> | undefined,
): string | undefined {
  if (!lastEvaluated) return undefined;
  const { sk } = decodeKey(lastEvaluated);
  // Outside its range a query could go round in circles.
  if (!isInside(query, sk))
    throw new OutcomeUnknown(`a query of [${query.from}, ${query.to}] says that it stopped at ${sk}`);
  const next = query.descending ? keyBefore(sk) : keyAfter(sk);
  return next !== undefined && isInside(query, next) ? next : undefined;
}

function isInside(query: Query, sk: string): boolean {
  return compareKeys(sk, query.from) >= 0 && compareKeys(sk, query.to) <= 0;
}
