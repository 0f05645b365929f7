export { BlockBuilder, type BuiltBlocks, type PlacedBatch } from "./block-builder.ts";
export { chainOf, insideOf } from "./choose-merge.ts";
export { Compactor, type CompactorDeps, type Site } from "./compactor.ts";
export { withdraw } from "./link.ts";
export { type Merged, Merger } from "./merge.ts";
export { type ObjectDeps, putObject } from "./object.ts";
export { type PageItem, readPage } from "./read-blocks.ts";
export { clearInside, dropPages, replacePages } from "./replace.ts";
export { type Compacted, type CompactionOptions, defaultCompactionOptions, type Place } from "./types.ts";
