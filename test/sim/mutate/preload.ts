/**
 * Loaded before everything else (`node --import`) in a process that runs a mutant: patches the file of the mutant named
 * in CUMULOG_MUTANT on its way into the module loader.
 */
import { registerHooks } from "node:module";
import { mutants } from "../mutants/index.ts";
import { patched } from "./mutant.ts";

const name = process.env["CUMULOG_MUTANT"];
const mutant = mutants.find(candidate => candidate.name === name);
if (mutant === undefined) throw new Error(`no mutant is called "${name}"`);
const target = new URL(`../../../${mutant.file}`, import.meta.url).href;

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (url !== target) return loaded;
    const { source } = loaded;
    if (source === undefined || source === null) throw new Error(`${mutant.file} has no source`);
    const text = typeof source === "string" ? source : new TextDecoder().decode(source);
    process.env["CUMULOG_MUTANT_APPLIED"] = mutant.name;
    return { ...loaded, source: patched(mutant, text) };
  },
});
