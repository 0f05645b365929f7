/** Arbitrary values of a message in one version, made from its table: what the decoder of that version can answer with. */
import fc, { type Arbitrary } from "fast-check";
import {
  type Field,
  type Fields,
  includes,
  type Message,
  type MessageValues,
  type Type,
} from "../../../lib/kafka/wire/index.ts";

const listMax = 3;

/** A message; a field that the version does not have holds its default. */
export function valuesOf(message: Message, version: number): Arbitrary<MessageValues<Message>> {
  return structOf(message.fields, version);
}

/** Versions of a message, from the first to the last. */
export function versionsOf({ versions: { first, last } }: Message): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

function structOf(fields: Fields, version: number): Arbitrary<Record<string, unknown>> {
  return fc.record(
    Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, fieldOf(field, version)])),
    { noNullPrototype: true },
  );
}

function fieldOf(field: Field<unknown>, version: number): Arbitrary<unknown> {
  const byDefault = fc.constant(field.defaultValue);
  if (!includes(field.versions, version)) return byDefault;
  const choices = [typeOf(field.type, version)];
  if (includes(field.nullable, version)) choices.push(fc.constant(null));
  // A default is a case of its own: a tagged field is left out then.
  if (field.tag !== undefined) choices.push(byDefault);
  return fc.oneof(...choices);
}

function typeOf(type: Type, version: number): Arbitrary<unknown> {
  switch (type.kind) {
    case "struct":
      return structOf(type.fields, version);
    case "list":
      return fc.array(typeOf(type.of, version), { maxLength: listMax });
    case "bool":
      return fc.boolean();
    case "int8":
      return fc.integer({ min: -128, max: 127 });
    case "int16":
      return fc.integer({ min: -32_768, max: 32_767 });
    case "uint16":
      return fc.integer({ min: 0, max: 65_535 });
    case "int32":
      return fc.integer();
    case "int64":
      return fc.maxSafeInteger();
    case "float64":
      return fc.double();
    case "uuid":
      return someBytes(16, 16).map(bytes => Buffer.from(bytes).toString("base64url"));
    case "string":
      return fc.string({ unit: "binary", maxLength: 20 });
    case "bytes":
      return someBytes(0, 200);
    case "records":
      return someBytes(0, 200).map(bytes => [bytes]);
  }
}

function someBytes(minLength: number, maxLength: number): Arbitrary<Uint8Array> {
  return fc.uint8Array({ minLength, maxLength });
}
