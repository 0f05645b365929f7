/**
 * Functions that serve requests do no upkeep: the maintenance function does. What of the engine is only for that is a tenth of its
 * code, and would be loaded with each cold start. No route of a function reaches it: those have the duty "process".
 */
import type { Plugin } from "esbuild";

const contents = `
const none = () => Promise.reject(new Error("this function does no upkeep: the maintenance function does"));
export class Upkeep { tend = none; round = none; maintain = none; survey = none; purge = none; sweep = none; }
export class Fsck { run = none; }`;

/** Leaves out what only the maintenance needs, in the bundles of all other functions. */
export function withoutUpkeep(name: string): readonly Plugin[] {
  if (name === "maintenance") return [];
  return [
    {
      name: "without-upkeep",
      setup: build =>
        build.onLoad({ filter: /lib\/engine\/(upkeep\/upkeep|fsck\/fsck)\.ts$/ }, () => ({ contents })),
    },
  ];
}
