export { BlockCache } from "./block-cache.ts";
export { Chunk, type ChunkPlace } from "./chunk.ts";
export { CompactedPages } from "./compacted-pages.ts";
export { Fetcher } from "./fetch.ts";
export { OffsetLister } from "./list-offsets.ts";
export { ChunkLoader } from "./load.ts";
export { PageCache } from "./page-cache.ts";
export { Planner } from "./plan.ts";
export { Watch } from "./watch.ts";
