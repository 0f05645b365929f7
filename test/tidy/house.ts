/**
 * Reads the sources of a repository and holds every rule against them. The root is a parameter, so that a small house
 * full of faults can prove that each rule sees its own.
 */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkDoors, idleDoors } from "./doors.ts";
import { checkCycles, checkFloors } from "./floors.ts";
import { checkSkips } from "./skips.ts";
import { type Problem, parse, type Source } from "./source.ts";
import { checkComments, checkExports, checkNames } from "./words.ts";

/** Everything that the rules find below `root`, in order of path and line. */
export function inspect(root: string): readonly Problem[] {
  const built = readBuilt(root);
  const tests = read(root, ["test"]).filter(source => !source.path.startsWith("test/fixtures/"));
  const lib = built.filter(source => source.path.startsWith("lib/"));
  const problems = [
    ...checkFloors(built),
    ...checkCycles(built),
    ...checkDoors(built),
    ...checkNames([...built, ...tests].map(source => source.path)),
    ...checkExports(built),
    ...checkComments(lib),
    ...checkSkips(tests),
  ];
  return problems.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.line - b.line));
}

/** The doors of test/tidy/doors.ts that no file below `root` goes through. */
export function findIdleDoors(root: string): readonly string[] {
  return idleDoors(readBuilt(root));
}

function readBuilt(root: string): readonly Source[] {
  return read(root, ["lib", "lambdas", "cli", "cdk", "bench"]);
}

function read(root: string, folders: readonly string[]): readonly Source[] {
  return folders
    .flatMap(folder => globSync(`${folder}/**/*.ts`, { cwd: root }))
    .sort()
    .map(path => parse(path, readFileSync(join(root, path), "utf8")));
}
