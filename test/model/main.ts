/**
 * Prints what the models find:
 *
 *   node test/model/main.ts                    every naive variant in one line
 *   node test/model/main.ts topics             those of one model, each with its shortest trace
 *   node test/model/main.ts topics floor       ... whose name holds the word
 */
import { appendModel, naiveAppends } from "./append.ts";
import { check, describe, type Result } from "./checker.ts";
import { foldModel, naiveFolds } from "./fold.ts";
import { markModel, naiveMarks } from "./marks.ts";
import { mergeModel, naiveMerges } from "./merges.ts";
import type { NaiveCase } from "./naive-case.ts";
import { naiveOffsets, offsetModel } from "./offsets.ts";
import { naiveReaders, readerModel } from "./readers.ts";
import { naiveTopics, topicModel } from "./topics.ts";
import { naiveUpkeep, upkeepModel } from "./upkeep.ts";

type Variant = { readonly name: string; readonly found: () => Result };

/** Every naive variant of a model, ready to be checked. */
function variants<Naive extends string, Bounds>(
  table: Readonly<Record<Naive, NaiveCase<string, Bounds>>>,
  found: (bounds: Bounds & { readonly naive: Naive }) => Result,
): readonly Variant[] {
  const cases = Object.entries(table) as [Naive, NaiveCase<string, Bounds>][];
  return cases.map(([naive, { bounds }]) => ({ name: naive, found: () => found({ ...bounds, naive }) }));
}

const models: Readonly<Record<string, readonly Variant[]>> = {
  append: variants(naiveAppends, bounds => check(appendModel(bounds))),
  topics: variants(naiveTopics, bounds => check(topicModel(bounds))),
  readers: variants(naiveReaders, bounds => check(readerModel(bounds))),
  fold: variants(naiveFolds, bounds => check(foldModel(bounds))),
  offsets: variants(naiveOffsets, bounds => check(offsetModel(bounds))),
  upkeep: variants(naiveUpkeep, bounds => check(upkeepModel(bounds))),
  merges: variants(naiveMerges, bounds => check(mergeModel(bounds))),
  marks: variants(naiveMarks, bounds => check(markModel(bounds))),
};

const [only, word = ""] = process.argv.slice(2);
for (const [model, all] of Object.entries(models)) {
  if (only !== undefined && only !== model) continue;
  for (const { name, found } of all.filter(variant => variant.name.includes(word))) {
    const text = describe(found());
    process.stdout.write(`${model}, ${name}\n  ${only === undefined ? text.split("\n")[0] : text}\n`);
  }
}
