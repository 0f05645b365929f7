export { configOf, InvalidConfiguration, loadConfig, settingNames } from "./config.ts";
export { renderConfiguration } from "./config-docs.ts";
export { withDataDirectory } from "./data-directory.ts";
export { HostUnusable, PortForbidden, PortInUse } from "./errors.ts";
export { type LogOnAws, mendTable } from "./mend.ts";
export { type RunningService, serve } from "./serve.ts";
export {
  type Config,
  flagOf,
  kebab,
  placeOf,
  type Setting,
  type SettingName,
  settings,
  variableOf,
} from "./settings.ts";
