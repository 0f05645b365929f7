/**
 * A test is run or says why it cannot be: only `skipIf(condition)`, with a title that ends in its reason.
 */
import { type Node, nameIn, nodesIn, type Problem, type Source } from "./source.ts";

const runners = new Set(["it", "test", "describe", "bench", "suite"]);
const banned = new Set(["skip", "only", "todo", "fails", "runIf"]);
const reason = /\((needs|only) [^)]+\)$/;

/** Finds tests that are left out without a reason. */
export function checkSkips(sources: readonly Source[]): Problem[] {
  return sources.flatMap(source =>
    source.nodes.flatMap(node => {
      const message = faultOf(node);
      return message === undefined
        ? []
        : [{ rule: "skip", path: source.path, line: source.lineOf(node), message }];
    }),
  );
}

function faultOf(node: Node): string | undefined {
  if (node.type === "MemberExpression") {
    const modifier = nameIn(node["property"]) ?? "";
    if (runners.has(nameIn(node["object"]) ?? "") && banned.has(modifier))
      return `.${modifier} leaves tests out: use skipIf(condition) and end the title in "(needs ...)"`;
  }
  if (node.type !== "CallExpression") return undefined;
  const callee = nodesIn(node["callee"])[0];
  const isSkipIf =
    callee?.type === "CallExpression" && nameIn(nodesIn(callee["callee"])[0]?.["property"]) === "skipIf";
  const title = nameIn(nodesIn(node["arguments"])[0]) ?? "";
  return isSkipIf && !reason.test(title)
    ? 'the title of a skipIf ends in its reason: "(needs ...)"'
    : undefined;
}
