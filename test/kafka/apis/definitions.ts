/**
 * Kafka's own definitions of its messages, where they are at hand: JSON with comments, a file per message, in
 * ../shared/kafka-messages beside the checkout or where CUMULOG_KAFKA_MESSAGES says. They are not part of the project.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Versions, versionMax, versions } from "../../../lib/kafka/wire/index.ts";
import { common, type FieldOutline, type MessageOutline } from "./outline.ts";

type FieldDefinition = {
  readonly name: string;
  readonly type: string;
  readonly versions?: string;
  readonly nullableVersions?: string;
  readonly tag?: number;
  readonly taggedVersions?: string;
  readonly default?: string | number | boolean;
  readonly ignorable?: boolean;
  readonly flexibleVersions?: string;
  readonly fields?: readonly FieldDefinition[];
};

type MessageDefinition = {
  readonly name: string;
  readonly type: string;
  readonly apiKey: number;
  readonly validVersions: string;
  readonly flexibleVersions: string;
  readonly fields: readonly FieldDefinition[];
  readonly commonStructs?: readonly { readonly name: string; readonly fields: readonly FieldDefinition[] }[];
};

type Structs = ReadonlyMap<string, readonly FieldDefinition[]>;

const folder =
  process.env["CUMULOG_KAFKA_MESSAGES"] ??
  join(import.meta.dirname, "..", "..", "..", "..", "shared", "kafka-messages");

/** Whether the definitions are there. */
export const haveDefinitions = existsSync(folder);

/** Every request and response that Kafka defines, by its name. Throws when there are no definitions. */
export function kafkasOutlines(): ReadonlyMap<string, MessageOutline> {
  const files = readdirSync(folder).filter(file => /(Request|Response)\.json$/.test(file));
  return new Map(files.map(file => outlineOf(parse(file))).map(outline => [outline.name, outline]));
}

/** The names of Kafka's error codes with their numbers. Throws when there are no definitions. */
export function kafkasErrorCodes(): Readonly<Record<string, number>> {
  const lines = readFileSync(join(folder, "error-codes.txt"), "utf8").trim().split("\n");
  return Object.fromEntries(lines.map(line => line.split(" ")).map(([code, name]) => [name, Number(code)]));
}

function parse(file: string): MessageDefinition {
  const text = readFileSync(join(folder, file), "utf8").replace(/^\s*\/\/.*$/gm, "");
  return JSON.parse(text) as MessageDefinition;
}

function outlineOf(definition: MessageDefinition): MessageOutline {
  const { name, apiKey: key, validVersions, flexibleVersions, fields, commonStructs = [] } = definition;
  const valid = versions(validVersions);
  const structs: Structs = new Map(commonStructs.map(each => [each.name, each.fields]));
  return {
    name,
    key,
    versions: valid,
    flexible: common(versions(flexibleVersions), valid),
    fields: fieldsOf(fields, structs, valid, ""),
  };
}

function fieldsOf(
  fields: readonly FieldDefinition[],
  structs: Structs,
  around: Versions,
  prefix: string,
): readonly FieldOutline[] {
  return fields.flatMap(field => {
    const own = fieldOf(field, around, prefix);
    const inner = field.fields ?? structs.get(elementOf(field.type)) ?? [];
    return [own, ...fieldsOf(inner, structs, own.versions, `${own.path}.`)];
  });
}

function fieldOf(field: FieldDefinition, around: Versions, prefix: string): FieldOutline {
  if (field.flexibleVersions !== undefined) throw new Error(`${field.name}: flexible by itself`);
  const range = common(rangeOf(field.versions), around);
  return {
    path: `${prefix}${field.name.charAt(0).toLowerCase()}${field.name.slice(1)}`,
    type: typeText(field.type),
    versions: range,
    nullable: common(rangeOf(field.nullableVersions), range),
    tag: field.tag,
    tagged: common(rangeOf(field.taggedVersions), range),
    defaultValue: defaultText(field),
    isIgnorable: field.ignorable ?? false,
  };
}

function rangeOf(text: string | undefined): Versions {
  return text === undefined || text === "none" ? { first: versionMax, last: -1 } : versions(text);
}

function elementOf(type: string): string {
  return type.replace(/^\[\]/, "");
}

/** Structs have names of their own there, which begin with a capital. */
function typeText(type: string): string {
  return type.replace(/[A-Z]\w*$/, "struct");
}

function defaultText({ type, default: given }: FieldDefinition): string {
  if (given === "null") return "null";
  const kind = typeText(type);
  if (kind.startsWith("[]")) return "[]";
  if (kind === "struct" || kind === "records") return "none";
  if (kind === "bytes" || kind === "string") return `'${given ?? ""}'`;
  if (kind === "uuid") return "'AAAAAAAAAAAAAAAAAAAAAA'";
  if (kind === "bool") return `${given ?? false}`;
  // The one difference that is meant: 2^63 - 1 is the largest integer that a number holds.
  return `${Math.min(Number(given ?? 0), Number.MAX_SAFE_INTEGER)}`;
}
