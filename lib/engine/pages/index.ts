export { type Call, committedPages, compactedPages } from "./read.ts";
