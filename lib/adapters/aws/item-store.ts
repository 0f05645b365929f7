/**
 * Items in one DynamoDB table with the keys `pk` and `sk`, both text. Each call of the port is one command, sent once;
 * only a batch get asks again for what was left over, and a refusal that comes without its item is followed by a read.
 * What no store accepts is refused before anything is sent.
 */
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
  type WriteRequest,
} from "@aws-sdk/client-dynamodb";
import {
  type Attributes,
  type BatchWrite,
  type Clock,
  type Condition,
  checkBatchGet,
  checkBatchWrite,
  checkItem,
  checkKey,
  checkQuery,
  compareKeys,
  type Item,
  type ItemKey,
  type ItemStore,
  OutcomeUnknown,
  type Query,
  type QueryResult,
  type Random,
  type ReadOptions,
  StoreThrottled,
  sleep,
  type Update,
  type UpdateResult,
} from "../../ports/index.ts";
import {
  type AttributeMap,
  decodeAttributes,
  decodeItem,
  decodeKey,
  encodeItem,
  encodeKey,
} from "./attributes.ts";
import { conditionExpression } from "./condition-expression.ts";
import { asStoreError } from "./errors.ts";
import { Placeholders } from "./placeholders.ts";
import { keyAfter, keyBefore } from "./sort-keys.ts";
import { checkUpdate, updateExpression } from "./update-expression.ts";

/** How long a batch get goes on asking for what was left over. */
const batchMsMax = 5_000;
const pauseMsFirst = 20;
const pauseMsMax = 1_000;

export type AwsItemStoreDeps = {
  readonly client: DynamoDBClient;
  readonly clock: Clock;
  readonly random: Random;
};

export class AwsItemStore implements ItemStore {
  readonly #client: DynamoDBClient;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #table: string;

  constructor(deps: AwsItemStoreDeps, options: { readonly table: string }) {
    this.#client = deps.client;
    this.#clock = deps.clock;
    this.#random = deps.random;
    this.#table = options.table;
  }

