/**
 * What a run showed, as text: calls to AWS by function, and the permissions that no call needed.
 */
import type { Deployment } from "./deployment.ts";

/** The report of a run. */
export function renderReport(deployment: Deployment): string {
  const { calls, functions, processes } = deployment;
  const lines = functions.flatMap(definition => {
    const own = calls.filter(({ role }) => role === definition.role);
    const usage = deployment.usageOf(definition);
    const idle = usage.filter(({ isUsed }) => !isUsed).map(({ grain }) => `  never used: ${grain}`);
    return [
      `${definition.name}: ${own.length} calls, ${usage.length - idle.length} of ${usage.length} permissions used`,
      ...counted(own).map(line => `  ${line}`),
      ...idle,
    ];
  });
  return [`${calls.length} calls to AWS from ${processes} processes`, ...lines].join("\n");
}

/** `dynamodb:GetItem 200 x 17` for each kind of call and status. */
function counted(calls: readonly { readonly name: string; readonly status: number }[]): readonly string[] {
  const groups = Map.groupBy(calls, ({ name, status }) => `${name} ${status}`);
  return [...groups].map(([kind, { length }]) => `${kind} x ${length}`).sort();
}
