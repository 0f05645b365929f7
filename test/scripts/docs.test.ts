import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bringUpToDate, difference, regenerate } from "../../scripts/docs.ts";
import { table } from "../../scripts/table.ts";

const made = { sizes: () => "| new |\n", names: async () => "ann" };
const stale = "# Sizes\n\n<!-- generated: sizes -->\n| old |\n<!-- /generated -->\n\nThe end.\n";
const fresh = "# Sizes\n\n<!-- generated: sizes -->\n\n| new |\n\n<!-- /generated -->\n\nThe end.\n";

describe("regenerate", () => {
  it("replaces what stands between the markers and nothing else", async () => {
    expect(await regenerate(stale, made)).toEqual({ text: fresh, names: ["sizes"] });
  });

  it("changes nothing the second time", async () => {
    expect((await regenerate(fresh, made)).text).toBe(fresh);
  });

  it("fills every part of a document", async () => {
    const twice = `${stale}<!-- generated: names -->\n<!-- /generated -->\n`;
    expect((await regenerate(twice, made)).names).toEqual(["sizes", "names"]);
  });

  it("takes a dollar sign for what it is", async () => {
    const { text } = await regenerate(stale, { sizes: () => "costs $1 or $& or $$" });
    expect(text).toContain("costs $1 or $& or $$\n");
  });

  it("refuses a name that nobody generates", async () => {
    await expect(regenerate(stale, {})).rejects.toThrow('there is no generator "sizes"');
  });

  it("refuses a part without an end", async () => {
    await expect(regenerate("<!-- generated: sizes -->\n| old |\n", made)).rejects.toThrow(
      "1 markers make 0 parts",
    );
    await expect(regenerate(`<!-- generated: names -->\n${stale}`, made)).rejects.toThrow(
      "3 markers make 1 parts",
    );
  });
});

describe("bringUpToDate", () => {
  let folder: string;
  const only = { sizes: made.sizes };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "cumulog-docs-"));
    writeFileSync(join(folder, "SIZES.md"), stale);
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const read = () => readFileSync(join(folder, "SIZES.md"), "utf8");

  it("writes what is stale", async () => {
    expect(await bringUpToDate(folder, only, false)).toEqual([]);
    expect(read()).toBe(fresh);
    expect(await bringUpToDate(folder, only, true)).toEqual([]);
  });

  it("only shows what is stale when it checks", async () => {
    expect(await bringUpToDate(folder, only, true)).toEqual([
      "docs/SIZES.md is stale: run `npm run docs`\n@ line 4\n- | old |\n+ \n+ | new |\n+ ",
    ]);
    expect(read()).toBe(stale);
  });

  it("names the document whose markers are wrong, and the generator that no document shows", async () => {
    expect(await bringUpToDate(folder, { names: made.names }, true)).toEqual([
      'docs/SIZES.md: there is no generator "sizes" in scripts/generated.ts',
      'no document shows "names" of scripts/generated.ts',
    ]);
  });
});

describe("difference", () => {
  it("leaves out what both texts begin and end with", () => {
    expect(difference("a\nb\nc\nd", "a\nx\nc\nd")).toBe("@ line 2\n- b\n+ x");
  });

  it("shows a repeated line that was added", () => {
    expect(difference("a\na", "a\na\na")).toBe("@ line 3\n+ a");
  });
});

describe("table", () => {
  it("is Markdown, with bars in cells escaped", () => {
    expect(table(["name", "type"], [["a", "x|y"]])).toBe("| name | type |\n| --- | --- |\n| a | x\\|y |");
  });
});
