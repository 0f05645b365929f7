export { deleteItems } from "./delete.ts";
export { type Call, committedPages, compactedPages, itemsOf, quarantined } from "./read.ts";
