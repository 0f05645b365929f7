export type { OffsetRange } from "./choose.ts";
export { type MendReport, mendRestored } from "./mend.ts";
export type { PartitionReport } from "./partition.ts";
