/**
 * Functions that serve requests do no upkeep: the maintenance function and its workers do. What of the engine is only for that
 * is a tenth of its code, and would be loaded with each cold start. No route of a function reaches it: those have the duty
 * "process".
 */
import type { Plugin } from "esbuild";

const contents = `
const none = () => Promise.reject(new Error("this function does no upkeep: the maintenance function does"));
export class Upkeep { tend = none; tendAlone = none; round = none; maintain = none; survey = none; purge = none; sweep = none; }
export class Fsck { run = none; }`;

const looksAfter: ReadonlySet<string> = new Set(["maintenance", "worker"]);

/** Leaves out what only the maintenance and its workers need, in the bundles of all other functions. */
export function withoutUpkeep(name: string): readonly Plugin[] {
  if (looksAfter.has(name)) return [];
  return [
    {
      name: "without-upkeep",
      setup: build =>
        build.onLoad({ filter: /lib\/engine\/(upkeep\/upkeep|fsck\/fsck)\.ts$/ }, () => ({ contents })),
    },
  ];
}
