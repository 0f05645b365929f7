/**
 * Writes the generated parts of docs/*.md anew: `npm run docs`. With `--check` it writes nothing, shows what is stale
 * and fails. A part stands between two markers and is made by the generator of that name (scripts/generated.ts):
 *
 *   <!-- generated: NAME -->
 *   ...
 *   <!-- /generated -->
 */
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Generators, generators } from "./generated.ts";

const part = /<!-- generated: (\S+) -->\n.*?<!-- \/generated -->/gs;
const marker = /<!-- (generated: \S+|\/generated) -->/g;

/** A document with its generated parts made anew, and the names of those parts. Throws at markers that do not match. */
export async function regenerate(
  text: string,
  made: Generators,
): Promise<{ readonly text: string; readonly names: readonly string[] }> {
  const names = [...text.matchAll(part)].map(([, name = ""]) => name);
  const markers = [...text.matchAll(marker)].length;
  if (markers !== names.length * 2)
    throw new Error(`${markers} markers make ${names.length} parts: each part has a beginning and an end`);
  const contents = new Map<string, string>();
  for (const name of names) contents.set(name, await contentOf(name, made));
  const result = text.replace(
    part,
    (_, name: string) => `<!-- generated: ${name} -->\n\n${contents.get(name)}\n\n<!-- /generated -->`,
  );
  return { text: result, names };
}

async function contentOf(name: string, made: Generators): Promise<string> {
  const generate = made[name];
  if (generate === undefined) throw new Error(`there is no generator "${name}" in scripts/generated.ts`);
  return (await generate()).trim();
}

/** The lines that differ, between what both texts begin and end with: `-` was there, `+` belongs there. */
export function difference(before: string, after: string): string {
  const [old, now] = [before.split("\n"), after.split("\n")];
  let start = 0;
  while (start < Math.min(old.length, now.length) && old[start] === now[start]) start++;
  let end = 0;
  while (end < Math.min(old.length, now.length) - start && old.at(-1 - end) === now.at(-1 - end)) end++;
  return [
    `@ line ${start + 1}`,
    ...old.slice(start, old.length - end).map(line => `- ${line}`),
    ...now.slice(start, now.length - end).map(line => `+ ${line}`),
  ].join("\n");
}

/** Brings the documents in a folder up to date, or only looks. Answers with what is wrong. */
export async function bringUpToDate(
  folder: string,
  made: Generators,
  isCheck: boolean,
): Promise<readonly string[]> {
  const problems: string[] = [];
  const shown = new Set<string>();
  for (const name of globSync("*.md", { cwd: folder }).sort()) {
    const path = join(folder, name);
    const before = readFileSync(path, "utf8");
    try {
      const { text, names } = await regenerate(before, made);
      for (const each of names) shown.add(each);
      if (text === before) continue;
      if (isCheck) problems.push(`docs/${name} is stale: run \`npm run docs\`\n${difference(before, text)}`);
      else writeFileSync(path, text);
    } catch (error) {
      problems.push(`docs/${name}: ${error instanceof Error ? error.message : error}`);
    }
  }
  const idle = Object.keys(made).filter(name => !shown.has(name));
  return [...problems, ...idle.map(name => `no document shows "${name}" of scripts/generated.ts`)];
}

if (import.meta.main) {
  const folder = join(import.meta.dirname, "..", "docs");
  const problems = await bringUpToDate(folder, generators, process.argv.includes("--check"));
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
  else console.log(`the documents are up to date (${Object.keys(generators).length} generated parts)`);
}
