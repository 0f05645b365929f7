/**
 * Who may import whom. The house is built in floors; a folder of the house knows only the floors below it.
 *
 *   floor 5   lambdas  cli  cdk  bench
 *   floor 4   lib/app
 *   floor 3   lib/adapters  lib/kafka  lib/rest
 *   floor 2   lib/engine
 *   floor 1   lib/format
 *   floor 0   lib/ports, which may use lib/std
 *
 * Another folder is entered by its index.ts only: lib/engine/index.ts, or that of a room (lib/engine/append/index.ts).
 * Within one folder, rooms enter each other by index.ts too, and anyone reaches the loose files of the folders above
 * himself (lib/engine/append/plan.ts may use lib/engine/errors.ts). The rooms of lib/adapters stand on one floor and do not
 * know each other: what wraps a store takes the port.
 *
 * The engine and what lies below it live in the simulator's world, so they import no package and no part of Node but
 * those listed as pure.
 */
import { posix } from "node:path";
import type { Import, Problem, Source } from "./source.ts";

const floors: Readonly<Record<string, number>> = {
  "lib/std": 0,
  "lib/ports": 0,
  "lib/format": 1,
  "lib/engine": 2,
  "lib/adapters": 3,
  "lib/kafka": 3,
  "lib/rest": 3,
  "lib/app": 4,
  lambdas: 5,
  cli: 5,
  cdk: 5,
  bench: 5,
};

/** What may be imported on floors 0 to 2 from outside: it computes, and asks the world for nothing. */
const purePackages = new Set(["lru-cache", "re2js"]);
const floorOfTheSimulatedMax = 2;

/** Folders whose rooms do not know each other. */
const strangers = new Set(["lib/adapters"]);

/** Finds imports that the floors forbid. */
export function checkFloors(sources: readonly Source[]): Problem[] {
  const paths = new Set(sources.map(source => source.path));
  const hasIndex = (folder: string): boolean => paths.has(`${folder}/index.ts`);
  return sources.flatMap(source =>
    source.imports.flatMap(entry => {
      const fault = entry.specifier.startsWith(".")
        ? faultOfPath(source.path, posix.join(posix.dirname(source.path), entry.specifier), hasIndex)
        : faultOfPackage(source.path, entry.specifier);
      return fault === undefined ? [] : [{ ...fault, path: source.path, line: entry.line }];
    }),
  );
}

type Fault = Pick<Problem, "rule" | "message">;

function faultOfPath(from: string, to: string, hasIndex: (folder: string) => boolean): Fault | undefined {
  const own = folderOf(from);
  const other = folderOf(to);
  if (own === undefined) return { rule: "floor", message: `${from} stands in no folder that has a floor` };
  if (other === undefined) return { rule: "floor", message: `${to} lies outside the house` };
  if (own !== other) return faultBetween(own, other, to);

  const ownRoom = posix.dirname(from);
  const room = posix.dirname(to);
  if (`${ownRoom}/`.startsWith(`${room}/`)) return undefined;
  if (strangers.has(own) && roomIn(own, from) !== roomIn(own, to))
    return { rule: "same-floor", message: `the rooms of ${own} do not know each other: take the port` };
  if (isIndex(to) || !hasIndex(room)) return undefined;
  return { rule: "index", message: `enter ${room} by its index.ts` };
}

function faultBetween(own: string, other: string, to: string): Fault | undefined {
  const ownFloor = floorOf(own);
  const otherFloor = floorOf(other);
  const isPortsOnStd = own === "lib/ports" && other === "lib/std";
  if (otherFloor > ownFloor)
    return { rule: "floor", message: `${other} (floor ${otherFloor}) is above ${own} (floor ${ownFloor})` };
  if (otherFloor === ownFloor && !isPortsOnStd)
    return {
      rule: "same-floor",
      message: `${own} and ${other} stand on one floor and do not know each other`,
    };
  return isIndex(to) ? undefined : { rule: "index", message: `enter ${other} by its index.ts` };
}

function faultOfPackage(from: string, specifier: string): Fault | undefined {
  const folder = folderOf(from);
  if (folder === undefined || floorOf(folder) > floorOfTheSimulatedMax || purePackages.has(specifier))
    return undefined;
  return { rule: "package", message: `${folder} runs in the simulator: reach ${specifier} through a port` };
}

function folderOf(path: string): string | undefined {
  return Object.keys(floors).find(folder => path.startsWith(`${folder}/`));
}

/** `memory` of lib/adapters/memory/items/put.ts. */
function roomIn(folder: string, path: string): string | undefined {
  return path.slice(folder.length + 1).split("/")[0];
}

function floorOf(folder: string): number {
  const floor = floors[folder];
  if (floor === undefined) throw new Error(`${folder} has no floor`);
  return floor;
}

function isIndex(path: string): boolean {
  return posix.basename(path) === "index.ts";
}

/** Finds circles of files that need each other when they run. Each circle is reported once, at its first file. */
export function checkCycles(sources: readonly Source[]): Problem[] {
  const byPath = new Map(sources.map(source => [source.path, source]));
  const done = new Set<string>();
  const trail: string[] = [];
  const problems: Problem[] = [];

  const visit = (source: Source): void => {
    trail.push(source.path);
    for (const entry of source.imports.filter(runs)) {
      const path = posix.join(posix.dirname(source.path), entry.specifier);
      const at = trail.indexOf(path);
      const target = byPath.get(path);
      if (at >= 0)
        problems.push({
          rule: "cycle",
          path: source.path,
          line: entry.line,
          message: [...trail.slice(at), path].join(" -> "),
        });
      else if (target !== undefined && !done.has(path)) visit(target);
    }
    trail.pop();
    done.add(source.path);
  };
  for (const source of sources) if (!done.has(source.path)) visit(source);
  return problems;
}

function runs(entry: Import): boolean {
  return !entry.isTypeOnly && entry.specifier.startsWith(".");
}
