/**
 * The table of a function's variables for docs/CONFIGURATION.md, made from the list itself.
 */
import { functionDefault, functionSettings, functionVariables } from "./settings.ts";

/** Markdown: one row a variable. */
export function renderFunctionConfiguration(): string {
  const rows = functionVariables.map(({ name, setting, isRequired, documentation }) => [
    `\`${name}\``,
    isRequired ? "required" : shown(functionDefault("function", setting)),
    isRequired ? "required" : shown(functionDefault("web-function", setting)),
    functionSettings[setting].range,
    documentation,
  ]);
  const header = ["Environment", "Default", "of the web function", "Values", "What it does"];
  return [header, header.map(() => "---"), ...rows].map(cells => `| ${cells.join(" | ")} |\n`).join("");
}

function shown(value: unknown): string {
  return Array.isArray(value) || value === "" ? "none" : `\`${String(value)}\``;
}
