/**
 * A source file, read once for every rule: its syntax tree, its imports and the lines they stand on.
 * Rules look at the tree, so that a word in a comment or a text never counts.
 */
import { parseAst } from "vitest/node";

/** A finding: which rule, where, and what to do instead. */
export type Problem = {
  readonly rule: string;
  /** From the root of the repository, with `/`. */
  readonly path: string;
  readonly line: number;
  readonly message: string;
};

/** A node of the ESTree, as loosely as rules need it. */
export type Node = {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
};

/** One `import` or `export ... from`, static or dynamic. */
export type Import = {
  readonly specifier: string;
  readonly line: number;
  /** Erased before running: no part of a cycle. */
  readonly isTypeOnly: boolean;
};

/** One parsed file. */
export type Source = {
  readonly path: string;
  readonly text: string;
  readonly body: readonly Node[];
  /** Every node, parents before children. */
  readonly nodes: readonly Node[];
  readonly imports: readonly Import[];
  readonly lineOf: (node: Node) => number;
};

/** Parses TypeScript. Throws at what is no TypeScript. */
export function parse(path: string, text: string): Source {
  const program: unknown = parseAst(text, { lang: "ts" }, path);
  if (!isNode(program)) throw new Error(`${path} has no syntax tree`);
  const nodes = [...walk(program)];
  const lineOf = (node: Node): number => text.slice(0, node.start).split("\n").length;
  const imports = nodes.flatMap(node => importOf(node, lineOf(node)));
  return { path, text, body: nodesIn(program["body"]), nodes, imports, lineOf };
}

/** Whether a value of a field is a node. */
export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

/** The nodes of a field that holds one or a list. */
export function nodesIn(value: unknown): readonly Node[] {
  return Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : [];
}

/** The name of an identifier, or the value of a text. */
export function nameIn(value: unknown): string | undefined {
  if (!isNode(value)) return undefined;
  const name = value.type === "Literal" ? value["value"] : value["name"];
  return typeof name === "string" ? name : undefined;
}

function* walk(node: Node): Generator<Node> {
  yield node;
  for (const value of Object.values(node)) for (const child of nodesIn(value)) yield* walk(child);
}

function importOf(node: Node, line: number): Import[] {
  const specifier = nameIn(node["source"]);
  if (specifier === undefined) return [];
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportNamedDeclaration":
    case "ExportAllDeclaration":
    case "ImportExpression":
      // Only a whole declaration is erased: of `import { type A }` Node still loads the file.
      return [{ specifier, line, isTypeOnly: (node["importKind"] ?? node["exportKind"]) === "type" }];
    case "TSImportType":
      return [{ specifier, line, isTypeOnly: true }];
    default:
      return [];
  }
}
