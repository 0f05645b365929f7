/** The table of clients and features, the reasons below it, and the line that counts. */
import Table from "cli-table3";
import { type Feature, features } from "./features.ts";
import type { Column, Outcome } from "./outcomes.ts";

/** One pass over all clients. */
export type Pass = {
  readonly title: string;
  readonly columns: readonly Column[];
  /** Errors that the server wrote down. Each is a failure, whatever the clients made of it. */
  readonly complaints: readonly string[];
};

const marks: Readonly<Record<Outcome["kind"], string>> = {
  pass: "pass",
  fail: "FAIL",
  "not run": "not run",
  "not yet": "not yet",
};

/** Table and reasons of one pass. */
export function toText({ title, columns, complaints }: Pass): string {
  const table = new Table({
    head: [title, ...columns.map(({ client, version }) => `${client}\n${version}`)],
    style: { head: [], border: [], compact: true },
  });
  for (const feature of Object.keys(features) as Feature[])
    table.push([
      features[feature],
      ...columns.map(({ outcomes }) => {
        const outcome = outcomes.get(feature);
        return outcome === undefined ? "" : marks[outcome.kind];
      }),
    ]);
  return [
    table.toString(),
    ...reasons(columns),
    ...complaints.map(line => `  FAIL, the server: ${line}`),
  ].join("\n");
}

/** `N passed, N failed, N skipped`: what was not run, and what waits for its API, was skipped. */
export function countsOf(passes: readonly Pass[]): Readonly<Record<"passed" | "failed" | "skipped", number>> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { columns, complaints } of passes) {
    counts.failed += complaints.length;
    for (const { outcomes } of columns)
      for (const { kind } of outcomes.values())
        counts[kind === "pass" ? "passed" : kind === "fail" ? "failed" : "skipped"]++;
  }
  return counts;
}

/** Each reason once per client, with the features that it is the reason of. */
function reasons(columns: readonly Column[]): string[] {
  return columns.flatMap(({ client, outcomes }) => {
    const byReason = new Map<string, Feature[]>();
    for (const [feature, { kind, detail }] of outcomes)
      if (kind !== "pass") {
        const reason = `${marks[kind]}: ${detail}`;
        byReason.set(reason, [...(byReason.get(reason) ?? []), feature]);
      }
    return [...byReason].map(([reason, of]) => `  ${client}, ${of.join(" ")}: ${reason}`);
  });
}
