import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadConfig } from "../../lib/app/index.ts";

const root = join(import.meta.dirname, "..", "..");
const documents = globSync(["*.md", "docs/**/*.md"], { cwd: root }).sort();

/** Links to files of the project, and paths that stand in the text as code, by where they lead. */
function referencesOf(document: string): readonly { readonly written: string; readonly path: string }[] {
  const text = readFileSync(join(root, document), "utf8");
  const links = Array.from(
    text.matchAll(/\]\((?!https?:|mailto:)([^)#\s]+)[^)]*\)/g),
    match => match[1] ?? "",
  );
  const paths = Array.from(
    text.matchAll(/[`\s]((?:lib|test|docs|scripts|cli|cdk|lambdas|bench|bin)\/[\w./-]*\w)\/?(?=[`\s,;:)])/g),
    match => match[1] ?? "",
  );
  return [
    ...links.map(written => ({ written, path: join(dirname(document), written) })),
    // What a decision names may not be built yet, or be gone.
    ...(document.startsWith("docs/rfcs/") ? [] : paths.map(written => ({ written, path: written }))),
  ];
}

describe("the documents", () => {
  it.each(documents)("name only files that are there: %s", document => {
    const lost = referencesOf(document).filter(({ path }) => !existsSync(join(root, path)));
    expect(lost.map(({ written }) => written)).toEqual([]);
  });

  it("name files at all", () => {
    expect(documents).toEqual(
      expect.arrayContaining(["CONTRIBUTING.md", "README.md", "docs/ARCHITECTURE.md"]),
    );
    const written = documents.flatMap(referencesOf).map(each => each.written);
    expect(written).toEqual(
      expect.arrayContaining(["docs/REST.md", "rfcs/0002-data-directory.md", "lib/engine/append"]),
    );
  });

  it("lead to the decisions from the README", () => {
    expect(referencesOf("README.md").map(({ path }) => path)).toContain("docs/rfcs");
  });

  it("show a configuration file that a server takes", () => {
    const text = readFileSync(join(root, "docs/CONFIGURATION.md"), "utf8");
    const file = /```json\n(.*?)```/s.exec(text)?.[1] ?? "";
    const config = loadConfig({ flags: { config: "cumulog.json" }, environment: {}, readFile: () => file });
    expect(config).toMatchObject({ httpPort: 8080, lingerMs: 10, logFormat: "json" });
    expect(config.allowedHosts).toEqual(["log.example.com"]);
  });
});
