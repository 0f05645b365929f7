/**
 * Bytes to messages. A decoder is made once per message and version, from the table; it reads without looking at
 * versions again. Bytes are not trusted: `source.ts` says what is refused. Records and bytes are views, not copies.
 */
import { assert, MalformedBytes, present, textOf } from "../../std/index.ts";
import { bytesMin, type Form } from "./bytes-min.ts";
import {
  type Fields,
  type Message,
  type PrimitiveKind,
  type Type,
  textBytesMax,
  type Values,
} from "./schema.ts";
import { Source, type TaggedReader } from "./source.ts";
import { includes } from "./versions.ts";

type Read = (source: Source) => unknown;

const decoders = new WeakMap<Message, Map<number, Read>>();

/**
 * The message that these bytes begin with. Throws MalformedBytes. The version must be one of the message's. What follows it is
 * left alone, because Kafka's brokers never look whether a frame has ended (`AbstractRequest.parseRequest`, in every version
 * of Kafka): clients send more without anybody noticing. librdkafka leaves 3 bytes behind when it asks for all topics
 * (Metadata 9 to 13); a broker that refused them would lose its connection.
 */
export function decode<F extends Fields>(message: Message<F>, version: number, bytes: Uint8Array): Values<F> {
  const source = new Source(bytes);
  return decoderOf(message, version)(source) as Values<F>;
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
  const tagged = new Map<number, TaggedReader>();
  for (const name of Object.keys(fields)) {
    const field = present(fields[name], name);
    const isThere = includes(field.versions, form.version);
    const read = isThere ? valueReader(field.type, includes(field.nullable, form.version), form) : undefined;
    if (read && field.tag !== undefined) tagged.set(field.tag, taggedReader(name, read));
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
    if (form.isFlexible) source.readTagged(tagged, values);
    return values;
  };
}

function taggedReader(name: string, read: Read): TaggedReader {
  return (source, values) => {
    values[name] = read(source);
  };
}

function valueReader(type: Type, isNullable: boolean, form: Form): Read {
  switch (type.kind) {
    case "struct":
      return isNullable ? orNull(structReader(type.fields, form)) : structReader(type.fields, form);
    case "list":
      return listReader(type.of, isNullable, form);
    default:
      return primitiveReader(type.kind, isNullable, form);
  }
}

/** NullableStruct => -1 | 1 fields. */
function orNull(read: Read): Read {
  return source => (source.i8() < 0 ? null : read(source));
}

function listReader(of: Type, isNullable: boolean, form: Form): Read {
  const read = valueReader(of, false, form);
  const bytesEach = bytesMin(of, form);
  assert(bytesEach > 0, "elements of no bytes: nothing would bound their number");
  return source => {
    const count = form.isFlexible ? source.compactLength() : source.i32();
    if (count < 0) return nothing(isNullable, "list", source);
    source.countElements(count, bytesEach);
    const values: unknown[] = [];
    for (let i = 0; i < count; i++) values.push(read(source));
    return values;
  };
}

function primitiveReader(kind: PrimitiveKind, isNullable: boolean, { isFlexible }: Form): Read {
  const shortLength: Length = isFlexible ? compactText : source => source.i16();
  const longLength: Length = isFlexible ? source => source.compactLength() : source => source.i32();
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
      return source => source.nearestI64();
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

/** A text is as long as 16 bits can say in every version. */
function compactText(source: Source): number {
  const length = source.compactLength();
  if (length > textBytesMax)
    throw new MalformedBytes(`a text of ${length} bytes at ${source.position}, at most ${textBytesMax}`);
  return length;
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
