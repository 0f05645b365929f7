/**
 * `npm run costs`: measures what the log costs, brings docs/COSTS.md up to date and prints it.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { regenerate } from "./docs.ts";
import { generators } from "./generated.ts";

const path = join(import.meta.dirname, "..", "docs", "COSTS.md");
const { text } = await regenerate(readFileSync(path, "utf8"), generators);
writeFileSync(path, text);
console.log(text);
