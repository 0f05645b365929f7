/**
 * Messages to bytes, the inverse of decode. The answer is a list of parts: records are passed through as the pieces that
 * they are, so that a fetch copies none of them. What is left out of a draft is written as its default.
 */
import { assert, present, utf8, Writer } from "../../std/index.ts";
import {
  type Draft,
  type Field,
  type Fields,
  type Message,
  type PrimitiveKind,
  type Type,
  textBytesMax,
  type Values,
} from "./schema.ts";
import { includes } from "./versions.ts";

/** Collects what is written, in parts. */
export class Sink {
  readonly #parts: Uint8Array[] = [];
  #writer = new Writer(256);
  #finishedBytes = 0;

  get writer(): Writer {
    return this.#writer;
  }

  get length(): number {
    return this.#finishedBytes + this.#writer.length;
  }

  /** Hands views on as they are. */
  pass(views: readonly Uint8Array[]): void {
    this.#finish();
    for (const view of views) {
      this.#parts.push(view);
      this.#finishedBytes += view.length;
    }
  }

  parts(): Uint8Array[] {
    this.#finish();
    return this.#parts;
  }

  #finish(): void {
    if (this.#writer.length === 0) return;
    this.#finishedBytes += this.#writer.length;
    this.#parts.push(this.#writer.finish());
    this.#writer = new Writer(256);
  }
}

type Write = (sink: Sink, value: unknown) => void;
type Form = { readonly version: number; readonly isFlexible: boolean; readonly message: string };

const encoders = new WeakMap<Message, Map<number, Write>>();

/**
 * Writes the message. Asserts that every value fits its field, and that none is lost that the version has no field for,
 * unless it may be ignored.
 */
export function encode<F extends Fields>(
  sink: Sink,
  message: Message<F>,
  version: number,
  draft: Draft<Values<F>>,
): void {
  encoderOf(message, version)(sink, draft);
}

function encoderOf(message: Message, version: number): Write {
  const byVersion = encoders.get(message) ?? new Map<number, Write>();
  encoders.set(message, byVersion);
  const known = byVersion.get(version);
  if (known) return known;
  const isFlexible = includes(message.flexible, version);
  const made = structWriter(message.fields, { version, isFlexible, message: message.name });
  byVersion.set(version, made);
  return made;
}

type Tagged = {
  readonly name: string;
  readonly tag: number;
  readonly write: Write;
  readonly field: Field<unknown>;
};

function structWriter(fields: Fields, form: Form): Write {
  const placed: { readonly name: string; readonly write: Write; readonly field: Field<unknown> }[] = [];
  const tagged: Tagged[] = [];
  const absent: { readonly name: string; readonly field: Field<unknown> }[] = [];
  for (const name of Object.keys(fields)) {
    const field: Field<unknown> = present(fields[name], name);
    if (!includes(field.versions, form.version)) {
      if (!field.ignorable) absent.push({ name, field });
      continue;
    }
    const write = valueWriter(field.type, includes(field.nullable, form.version), form, name);
    if (field.tag === undefined) placed.push({ name, write, field });
    else tagged.push({ name, tag: field.tag, write, field });
  }
  tagged.sort((a, b) => a.tag - b.tag);
  return (sink, value) => {
    const values = value as Readonly<Record<string, unknown>>;
    for (const { name, field } of absent)
      assert(
        isDefault(values[name], field),
        () =>
          `${form.message} v${form.version} has no ${name}: ${JSON.stringify(values[name])} would be lost`,
      );
    for (const { name, write, field } of placed) {
      const given = values[name];
      write(sink, given === undefined ? field.defaultValue : given);
    }
    if (form.isFlexible) writeTagged(sink, tagged, values);
  };
}

function writeTagged(sink: Sink, tagged: readonly Tagged[], values: Readonly<Record<string, unknown>>): void {
  const given = tagged.filter(({ name, field }) => !isDefault(values[name], field));
  sink.writer.varint(given.length);
  for (const { name, tag, write } of given) {
    const content = new Sink();
    write(content, values[name]);
    sink.writer.varint(tag).varint(content.length);
    for (const part of content.parts()) sink.writer.put(part);
  }
}

/** Whether a value is what a reader takes for it when it is left out. */
function isDefault(value: unknown, { type, defaultValue }: Field<unknown>): boolean {
  if (value === undefined || value === defaultValue) return true;
  if (value === null || defaultValue === null) return false;
  switch (type.kind) {
    case "struct":
      return isAllDefault(value as Readonly<Record<string, unknown>>, type.fields);
    case "list":
    case "bytes":
    case "records":
      // These are empty by default, or null.
      return (value as { readonly length: number }).length === 0;
    default:
      return false;
  }
}

