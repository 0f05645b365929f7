/**
 * The names and values of one request. They never stand in the text of an expression: each name is a `#<n>`, each value
 * a `:<n>`. DynamoDB refuses a request that defines one without using it.
 */
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { ItemRequestInvalid, type ItemValue } from "../../ports/index.ts";
import { encodeValue } from "./attributes.ts";

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-expression-parameters */
export const expressionLimits = { textBytesMax: 4096, operatorsMax: 300 } as const;

/** Hands out placeholders, and defines those that it handed out. */
export class Placeholders {
  readonly #names = new Map<string, string>();
  readonly #values: [string, AttributeValue][] = [];

  /** The placeholder of an attribute's name: one for each name. */
  name(name: string): string {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    const placeholder = `#${this.#names.size}`;
    this.#names.set(name, placeholder);
    return placeholder;
  }

  /** A placeholder for a value, whose bytes are copied. */
  value(value: ItemValue): string {
    const placeholder = `:${this.#values.length}`;
    this.#values.push([placeholder, encodeValue(value)]);
    return placeholder;
  }

  /** The fields of a request that define them. */
  definitions(): {
    ExpressionAttributeNames?: Record<string, string>;
    ExpressionAttributeValues?: Record<string, AttributeValue>;
  } {
    const names = Array.from(this.#names, ([name, placeholder]) => [placeholder, name]);
    return {
      ...(names.length > 0 ? { ExpressionAttributeNames: Object.fromEntries(names) } : {}),
      ...(this.#values.length > 0 ? { ExpressionAttributeValues: Object.fromEntries(this.#values) } : {}),
    };
  }
}

/** The text itself. Throws ItemRequestInvalid for an expression that DynamoDB would not read. */
export function withinLimits(text: string, operators: number): string {
  const { textBytesMax, operatorsMax } = expressionLimits;
  // Placeholders and keywords are ASCII.
  if (text.length > textBytesMax || operators > operatorsMax)
    throw new ItemRequestInvalid(
      `an expression of ${text.length} bytes and ${operators} operators, ${textBytesMax} and ${operatorsMax} allowed`,
    );
  return text;
}
