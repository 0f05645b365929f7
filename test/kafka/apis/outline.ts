/**
 * What a table of a message says, as lines of text: one for the message, one for each field. Our tables and Kafka's own
 * definitions (definitions.ts) are brought to this form to be compared, and its digest stands in for the definitions where
 * these are missing. Ranges are cut to the versions that the message and the structs around a field have: `0+` within `4+`
 * of a message that ends with 5 is `4-5`.
 *
 * Left out, since it never reaches the wire: names of structs, map keys, kinds of entity, the default of a list of structs,
 * of a struct and of records.
 */
import { createHash } from "node:crypto";
import type { Field, Fields, Message, Type, Versions } from "../../../lib/kafka/wire/index.ts";
import { apis } from "./all.ts";

/** A range of versions; `none` where there is none. */
export type Range = Versions;

/** One field, in any table. */
export type FieldOutline = {
  readonly path: string;
  readonly type: string;
  readonly versions: Range;
  readonly nullable: Range;
  readonly tag: number | undefined;
  readonly tagged: Range;
  readonly defaultValue: string;
  readonly isIgnorable: boolean;
};

/** A message, in any table. */
export type MessageOutline = {
  readonly name: string;
  readonly key: number;
  readonly versions: Range;
  readonly flexible: Range;
  readonly fields: readonly FieldOutline[];
};

/** The range that both have in common. */
export function common(a: Range, b: Range): Range {
  return { first: Math.max(a.first, b.first), last: Math.min(a.last, b.last) };
}

/** The lines of a message. */
export function linesOf({ name, key, versions, flexible, fields }: MessageOutline): readonly string[] {
  return [
    `${name} key ${key}, versions ${text(versions)}, flexible ${text(flexible)}`,
    ...fields.map(field => `${name}.${lineOf(field)}`),
  ];
}

function lineOf(field: FieldOutline): string {
  const { path, type, versions, nullable, tag, tagged, defaultValue, isIgnorable } = field;
  return [
    `${path} ${type} ${text(versions)}`,
    `nullable ${text(nullable)}`,
    tag === undefined ? "untagged" : `tag ${tag} in ${text(tagged)}`,
    `default ${defaultValue}`,
    isIgnorable ? "ignorable" : "kept",
  ].join(", ");
}

function text({ first, last }: Range): string {
  return first > last ? "none" : first === last ? `${first}` : `${first}-${last}`;
}

/** What tells one outline from another, short enough to be kept. */
export function digestOf(outline: MessageOutline): string {
  return createHash("sha256").update(linesOf(outline).join("\n")).digest("base64url").slice(0, 16);
}

/** The outlines of all our tables, by the name of the message. */
export function ourOutlines(): readonly MessageOutline[] {
  return apis.flatMap(({ key, request, response }) => [outlineOf(request, key), outlineOf(response, key)]);
}

function outlineOf({ name, versions, flexible, fields }: Message, key: number): MessageOutline {
  return {
    name,
    key,
    versions,
    flexible: common(flexible, versions),
    fields: fieldsOf(fields, versions, ""),
  };
}

function fieldsOf(fields: Fields, around: Range, prefix: string): readonly FieldOutline[] {
  return Object.entries(fields).flatMap(([name, field]) => {
    const versions = common(field.versions, around);
    const path = `${prefix}${name}`;
    const own: FieldOutline = {
      path,
      type: typeText(field.type),
      versions,
      nullable: common(field.nullable, versions),
      tag: field.tag,
      // A tagged field of ours is tagged in every version that has it.
      tagged: versions,
      defaultValue: defaultText(field),
      isIgnorable: field.ignorable,
    };
    return [own, ...fieldsOf(innerFields(field.type), versions, `${path}.`)];
  });
}

function innerFields(type: Type): Fields {
  if (type.kind === "list") return innerFields(type.of);
  return type.kind === "struct" ? type.fields : {};
}

function typeText(type: Type): string {
  return type.kind === "list" ? `[]${typeText(type.of)}` : type.kind;
}

function defaultText({ type, defaultValue }: Field<unknown>): string {
  if (defaultValue === null) return "null";
  if (type.kind === "list") return "[]";
  if (type.kind === "struct" || type.kind === "records") return "none";
  if (type.kind === "bytes") return "''";
  return typeof defaultValue === "string" ? `'${defaultValue}'` : `${defaultValue}`;
}
