export { configOf, InvalidConfiguration, loadConfig, settingNames } from "./config.ts";
export { renderConfiguration } from "./config-docs.ts";
export type { RunningService } from "./serve.ts";
export {
  type Config,
  flagOf,
  kebab,
  type Setting,
  type SettingName,
  settings,
  variableOf,
} from "./settings.ts";
