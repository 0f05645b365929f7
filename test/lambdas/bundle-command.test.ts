/** The command `npm run bundle` where nothing can be built: in a package that was installed, with the bundles it brought. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryDirectories } from "../support/temporary-directory.ts";

const scripts = join(import.meta.dirname, "..", "..", "scripts");
const directories = temporaryDirectories();

/** A package with these bundles, by name, and neither their sources nor esbuild. */
async function anInstalledPackage(bundles: Readonly<Record<string, string>>): Promise<string> {
  const house = await directories();
  cpSync(join(scripts, "bundle.ts"), join(house, "scripts", "bundle.ts"));
  cpSync(join(scripts, "bundle"), join(house, "scripts", "bundle"), { recursive: true });
  writeFileSync(join(house, "package.json"), '{"type":"module"}');
  for (const [name, code] of Object.entries(bundles)) {
    mkdirSync(join(house, "dist", "lambdas", name), { recursive: true });
    writeFileSync(join(house, "dist", "lambdas", name, "index.mjs"), code);
  }
  return house;
}

function run(house: string, ...args: readonly string[]) {
  return spawnSync(process.execPath, [join(house, "scripts", "bundle.ts"), ...args], { encoding: "utf8" });
}

describe("npm run bundle", () => {
  it("takes the bundles that are there, and weighs and loads them", async () => {
    const house = await anInstalledPackage({ fetch: "export const handler = 1;", produce: "1;" });
    const { status, stdout, stderr } = run(house, "--measure");
    expect(status, stderr).toBe(0);
    expect(stdout).toContain(`the bundles of this package are used: ${join(house, "dist", "lambdas")}`);
    expect(stdout).toMatch(/^fetch +25 +0 KiB +0 %$/m);
    expect(stdout).toMatch(/^produce +\d+ ms +\d+ to \d+ ms +\d+ ms +(reached|missed)$/m);
  });

  it("fails when one is too large, and names it", async () => {
    const house = await anInstalledPackage({ fetch: "1;", produce: " ".repeat(1_000_001) });
    const { status, stderr } = run(house);
    expect(status).toBe(1);
    expect(stderr.trim()).toBe("produce has 1000001 bytes, 1000000 are allowed");
  });

  it("fails when there is nothing to build with and nothing built", async () => {
    const { status, stderr } = run(await anInstalledPackage({}));
    expect(status).not.toBe(0);
    expect(stderr).toContain("there is no esbuild (npm install) and no bundle in");
  });
});
