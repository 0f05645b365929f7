export { packageVersion } from "./version.ts";
