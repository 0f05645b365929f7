/**
 * Keeps the house standing: who imports whom, which door time and chance come through, how files are named and
 * introduced. The rules are in test/tidy/. Every rule is shown to see its fault in test/fixtures/tidy, where a line that
 * must be reported says so: `// reported: rule`.
 */
import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findIdleDoors, inspect } from "./tidy/house.ts";

const root = join(import.meta.dirname, "..");
const houseOfFaults = join(import.meta.dirname, "fixtures", "tidy", "house");
const lintFaults = join(import.meta.dirname, "fixtures", "tidy", "lint");

describe("the house", () => {
  it("stands: floors, doors, names, headers, docstrings", () => {
    const problems = inspect(root).map(
      ({ path, line, rule, message }) => `${path}:${line} ${rule}: ${message}`,
    );
    expect(problems.join("\n")).toBe("");
  });

  it("has no door that nobody goes through", () => {
    expect(findIdleDoors(root)).toEqual([]);
  });
});

describe("the rules", () => {
  it("report every fault of the house of faults, and nothing else", () => {
    const reported = inspect(houseOfFaults).map(({ path, line, rule }) => `${path}:${line} ${rule}`);
    expect([...new Set(reported)].sort()).toEqual(expectedIn(houseOfFaults));
  });

  it("are each shown to work", () => {
    const shown = new Set(expectedIn(houseOfFaults).map(line => line.split(" ")[1]));
    const sources = globSync("*.ts", { cwd: join(import.meta.dirname, "tidy") });
    const rules = sources.flatMap(file =>
      [...readFileSync(join(import.meta.dirname, "tidy", file), "utf8").matchAll(/rule: "([a-z-]+)"/g)].map(
        match => match[1],
      ),
    );
    expect(new Set(rules)).toEqual(shown);
  });
});

describe("the linter", () => {
  it("reports floating promises, cycles, any, non-null assertions and imports of the wrong kind", () => {
    expect(lint(lintFaults)).toEqual(expectedIn(lintFaults));
    // Biome scans the whole tree before it begins: half a minute on a busy machine.
  }, 120_000);
});

/** `path:line rule` of each fault that the files below a folder announce. */
function expectedIn(folder: string): readonly string[] {
  const faults = globSync("**/*.ts", { cwd: folder }).flatMap(path =>
    readFileSync(join(folder, path), "utf8")
      .split("\n")
      .flatMap((text, index) =>
        (text.split("// reported: ")[1] ?? "")
          .split(", ")
          .filter(rule => rule !== "")
          .map(rule => `${path}:${index + 1} ${rule}`),
      ),
  );
  return faults.sort();
}

type LintReport = {
  readonly diagnostics: readonly {
    readonly category: string;
    readonly location: { readonly path: string; readonly start: { readonly line: number } };
  }[];
};

/** What Biome reports in a folder that the repository's own check leaves out. */
function lint(folder: string): readonly string[] {
  const args = ["lint", "--reporter=json", `--config-path=${join(folder, "biome-fixtures.json")}`, "."];
  const biome = join(root, "node_modules", ".bin", "biome");
  // Biome ends with a failure when it finds something, as it must here.
  const { stdout } = spawnSync(biome, args, { cwd: folder, encoding: "utf8", timeout: 120_000 });
  const report: LintReport = JSON.parse(stdout);
  return report.diagnostics
    .map(({ category, location }) => `${location.path}:${location.start.line} ${category.split("/").at(-1)}`)
    .sort();
}