  async get(key: ItemKey, options: ReadOptions): Promise<Attributes | undefined> {
    checkKey(key);
    const { Item } = await this.#asked("GetItem", () =>
      this.#client.send(
        new GetItemCommand({
          TableName: this.#table,
          Key: encodeKey(key),
          ConsistentRead: options.consistent,
        }),
      ),
    );
    return Item && decodeAttributes(Item);
  }

  async query(query: Query): Promise<QueryResult> {
    checkKey({ pk: query.pk, sk: "-" });
    checkQuery(query);
    if (query.to === "" || compareKeys(query.from, query.to) > 0) return { items: [] };
    const { Items = [], LastEvaluatedKey } = await this.#asked("Query", () =>
      this.#client.send(
        new QueryCommand({
          TableName: this.#table,
          KeyConditionExpression:
            query.from === "" ? "pk = :pk AND sk <= :to" : "pk = :pk AND sk BETWEEN :from AND :to",
          ExpressionAttributeValues: {
            ":pk": { S: query.pk },
            ":to": { S: query.to },
            ...(query.from === "" ? {} : { ":from": { S: query.from } }),
          },
          ConsistentRead: query.consistent,
          ScanIndexForward: query.descending !== true,
          ...(query.limit === undefined ? {} : { Limit: query.limit }),
        }),
      ),
    );
    const next = LastEvaluatedKey && goOnFrom(query, decodeKey(LastEvaluatedKey).sk);
    return { items: Items.map(decodeItem), ...(next === undefined ? {} : { next }) };
  }

  async update(key: ItemKey, update: Update, condition?: Condition): Promise<UpdateResult> {
    checkKey(key);
    checkUpdate(key, update);
    const use = new Placeholders();
    const change = updateExpression(update, use);
    const command = new UpdateItemCommand({
      TableName: this.#table,
      Key: encodeKey(key),
      ...(change === undefined ? {} : { UpdateExpression: change }),
      ...conditioned(condition, use),
      ReturnValues: "ALL_NEW",
    });
    return await this.#changed("UpdateItem", key, async () => (await this.#client.send(command)).Attributes);
  }

  async put(item: Item, condition?: Condition): Promise<UpdateResult> {
    checkItem(item);
    const map = encodeItem(item);
    const command = new PutItemCommand({
      TableName: this.#table,
      Item: map,
      ...conditioned(condition, new Placeholders()),
    });
    return await this.#changed("PutItem", item, async () => {
      await this.#client.send(command);
      return map;
    });
  }

  async delete(key: ItemKey, condition?: Condition): Promise<UpdateResult> {
    checkKey(key);
    const command = new DeleteItemCommand({
      TableName: this.#table,
      Key: encodeKey(key),
      ...conditioned(condition, new Placeholders()),
      ReturnValues: "ALL_OLD",
    });
    return await this.#changed("DeleteItem", key, async () => (await this.#client.send(command)).Attributes);
  }

  async batchGet(keys: readonly ItemKey[], options: ReadOptions): Promise<readonly Item[]> {
    checkBatchGet(keys);
    const deadlineMs = this.#clock.monotonicMs() + batchMsMax;
    const items: Item[] = [];
    let rest = keys.map(encodeKey);
    for (let pauseMs = pauseMsFirst; rest.length > 0; ) {
      const { found, left } = await this.#batchGetSome(rest, options);
      items.push(...found.map(decodeItem));
      // An answer ends at 16 MB as well: then the rest may be asked for at once.
      if (left.length === rest.length) {
        if (this.#clock.monotonicMs() + pauseMs > deadlineMs)
          throw new StoreThrottled(
            `${left.length} of ${keys.length} keys of a batch were not read in ${batchMsMax} ms`,
          );
        await sleep(this.#clock, this.#random.number() * pauseMs);
        pauseMs = Math.min(pauseMs * 2, pauseMsMax);
      }
      rest = left;
    }
    return items;
  }

  async batchWrite(writes: readonly BatchWrite[]): Promise<{ readonly unprocessed: readonly BatchWrite[] }> {
    checkBatchWrite(writes);
    if (writes.length === 0) return { unprocessed: [] };
    const requests = writes.map(encodeWrite);
    const { UnprocessedItems } = await this.#asked("BatchWriteItem", () =>
      this.#client.send(new BatchWriteItemCommand({ RequestItems: { [this.#table]: requests } })),
    );
    const left = new Set((UnprocessedItems?.[this.#table] ?? []).map(keyTextOf));
    return { unprocessed: writes.filter((_, index) => left.has(keyTextOf(requests[index] ?? {}))) };
  }

  async #batchGetSome(
    Keys: AttributeMap[],
    { consistent }: ReadOptions,
  ): Promise<{ readonly found: readonly AttributeMap[]; readonly left: AttributeMap[] }> {
    const { Responses, UnprocessedKeys } = await this.#asked("BatchGetItem", () =>
      this.#client.send(
        new BatchGetItemCommand({ RequestItems: { [this.#table]: { Keys, ConsistentRead: consistent } } }),
      ),
    );
    return { found: Responses?.[this.#table] ?? [], left: UnprocessedKeys?.[this.#table]?.Keys ?? [] };
  }

  /** A write whose condition may refuse it. `work` answers with the image that the port answers with. */
  async #changed(
    operation: string,
    key: ItemKey,
    work: () => Promise<AttributeMap | undefined>,
  ): Promise<UpdateResult> {
    try {
      const map = await work();
      return { kind: "applied", attributes: decodeAttributes(map ?? {}) };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw await this.#failed(operation, error);
      // No item in the answer: there was none, or an emulator leaves it out. A later image is as good: it has at least
      // what refused, or shows that it is gone.
      const current = error.Item ? decodeAttributes(error.Item) : await this.get(key, { consistent: true });
      return { kind: "refused", current };
    }
  }

  async #asked<T>(operation: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw await this.#failed(operation, error);
    }
  }

  async #failed(operation: string, error: unknown): Promise<Error> {
    return asStoreError(error, {
      service: "DynamoDB",
      operation,
      permission: `dynamodb:${operation}`,
      resource: `table ${this.#table}`,
      region: await this.#client.config.region().catch(() => "no region"),
    });
  }
}

function conditioned(condition: Condition | undefined, use: Placeholders) {
  const text = conditionExpression(condition, use);
  return {
    ...(text === undefined
      ? {}
      : ({ ConditionExpression: text, ReturnValuesOnConditionCheckFailure: "ALL_OLD" } as const)),
    ...use.definitions(),
  };
}

/** Where the query goes on that stopped after `sk`; undefined at the end of its range. */
function goOnFrom(query: Query, sk: string): string | undefined {
  const isInside = compareKeys(sk, query.from) >= 0 && compareKeys(sk, query.to) <= 0;
  if (!isInside) throw new OutcomeUnknown(`a query of [${query.from}, ${query.to}] stopped at ${sk}`);
  const next = query.descending ? keyBefore(sk) : keyAfter(sk);
  if (next === undefined) return undefined;
  const isOver = query.descending ? compareKeys(next, query.from) < 0 : compareKeys(next, query.to) > 0;
  return isOver ? undefined : next;
}

function encodeWrite(write: BatchWrite): WriteRequest {
  return write.kind === "put"
    ? { PutRequest: { Item: encodeItem(write.item) } }
    : { DeleteRequest: { Key: encodeKey(write.key) } };
}

/** The key of a write, to compare. */
function keyTextOf(request: WriteRequest): string {
  const { pk, sk } = decodeKey(request.PutRequest?.Item ?? request.DeleteRequest?.Key ?? {});
  return `${pk.length}:${pk}${sk}`;
}
