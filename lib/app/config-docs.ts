/**
 * The table of settings for docs/CONFIGURATION.md, made from the list itself so that it cannot be wrong.
 */
import { settingNames } from "./config.ts";
import { flagOf, kebab, type Setting, settings, variableOf } from "./settings.ts";

/** Markdown: one row a setting. */
export function renderConfiguration(): string {
  const rows = settingNames().map(name => {
    const setting: Setting<unknown> = settings[name];
    return [
      `\`${flagOf(name)}\``,
      `\`${variableOf(name)}\``,
      `\`${kebab(name)}\``,
      shownDefault(setting.defaultValue),
      shownValues(setting),
      setting.documentation,
    ];
  });
  const header = ["Flag", "Environment", "File", "Default", "Values", "What it does"];
  return [header, header.map(() => "---"), ...rows].map(cells => `| ${cells.join(" | ")} |\n`).join("");
}

function shownValues({ range, unit }: Setting<unknown>): string {
  return unit === "bytes" || unit === "ms" ? `${range} ${unit}` : range;
}

function shownDefault(value: unknown): string {
  return Array.isArray(value) ? "none" : `\`${String(value)}\``;
}