function isAllDefault(values: Readonly<Record<string, unknown>>, fields: Fields): boolean {
  return Object.entries(fields).every(([name, field]) => isDefault(values[name], field));
}

function valueWriter(type: Type, isNullable: boolean, form: Form, name: string): Write {
  switch (type.kind) {
    case "struct": {
      const write = structWriter(type.fields, form);
      if (!isNullable) return write;
      return (sink, value) => {
        sink.writer.i8(value === null ? -1 : 1);
        if (value !== null) write(sink, value);
      };
    }
    case "list":
      return listWriter(valueWriter(type.of, false, form, name), isNullable, form, name);
    default:
      return primitiveWriter(type.kind, isNullable, form, name);
  }
}

function listWriter(write: Write, isNullable: boolean, form: Form, name: string): Write {
  const length = lengthWriter(form, isNullable, name, "i32");
  return (sink, value) => {
    const values = value as readonly unknown[] | null;
    length(sink, values === null ? -1 : values.length);
    if (values !== null) for (const each of values) write(sink, each);
  };
}

function primitiveWriter(kind: PrimitiveKind, isNullable: boolean, form: Form, name: string): Write {
  const shortLength = lengthWriter(form, isNullable, name, "i16");
  const longLength = lengthWriter(form, isNullable, name, "i32");
  switch (kind) {
    case "bool":
      return (sink, value) => void sink.writer.u8(value ? 1 : 0);
    case "int8":
      return (sink, value) => void sink.writer.i8(within(value, -128, 127, name));
    case "int16":
      return (sink, value) => void sink.writer.i16(within(value, -32_768, 32_767, name));
    case "uint16":
      return (sink, value) => void sink.writer.u16(within(value, 0, 65_535, name));
    case "int32":
      return (sink, value) => void sink.writer.i32(within(value, -2_147_483_648, 2_147_483_647, name));
    case "int64":
      return (sink, value) => void sink.writer.i64(value as number);
    case "float64":
      return (sink, value) => void sink.writer.f64(value as number);
    case "uuid":
      return (sink, value) => void sink.writer.put(uuidBytes(value as string, name));
    case "string":
      return (sink, value) => writeBlock(sink, shortLength, value === null ? null : textBytes(value, name));
    case "bytes":
      return (sink, value) => writeBlock(sink, longLength, value as Uint8Array | null);
    case "records":
      return (sink, value) => passRecords(sink, longLength, value as readonly Uint8Array[] | null);
  }
}

/** An integer that its field can hold: another would be written as a wrong one, without a word. */
function within(value: unknown, min: number, max: number, name: string): number {
  const isWithin = Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
  assert(isWithin, () => `${name} is ${value}, not an integer in [${min}, ${max}]`);
  return value as number;
}

function uuidBytes(value: string, name: string): Uint8Array {
  const bytes = Buffer.from(value, "base64url");
  assert(bytes.length === 16, () => `${name} is "${value}", not a uuid in base64url`);
  return bytes;
}

function textBytes(value: unknown, name: string): Uint8Array {
  const bytes = utf8(value as string);
  assert(bytes.length <= textBytesMax, () => `${name} has ${bytes.length} bytes, at most ${textBytesMax}`);
  return bytes;
}

type WriteLength = (sink: Sink, length: number) => void;

/** Writes a length, -1 for null: compact as one more in a varint. */
function lengthWriter(form: Form, isNullable: boolean, name: string, width: "i16" | "i32"): WriteLength {
  return (sink, length) => {
    assert(length >= 0 || isNullable, () => `${form.message} v${form.version}: ${name} must not be null`);
    if (form.isFlexible) sink.writer.varint(length + 1);
    else sink.writer[width](length);
  };
}

function writeBlock(sink: Sink, writeLength: WriteLength, bytes: Uint8Array | null): void {
  writeLength(sink, bytes === null ? -1 : bytes.length);
  if (bytes !== null) sink.writer.put(bytes);
}

function passRecords(sink: Sink, writeLength: WriteLength, views: readonly Uint8Array[] | null): void {
  const length = views === null ? -1 : views.reduce((sum, view) => sum + view.length, 0);
  writeLength(sink, length);
  if (views !== null) sink.pass(views);
}
