/**
 * The encoder once more, written to be read and not to be fast: it looks at the version of every field as it goes and shares
 * no line with lib/kafka/wire/encode.ts. It can add tagged fields that nobody knows, as newer clients do.
 */
import { type Field, type Fields, includes, type Message, type Type } from "../../../lib/kafka/wire/index.ts";

type Form = {
  readonly version: number;
  readonly isFlexible: boolean;
  readonly unknown: readonly Uint8Array[];
};
type Values = Readonly<Record<string, unknown>>;

/** Tags from here on belong to nobody. */
const unknownTagFirst = 1_000;

/** The bytes of a message. Every struct of a flexible version gets `unknown` as tagged fields after its own. */
export function plainBytes(
  message: Message,
  version: number,
  values: Values,
  unknown: readonly Uint8Array[] = [],
): Buffer {
  const isFlexible = includes(message.flexible, version);
  return structBytes(message.fields, values, { version, isFlexible, unknown });
}

function structBytes(fields: Fields, values: Values, form: Form): Buffer {
  const there = Object.entries(fields).filter(([, field]) => includes(field.versions, form.version));
  const parts = there
    .filter(([, field]) => field.tag === undefined)
    .map(([name, field]) => fieldBytes(field, values[name], form));
  if (form.isFlexible) parts.push(taggedBytes(there, values, form));
  return Buffer.concat(parts);
}

function taggedBytes(there: readonly [string, Field<unknown>][], values: Values, form: Form): Buffer {
  const own = there
    .filter(([name, { tag, defaultValue }]) => tag !== undefined && !isSame(values[name], defaultValue))
    .map(([name, field]) => ({ tag: field.tag ?? -1, content: fieldBytes(field, values[name], form) }))
    .sort((a, b) => a.tag - b.tag);
  const others = form.unknown.map((content, i) => ({ tag: unknownTagFirst + i, content }));
  const all = [...own, ...others];
  return Buffer.concat([
    varint(all.length),
    ...all.flatMap(({ tag, content }) => [varint(tag), varint(content.length), content]),
  ]);
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function fieldBytes({ type, nullable }: Field<unknown>, value: unknown, form: Form): Buffer {
  if (type.kind === "struct" && includes(nullable, form.version))
    return value === null ? hex("ff") : Buffer.concat([hex("01"), typeBytes(type, value, form)]);
  if (value !== null) return typeBytes(type, value, form);
  if (form.isFlexible) return hex("00");
  return type.kind === "string" ? hex("ffff") : hex("ffffffff");
}

function typeBytes(type: Type, value: unknown, form: Form): Buffer {
  switch (type.kind) {
    case "struct":
      return structBytes(type.fields, value as Values, form);
    case "list": {
      const values = value as readonly unknown[];
      const { of } = type;
      return Buffer.concat([
        length(values.length, 4, form),
        ...values.map(each => typeBytes(of, each, form)),
      ]);
    }
    case "string":
      return block(Buffer.from(value as string, "utf8"), 2, form);
    case "bytes":
      return block(Buffer.from(value as Uint8Array), 4, form);
    case "records":
      return block(Buffer.concat(value as readonly Uint8Array[]), 4, form);
    case "uuid":
      return Buffer.from(value as string, "base64url");
    case "bool":
      return hex(value === true ? "01" : "00");
    case "float64": {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleBE(value as number);
      return bytes;
    }
    case "int8":
      return integer(value, 1);
    case "int16":
    case "uint16":
      return integer(value, 2);
    case "int32":
      return integer(value, 4);
    case "int64":
      return integer(value, 8);
  }
}

function block(content: Buffer, width: number, form: Form): Buffer {
  return Buffer.concat([length(content.length, width, form), content]);
}

function length(count: number, width: number, { isFlexible }: Form): Buffer {
  return isFlexible ? varint(count + 1) : integer(count, width);
}

/** Two's complement, the highest byte first. */
function integer(value: unknown, bytes: number): Buffer {
  const digits = BigInt.asUintN(bytes * 8, BigInt(value as number)).toString(16);
  return hex(digits.padStart(bytes * 2, "0"));
}

/** Seven bits a byte, the lowest first. */
export function varint(value: number | bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt(value);
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) + 128);
  return Buffer.from([...bytes, Number(rest)]);
}

/** Bytes written as hexadecimal digits; blanks do not matter. */
export function hex(digits: string): Buffer {
  return Buffer.from(digits.replace(/\s+/g, ""), "hex");
}
