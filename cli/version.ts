import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The version in package.json: two folders up from here in a built package, one in the sources. */
export function readVersion(): string {
  for (const up of ["..", "../.."]) {
    try {
      const { version } = JSON.parse(readFileSync(join(import.meta.dirname, up, "package.json"), "utf8"));
      if (typeof version === "string") return version;
    } catch {
      // Not there: further up.
    }
  }
  return "unknown";
}
