/**
 * `cumulog groups`: the commands about consumer groups.
 */
import type { Command } from "commander";
import { defineDelete } from "./groups/delete.ts";
import { defineDescribe } from "./groups/describe.ts";
import { defineLag } from "./groups/lag.ts";
import { defineList } from "./groups/list.ts";
import { defineResetOffsets } from "./groups/reset-offsets.ts";

/** Adds the commands. */
export function defineGroups(command: Command): void {
  defineList(command.command("list").description("print the names of all groups"));
  defineDescribe(command.command("describe").description("print the members of a group and what they read"));
  defineLag(command.command("lag").description("print how far a group is behind, by partition"));
  defineResetOffsets(
    command.command("reset-offsets").description("say where a group without members is to go on"),
  );
  defineDelete(command.command("delete").description("delete a group without members and its offsets"));
}
