export {
  checkLevel,
  checkUpkeepLevel,
  checkVersion,
  checkVersionIfAny,
  FormatNewer,
  located,
} from "./check.ts";
export { type Encoding, type EncodingName, encodings, formatLevels } from "./encodings.ts";
