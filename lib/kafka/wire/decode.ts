/**
 * Bytes to messages. A decoder is made once per message and version, from the table; it reads without looking at
 * versions again. Bytes are not trusted: nothing is read past the end, a list is never longer than the bytes that are
 * there, and all lists of a message together have a bound. Records and bytes are views, not copies.
 */
import { MalformedBytes, present, Reader, textOf } from "../../std/index.ts";
import type { Fields, Message, PrimitiveKind, Type, Values } from "./schema.ts";
import { includes } from "./versions.ts";

/** Elements of all lists in one message: 10,000 partitions with all they have need a twentieth of it. */
const elementsMax = 2_000_000;

/** Reads from where the source stands. */
class Source extends Reader {
  #elements = 0;

  /** Throws MalformedBytes unless a list of this length can be there. */
  countElements(count: number): void {
    this.#elements += count;
    // Each element takes a byte at least.
    if (count > this.remaining || this.#elements > elementsMax)
      throw new MalformedBytes(
        `a list of ${count} elements at ${this.position}, ${this.remaining} bytes are left`,
      );
  }
}

type Read = (source: Source) => unknown;
type Form = { readonly version: number; readonly isFlexible: boolean };

const decoders = new WeakMap<Message, Map<number, Read>>();

/** The message in these bytes, all of them. Throws MalformedBytes. The version must be one of the message's. */
export function decode<F extends Fields>(message: Message<F>, version: number, bytes: Uint8Array): Values<F> {
  const source = new Source(bytes);
  const values = decoderOf(message, version)(source);
  source.end(`${message.name} v${version}`);
  return values as Values<F>;
}

function decoderOf(message: Message, version: number): Read {
  const byVersion = decoders.get(message) ?? new Map<number, Read>();
  decoders.set(message, byVersion);
  const known = byVersion.get(version);
  if (known) return known;
  const made = structReader(message.fields, { version, isFlexible: includes(message.flexible, version) });
  byVersion.set(version, made);
  return made;
}

function structReader(fields: Fields, form: Form): Read {
  const names: string[] = [];
  const reads: (Read | undefined)[] = [];
  const defaults: unknown[] = [];
  const tagged = new Map<number, { readonly name: string; readonly read: Read }>();
  for (const name of Object.keys(fields)) {
    const field = present(fields[name], name);
    const isThere = includes(field.versions, form.version);
    const read = isThere ? valueReader(field.type, includes(field.nullable, form.version), form) : undefined;
    if (read && field.tag !== undefined) tagged.set(field.tag, { name, read });
    names.push(name);
    reads.push(field.tag === undefined ? read : undefined);
    defaults.push(field.defaultValue);
  }
  return source => {
    const values: Record<string, unknown> = {};
    for (let i = 0; i < names.length; i++) {
      const read = reads[i];
      values[names[i] as string] = read ? read(source) : defaults[i];
    }
    if (form.isFlexible) readTagged(source, tagged, values);
    return values;
  };
}

/** Tagged => count:varint [tag:varint size:varint bytes]. Unknown ones are passed over. */
function readTagged(
  source: Source,
  tagged: ReadonlyMap<number, { readonly name: string; readonly read: Read }>,
  values: Record<string, unknown>,
): void {
  const count = source.varint();
  source.countElements(count);
  for (let i = 0; i < count; i++) {
    const tag = source.varint();
    const content = source.block();
    const known = tagged.get(tag);
    if (!known) continue;
    const inner = new Source(content);
    values[known.name] = known.read(inner);
    inner.end(`tagged field ${known.name}`);
  }
}

function valueReader(type: Type, isNullable: boolean, form: Form): Read {
  switch (type.kind) {
    case "struct":
      return isNullable ? orNull(structReader(type.fields, form)) : structReader(type.fields, form);
    case "list":
      return listReader(valueReader(type.of, false, form), isNullable, form);
    default:
      return primitiveReader(type.kind, isNullable, form);
  }
}

/** NullableStruct => -1 | 1 fields. */
function orNull(read: Read): Read {
  return source => (source.i8() < 0 ? null : read(source));
}

function listReader(read: Read, isNullable: boolean, { isFlexible }: Form): Read {
  return source => {
    const count = isFlexible ? source.varint() - 1 : source.i32();
    if (count < 0) return nothing(isNullable, "list", source);
    source.countElements(count);
    const values: unknown[] = [];
    for (let i = 0; i < count; i++) values.push(read(source));
    return values;
  };
}

function primitiveReader(kind: PrimitiveKind, isNullable: boolean, { isFlexible }: Form): Read {
  const shortLength: Length = isFlexible ? compactLength : source => source.i16();
  const longLength: Length = isFlexible ? compactLength : source => source.i32();
  switch (kind) {
    case "bool":
      return source => source.u8() !== 0;
    case "int8":
      return source => source.i8();
    case "int16":
      return source => source.i16();
    case "uint16":
      return source => source.u16();
    case "int32":
      return source => source.i32();
    case "int64":
      return source => source.i64();
    case "float64":
      return source => source.f64();
    case "uuid":
      return source => Buffer.from(source.take(16)).toString("base64url");
    case "string":
      return lengthReader(shortLength, isNullable, kind, textOf);
    case "bytes":
      return lengthReader(longLength, isNullable, kind, view => view);
    case "records":
      return lengthReader(longLength, isNullable, kind, view => [view]);
  }
}

type Length = (source: Source) => number;

function compactLength(source: Source): number {
  return source.varint() - 1;
}

function lengthReader(
  length: Length,
  isNullable: boolean,
  kind: string,
  of: (view: Uint8Array) => unknown,
): Read {
  return source => {
    const size = length(source);
    return size < 0 ? nothing(isNullable, kind, source) : of(source.take(size));
  };
}

function nothing(isNullable: boolean, kind: string, source: Source): null {
  if (isNullable) return null;
  throw new MalformedBytes(`a ${kind} before ${source.position} is null and must not be`);
}
