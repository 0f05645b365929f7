/**
 * The licences of what the bundles are made of. Whoever passes a bundle on passes these on with it.
 */
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Bundle } from "./build.ts";

/** Writes one file for all bundles. Throws when a package names no licence. */
export function writeLicenses(root: string, path: string, bundles: readonly Bundle[]): void {
  const folders = [...new Set(bundles.flatMap(({ packages }) => packages))].sort();
  const texts = folders.map(folder => {
    const { name, version, license }: Readonly<Record<string, unknown>> = JSON.parse(
      readFileSync(join(root, folder, "package.json"), "utf8"),
    );
    if (typeof license !== "string") throw new Error(`${folder} names no licence`);
    const files = globSync("{LICENSE,LICENCE,NOTICE}*", { cwd: join(root, folder) }).sort();
    const parts = files.map(file => readFileSync(join(root, folder, file), "utf8").trim());
    return [`${name} ${version} (${license})`, ...parts].join("\n\n");
  });
  writeFileSync(path, `${texts.join(`\n\n${"-".repeat(80)}\n\n`)}\n`);
}
