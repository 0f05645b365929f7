/**
 * What runs of the same templates showed, as text: calls to AWS by function, and the permissions that no call needed.
 */
import type { Deployment, Worker } from "./deployment.ts";

/** The report of some runs together, of every function or of those workers. */
export function renderReport(deployments: readonly Deployment[], workers?: readonly Worker[]): string {
  const calls = deployments.flatMap(each => each.calls);
  const processes = deployments.reduce((sum, each) => sum + each.processes, 0);
  const lines = (workers ?? deployments[0]?.functions ?? []).flatMap(worker => {
    const own = calls.filter(({ role }) => role === worker.role);
    const usage = deployments.flatMap(each => each.usageOf(worker));
    const grains = new Set(usage.map(({ grain }) => grain));
    const used = new Set(usage.filter(({ isUsed }) => isUsed).map(({ grain }) => grain));
    return [
      `${worker.name}: ${own.length} calls, ${used.size} of ${grains.size} permissions used`,
      ...counted(own).map(line => `  ${line}`),
      ...[...grains].filter(grain => !used.has(grain)).map(grain => `  never used: ${grain}`),
    ];
  });
  return [`${calls.length} calls to AWS from ${processes} processes`, ...lines].join("\n");
}

/** Permissions that no call of these runs needed, of every function or of those workers. */
export function unusedOf(deployments: readonly Deployment[], workers?: readonly Worker[]): readonly string[] {
  return (workers ?? deployments[0]?.functions ?? []).flatMap(worker => {
    const usage = deployments.flatMap(each => each.usageOf(worker));
    const used = new Set(usage.filter(({ isUsed }) => isUsed).map(({ grain }) => grain));
    const unused = new Set(usage.map(({ grain }) => grain).filter(grain => !used.has(grain)));
    return [...unused].map(grain => `${worker.name}: ${grain}`);
  });
}

/** `dynamodb:GetItem 200 x 17` for each kind of call and status. */
function counted(calls: readonly { readonly name: string; readonly status: number }[]): readonly string[] {
  const groups = Map.groupBy(calls, ({ name, status }) => `${name} ${status}`);
  return [...groups].map(([kind, { length }]) => `${kind} x ${length}`).sort();
}
