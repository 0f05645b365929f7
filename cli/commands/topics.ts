/**
 * `cumulog topics`: the commands about topics themselves.
 */
import type { Command } from "commander";
import { defineAlter } from "./topics/alter.ts";
import { defineCreate } from "./topics/create.ts";
import { defineDelete } from "./topics/delete.ts";
import { defineDescribe } from "./topics/describe.ts";
import { defineList } from "./topics/list.ts";

/** Adds the commands. */
export function defineTopics(command: Command): void {
  defineCreate(command.command("create").description("create a topic"));
  defineList(command.command("list").description("print the names of all topics"));
  defineDescribe(command.command("describe").description("print the partitions and configs of a topic"));
  defineAlter(command.command("alter").description("change the configs of a topic, or add partitions"));
  defineDelete(command.command("delete").description("delete a topic and its records"));
}
