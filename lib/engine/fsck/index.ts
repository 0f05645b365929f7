export { Fsck } from "./fsck.ts";
export type { Fault, FsckReport, Orphans } from "./types.ts";
