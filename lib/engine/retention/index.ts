export { RecordDeleter } from "./delete-records.ts";
