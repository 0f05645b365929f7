export {
  type ChunkInfo,
  type ChunkInput,
  decodeSegment,
  type EncodedSegment,
  encodeSegment,
  SegmentCorrupt,
  segmentBytes,
  segmentHeaderBytes,
} from "./segment.ts";
