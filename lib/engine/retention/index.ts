export { type Piece, type RetentionLimits, StartChooser } from "./choose.ts";
export { RecordDeleter } from "./delete-records.ts";
export { dropPages } from "./drop-pages.ts";
export { Retention, type RetentionDeps } from "./retention.ts";
