export { Cleaner } from "./cleaner.ts";
export type { CleanedPages, CleaningOptions, CleaningRules, CleaningTimes } from "./types.ts";
