export { Appender } from "./appender.ts";
export { Batcher } from "./batcher.ts";
export { Committer } from "./commit.ts";
export { Flusher, type OwnChunkListener } from "./flush.ts";
export { murmur2, Partitioner } from "./partitioner.ts";
export { SegmentPlacer } from "./place.ts";
export { SegmentClock } from "./segment-clock.ts";
export { chunkKey } from "./types.ts";
