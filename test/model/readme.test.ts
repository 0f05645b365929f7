import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { naiveAppends } from "./append.ts";
import { naiveFolds } from "./fold.ts";
import { naiveMarks } from "./marks.ts";
import { naiveMerges } from "./merges.ts";
import { markdownOf } from "./naive-case.ts";
import { naiveOffsets } from "./offsets.ts";
import { naiveReaders } from "./readers.ts";
import { naiveTopics } from "./topics.ts";
import { naiveUpkeep } from "./upkeep.ts";

describe("the README of the models", () => {
  const tables = {
    append: naiveAppends,
    topics: naiveTopics,
    readers: naiveReaders,
    offsets: naiveOffsets,
    fold: naiveFolds,
    upkeep: naiveUpkeep,
    merges: naiveMerges,
    marks: naiveMarks,
  };

  it.each(Object.entries(tables))("lists the naive variants of %s as the code has them", (model, table) => {
    const readme = readFileSync(new URL("README.md", import.meta.url), "utf8");
    expect(readme).toContain(`<!-- ${model} -->\n${markdownOf(table)}\n<!-- end -->`);
  });
});
