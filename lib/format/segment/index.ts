export {
  type ChunkInfo,
  type ChunkInput,
  decodeSegment,
  type EncodedSegment,
  encodeSegment,
  SegmentCorrupt,
  segmentBytes,
} from "./segment.ts";
