/**
 * How files are named and introduced: kebab-case by verb or noun, a header that says what the file is, a docstring on
 * each name that others import, and lists of names instead of `export *`.
 */
import { posix } from "node:path";
import { type Node, nameIn, nodesIn, type Problem, type Source } from "./source.ts";

/** Names that say nothing. */
const emptyWords = new Set(["util", "utils", "helper", "helpers", "common", "manager", "service", "misc"]);

/** Declarations whose exported names need a docstring. A type's own fields mostly say what it is. */
const documented = new Set([
  "FunctionDeclaration",
  "ClassDeclaration",
  "TSInterfaceDeclaration",
  "VariableDeclaration",
]);

/** Finds file and folder names that are not kebab-case or say nothing. */
export function checkNames(paths: readonly string[]): Problem[] {
  return paths.flatMap(path => {
    const problem = (message: string): Problem => ({ rule: "name", path, line: 1, message });
    const names = path.replace(/(\.d|\.test|\.suite)?\.ts$/, "").split("/");
    const odd = names.filter(name => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name));
    const empty = names.flatMap(name => name.split("-")).filter(word => emptyWords.has(word));
    return [
      ...odd.map(name => problem(`${name} is not kebab-case`)),
      ...empty.map(word => problem(`"${word}" says nothing: name the verb or the noun`)),
    ];
  });
}

/** Finds `export *`. */
export function checkExports(sources: readonly Source[]): Problem[] {
  return sources.flatMap(source =>
    source.body
      .filter(node => node.type === "ExportAllDeclaration")
      .map(node => ({
        rule: "export-star",
        path: source.path,
        line: source.lineOf(node),
        message: "list the names: a door shows what goes through it",
      })),
  );
}

/** Finds files without a header and exported names without a docstring. An index.ts is only a list of names. */
export function checkComments(sources: readonly Source[]): Problem[] {
  return sources
    .filter(source => posix.basename(source.path) !== "index.ts")
    .flatMap(source => [...missingHeader(source), ...missingDocstrings(source)]);
}

function missingHeader(source: Source): Problem[] {
  const first = source.body.find(node => node.type !== "ImportDeclaration");
  if (first === undefined || isIntroduced(source, source.body[0] ?? first) || isIntroduced(source, first))
    return [];
  const message = "begin with a block comment: what this is, the invariant it keeps, what it is not";
  return [{ rule: "header", path: source.path, line: 1, message }];
}

/** Tables of Kafka's messages: the header says which API, the name which message. */
const tables = /^lib\/kafka\/apis\//;

function missingDocstrings(source: Source): Problem[] {
  if (tables.test(source.path)) return [];
  const exported = source.body.filter(node => documented.has(declared(node)?.type ?? ""));
  const classes = exported.filter(node => declared(node)?.type === "ClassDeclaration");
  // The header is the docstring of what the file is there for: its only name, or its only class.
  const [main] = exported.length === 1 ? exported : classes.length === 1 ? classes : [];
  return exported
    .filter(node => !isOverloaded(source, node))
    .filter(node => !isIntroduced(source, node) && (node !== main || missingHeader(source).length > 0))
    .map(node => ({
      rule: "docstring",
      path: source.path,
      line: source.lineOf(node),
      message: `say what ${namesOf(node).join(", ")} promises`,
    }));
}

/** The docstring of a function with overloads stands before the first of them. */
function isOverloaded(source: Source, node: Node): boolean {
  const before = source.body[source.body.indexOf(node) - 1];
  return before !== undefined && declared(before)?.type === "TSDeclareFunction";
}

function declared(node: Node): Node | undefined {
  return node.type === "ExportNamedDeclaration" ? nodesIn(node["declaration"])[0] : undefined;
}

function namesOf(node: Node): readonly string[] {
  const declaration = declared(node);
  const parts = declaration === undefined ? [] : [declaration, ...nodesIn(declaration["declarations"])];
  return parts.flatMap(part => nameIn(part["id"]) ?? []);
}

/** Whether a block comment ends right before a node. */
function isIntroduced(source: Source, node: Node): boolean {
  const before = source.text.slice(0, node.start).trimEnd();
  if (!before.endsWith("*/")) return false;
  // Not a comment that trails the statement before.
  const at = before.lastIndexOf("/*");
  return before.slice(before.lastIndexOf("\n", at) + 1, at).trim() === "";
}
