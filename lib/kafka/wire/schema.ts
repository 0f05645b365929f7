/**
 * The form of our tables of Kafka's messages: fields in their order on the wire, each with the versions that have it.
 * Decoder and encoder are made from a table; so is the type of a message, so that the three cannot disagree.
 *
 * A field that a version does not have reads as its default: handlers see one shape whatever the client speaks.
 * 64-bit integers are numbers, and what is outside +-2^53 is read as the nearest; uuids are 22 characters of base64url.
 */
import { noVersions, type Versions, versions } from "./versions.ts";

/** The longest text: its length was 16 bits before versions were flexible, and has stayed so. Bytes. */
export const textBytesMax = 32_767;

/** How values of a field lie on the wire. */
export type PrimitiveKind =
  | "bool"
  | "int8"
  | "int16"
  | "uint16"
  | "int32"
  | "int64"
  | "float64"
  | "uuid"
  | "string"
  | "bytes"
  | "records";

export type Type =
  | { readonly kind: PrimitiveKind }
  | { readonly kind: "struct"; readonly fields: Fields }
  | { readonly kind: "list"; readonly of: Type };

/** One field of a message. `T` is the type of its value when decoded. */
export type Field<T> = {
  readonly type: Type;
  readonly versions: Versions;
  /** Versions in which it may be null. */
  readonly nullable: Versions;
  /** Its number among the tagged fields; absent: it has its place in the order. */
  readonly tag?: number;
  /** What it reads as in a version without it, and what is written when no value is given. */
  readonly defaultValue: T;
  /** Whether a value may be dropped in a version without the field. Otherwise that is a fault of ours. */
  readonly ignorable: boolean;
};

// biome-ignore lint/suspicious/noExplicitAny: a field of any type; the precise one is inferred where the table stands.
export type Fields = { readonly [name: string]: Field<any> };

/** The value of a message or struct with these fields, as it is decoded. */
export type Values<F extends Fields> = {
  readonly [Name in keyof F]: F[Name] extends Field<infer T> ? T : never;
};

/** The same as it is given to be encoded: what is left out is written as its default. */
export type Draft<T> = T extends readonly Uint8Array[] | Uint8Array | string | number | boolean | null
  ? T
  : T extends readonly (infer Element)[]
    ? readonly Draft<Element>[]
    : { readonly [Name in keyof T]?: Draft<T[Name]> | undefined };

/** Record batches, in as many pieces as they came. */
export type Records = readonly Uint8Array[];

/** One message: a request or a response. */
export type Message<F extends Fields = Fields> = {
  readonly name: string;
  /** Versions that we have a table for. */
  readonly versions: Versions;
  /** Versions in the compact form, with tagged fields. */
  readonly flexible: Versions;
  readonly fields: F;
};

/** The message as decoded. */
export type MessageValues<M> = M extends Message<infer F> ? Values<F> : never;

/** The message as given to be encoded. */
export type MessageDraft<M> = Draft<MessageValues<M>>;

export type Options<T> = {
  readonly default?: T;
  readonly tag?: number;
  readonly ignorable?: boolean;
  readonly nullable?: string;
};
type Nullable = { readonly nullable: string };

/** Declares a message. */
export function message<const F extends Fields>(
  name: string,
  range: string,
  flexible: string,
  fields: F,
): Message<F> {
  return { name, versions: versions(range), flexible: versions(flexible), fields };
}

type Declare<T> = {
  (range: string, options: Options<T | null> & Nullable): Field<T | null>;
  (range?: string, options?: Options<T>): Field<T>;
};

function declare<T>(type: Type, zero: T): Declare<T> {
  return (range?: string, options?: Options<T | null>): Field<never> =>
    declareAny(type, zero, range, options);
}

