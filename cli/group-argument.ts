/**
 * The group that a command is about: its argument, or `--group` as Kafka's tools have it.
 */
import type { Command } from "commander";
import { UsageWrong } from "./errors.ts";

/** Adds both ways to name the group. */
export function takesGroup(command: Command): Command {
  return command
    .argument("[group]", "name of the group")
    .option("--group <group>", "the same, as Kafka's tools write it");
}

/** The group that was named. Throws UsageWrong unless it is exactly one. */
export function groupOf(argument: string | undefined, option: string | undefined): string {
  const group = argument ?? option;
  if (group === undefined || group === "")
    throw new UsageWrong("a group is wanted, as an argument or with --group");
  if (option !== undefined && option !== group)
    throw new UsageWrong(`two groups are named: ${group} and --group ${option}`);
  return group;
}
