export { BlockCache } from "./block-cache.ts";
export { Chunk, type ChunkPlace } from "./chunk.ts";
export { Fetcher } from "./fetch.ts";
export { OffsetLister } from "./list-offsets.ts";
export { ChunkLoader } from "./load.ts";
export { Watch } from "./watch.ts";