/** The overloads above say which type the value has. */
function declareAny(
  type: Type,
  zero: unknown,
  range = "0+",
  { nullable, default: given, ignorable = false, tag }: Options<unknown> = {},
): Field<never> {
  const field: Field<unknown> = {
    type,
    versions: versions(range),
    nullable: nullable === undefined ? noVersions : versions(nullable),
    defaultValue: given === undefined ? zero : given,
    ignorable,
    ...(tag !== undefined && { tag }),
  };
  return field as Field<never>;
}

/** 16 bytes of zeros: no topic. */
export const uuidZero = "AAAAAAAAAAAAAAAAAAAAAA";

/** One byte, 0 or not. */
export const bool = declare<boolean>({ kind: "bool" }, false);
/** Big-endian, signed, 8 bits. */
export const int8 = declare<number>({ kind: "int8" }, 0);
/** Big-endian, signed, 16 bits. */
export const int16 = declare<number>({ kind: "int16" }, 0);
/** Big-endian, unsigned, 16 bits. */
export const uint16 = declare<number>({ kind: "uint16" }, 0);
/** Big-endian, signed, 32 bits. */
export const int32 = declare<number>({ kind: "int32" }, 0);
/** Big-endian, signed, 64 bits; read as the nearest number within +-2^53. */
export const int64 = declare<number>({ kind: "int64" }, 0);
/** IEEE 754, 64 bits. */
export const float64 = declare<number>({ kind: "float64" }, 0);
/** 16 bytes, as base64url. */
export const uuid = declare<string>({ kind: "uuid" }, uuidZero);
/** UTF-8 of at most `textBytesMax` with its length before it: 16 bits, or a compact varint. */
export const string = declare<string>({ kind: "string" }, "");
/** Bytes with their length before them: 32 bits, or a compact varint. Read as a view. */
export const bytes = declare<Uint8Array>({ kind: "bytes" }, new Uint8Array());
/** Record batches; on the wire as bytes. Read and written as views. */
export const records = declare<Records>({ kind: "records" }, []);

type PrimitiveValue = {
  readonly int8: number;
  readonly int16: number;
  readonly int32: number;
  readonly int64: number;
  readonly string: string;
  readonly uuid: string;
};

/** An array of one primitive. */
export function listOf<K extends keyof PrimitiveValue>(
  kind: K,
  range: string,
  options: Options<readonly PrimitiveValue[K][] | null> & Nullable,
): Field<readonly PrimitiveValue[K][] | null>;
export function listOf<K extends keyof PrimitiveValue>(
  kind: K,
  range?: string,
  options?: Options<readonly PrimitiveValue[K][]>,
): Field<readonly PrimitiveValue[K][]>;
export function listOf(kind: PrimitiveKind, range?: string, options?: Options<unknown>): Field<never> {
  return declareAny({ kind: "list", of: { kind } }, [], range, options);
}

/** An array of structs. */
export function list<const F extends Fields>(
  fields: F,
  range: string,
  options: Options<readonly Values<F>[] | null> & Nullable,
): Field<readonly Values<F>[] | null>;
export function list<const F extends Fields>(
  fields: F,
  range?: string,
  options?: Options<readonly Values<F>[]>,
): Field<readonly Values<F>[]>;
export function list(fields: Fields, range?: string, options?: Options<unknown>): Field<never> {
  return declareAny({ kind: "list", of: { kind: "struct", fields } }, [], range, options);
}

/** One struct. */
export function struct<const F extends Fields>(
  fields: F,
  range: string,
  options: Options<Values<F> | null> & Nullable,
): Field<Values<F> | null>;
export function struct<const F extends Fields>(
  fields: F,
  range?: string,
  options?: Options<Values<F>>,
): Field<Values<F>>;
export function struct(fields: Fields, range?: string, options?: Options<unknown>): Field<never> {
  return declareAny({ kind: "struct", fields }, defaultsOf(fields), range, options);
}

/** A struct of nothing but defaults. */
export function defaultsOf<F extends Fields>(fields: F): Values<F> {
  const values: Record<string, unknown> = {};
  for (const name of Object.keys(fields)) values[name] = fields[name]?.defaultValue;
  return values as Values<F>;
}
