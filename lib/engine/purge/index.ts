export { type PurgeReport, Purger } from "./purge.ts";
