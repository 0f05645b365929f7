export { type Lz4Block, type Lz4Frame, lz4BlockBytesMax, readLz4Frame, writeLz4Frame } from "./lz4-frame.ts";
export { refusalOf, within } from "./refuse.ts";
export { readSnappyBlocks, type SnappyBlocks, snappyLength } from "./snappy-framing.ts";
