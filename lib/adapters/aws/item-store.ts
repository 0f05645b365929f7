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
  type Item,
  type ItemKey,
  type ItemStore,
  OutcomeUnknown,
  type Query,
  type QueryResult,
  type Random,
  type ReadOptions,
  type Telemetry,
  type Update,
  type UpdateResult,
} from "../../ports/index.ts";
import { type AttributeMap, decodeAttributes, decodeItem, encodeItem, encodeKey } from "./attributes.ts";
import { conditionExpression } from "./condition-expression.ts";
import { refuseEmptyAnswers } from "./empty-answers.ts";
import { asStoreError } from "./errors.ts";
import { encodeWrite, getAll, writesLeft } from "./item-batches.ts";
import { OperatorLog } from "./operator-log.ts";
import { Placeholders } from "./placeholders.ts";
import { isEmptyRange, nextOf, queryInput } from "./query-page.ts";
import { checkUpdate, updateExpression } from "./update-expression.ts";

export type AwsItemStoreDeps = {
  readonly client: DynamoDBClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly telemetry: Telemetry;
};

export class AwsItemStore implements ItemStore {
  readonly #client: DynamoDBClient;
  readonly #world: { readonly clock: Clock; readonly random: Random };
  readonly #table: string;
  readonly #operatorLog: OperatorLog;

  constructor(deps: AwsItemStoreDeps, options: { readonly table: string }) {
    this.#client = deps.client;
    this.#world = deps;
    this.#operatorLog = new OperatorLog(deps);
    this.#table = options.table;
    refuseEmptyAnswers(deps.client);
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
    if (isEmptyRange(query)) return { items: [] };
    const { Items = [], LastEvaluatedKey } = await this.#asked("Query", () =>
      this.#client.send(new QueryCommand(queryInput(this.#table, query))),
    );
    const next = nextOf(query, LastEvaluatedKey);
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
    return await this.#changed("UpdateItem", key, async () => {
      const { Attributes } = await this.#client.send(command);
      if (!Attributes) throw new OutcomeUnknown("an answer without the image");
      return Attributes;
    });
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
    const found = await getAll(this.#world, this.#table, keys.map(encodeKey), Keys =>
      this.#asked("BatchGetItem", () =>
        this.#client.send(
          new BatchGetItemCommand({
            RequestItems: { [this.#table]: { Keys, ConsistentRead: options.consistent } },
          }),
        ),
      ),
    );
    return found.map(decodeItem);
  }

  async batchWrite(writes: readonly BatchWrite[]): Promise<{ readonly unprocessed: readonly BatchWrite[] }> {
    checkBatchWrite(writes);
    if (writes.length === 0) return { unprocessed: [] };
    const command = new BatchWriteItemCommand({ RequestItems: { [this.#table]: writes.map(encodeWrite) } });
    const { UnprocessedItems } = await this.#asked("BatchWriteItem", () => this.#client.send(command));
    return { unprocessed: writesLeft(writes, UnprocessedItems?.[this.#table] ?? []) };
  }

  /** A write whose condition may refuse it. `work` answers with the image that the port answers with. */
  async #changed(
    operation: string,
    key: ItemKey,
    work: () => Promise<AttributeMap | undefined>,
  ): Promise<UpdateResult> {
    let map: AttributeMap | undefined;
    try {
      map = await work();
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw await this.#failed(operation, error);
      return { kind: "refused", current: await this.#refusing(key, error) };
    }
    return { kind: "applied", attributes: decodeAttributes(map ?? {}) };
  }

  /**
   * The item that refused. A refusal without one: there was none, or an emulator leaves it out. Then it is read, and what
   * is read later may refuse no longer: whoever asked must not conclude from that that nothing did.
   */
  async #refusing(key: ItemKey, { Item }: ConditionalCheckFailedException): Promise<Attributes | undefined> {
    return Item ? decodeAttributes(Item) : await this.get(key, { consistent: true });
  }

  async #asked<T>(operation: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw await this.#failed(operation, error);
    }
  }

  async #failed(operation: string, error: unknown): Promise<Error> {
    const failure = asStoreError(error, {
      service: "DynamoDB",
      operation,
      permission: `dynamodb:${operation}`,
      resource: `table ${this.#table}`,
      region: await this.#client.config.region().catch(() => "no region"),
    });
    return this.#operatorLog.heard(failure);
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
