/**
 * Counts a JSON report of vitest: `passed failed skipped` on stdout. Each skipped test is named on stderr; its title ends
 * in the reason. Plain JavaScript for the Node that is there.
 */
import { readFileSync } from "node:fs";

const files = JSON.parse(readFileSync(process.argv[2], "utf8")).testResults;
const counts = { passed: 0, failed: 0, skipped: 0 };

for (const file of files) {
  for (const { status, fullName } of file.assertionResults) {
    const outcome = status === "passed" || status === "failed" ? status : "skipped";
    counts[outcome]++;
    if (outcome === "skipped") console.error(`skipped: ${fullName}`);
  }
  // A file that does not load has no tests to fail.
  if (file.status === "failed" && !file.assertionResults.some(({ status }) => status === "failed"))
    counts.failed++;
}
console.log(`${counts.passed} ${counts.failed} ${counts.skipped}`);
