/**
 * Reads the options of a deployment at the door: props of the construct, or the context of the app. Every problem is
 * reported at once; the result is frozen. What is only known when CloudFormation runs (a token) is not looked at.
 */
import { Token } from "aws-cdk-lib";
import { InvalidConfiguration } from "../lib/app/index.ts";
import { problemsAtStart } from "./environment.ts";
import { type Option, type Reading, text } from "./option.ts";
import { type DeploymentConfig, type OptionName, options } from "./options.ts";

/** Where the app goes; of no meaning to a construct, which is where its stack is. */
const places = {
  account: text(undefined, { pattern: /^\d{12}$/, range: "12 digits" }, "The account."),
  region: text(undefined, { pattern: /^[a-z]{2}(-[a-z]+)+-\d$/, range: "a region" }, "The region."),
};

/** What the app is configured to. */
export type AppConfig = {
  readonly deployment: DeploymentConfig;
  /** Undefined: CloudFormation decides where it runs. */
  readonly account: string | undefined;
  readonly region: string | undefined;
};

/** The options of a construct. Throws InvalidConfiguration with every problem. */
export function readProps(given: Readonly<Record<string, unknown>>): DeploymentConfig {
  const problems: string[] = [];
  const config = readOptions(given, problems);
  problems.push(...unknownNames(given, Object.keys(options)));
  if (problems.length > 0) throw new InvalidConfiguration(problems);
  return config;
}

/** The context of an app, without what belongs to the toolkit. Throws InvalidConfiguration with every problem. */
export function readContext(context: Readonly<Record<string, unknown>>): AppConfig {
  const given = Object.fromEntries(Object.entries(context).filter(([name]) => isOurs(name)));
  const problems: string[] = [];
  const deployment = readOptions(given, problems);
  const [account, region] = [
    readOne("account", places.account, given, problems),
    readOne("region", places.region, given, problems),
  ];
  problems.push(...unknownNames(given, [...Object.keys(options), ...Object.keys(places)]));
  if (problems.length > 0) throw new InvalidConfiguration(problems);
  return Object.freeze({ deployment, account, region });
}

/** The toolkit's own names have a colon, a slash or an @ in them; these few have not. */
const toolkitNames = new Set(["acknowledged-issue-numbers", "cli-telemetry"]);

function isOurs(name: string): boolean {
  return /^[A-Za-z0-9_.-]+$/.test(name) && !toolkitNames.has(name);
}

function readOptions(given: Readonly<Record<string, unknown>>, problems: string[]): DeploymentConfig {
  const names = Object.keys(options) as OptionName[];
  const values = names.map(name => [name, readOne<unknown>(name, options[name], given, problems)]);
  // Each value was read by its own option, or is its default.
  const config = Object.freeze(Object.fromEntries(values)) as DeploymentConfig;
  problems.push(...contradictions(config, given), ...problemsAtStart(config));
  return config;
}

function readOne<T>(
  name: string,
  option: Option<T>,
  given: Readonly<Record<string, unknown>>,
  problems: string[],
): T | undefined {
  const value = given[name];
  if (value === undefined) return option.defaultValue;
  const reading: Reading<NonNullable<T>> = Token.isUnresolved(value)
    ? { value: value as NonNullable<T> }
    : option.read(value);
  if ("value" in reading) return reading.value;
  problems.push(`${name}: ${reading.problem}`);
  return option.defaultValue;
}

function unknownNames(given: Readonly<Record<string, unknown>>, known: readonly string[]): readonly string[] {
  return Object.keys(given)
    .filter(name => !known.includes(name))
    .map(name => {
      const meant = known.find(each => bare(each) === bare(name));
      return `${name}: there is no such option${meant ? `: is it ${meant}?` : "; docs/DEPLOY.md lists them"}`;
    });
}

function bare(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}

const jwtNames = ["jwtIssuer", "jwtAudience", "jwtScopePrefix"] as const;
const webNames = ["webConcurrency", "webEnvironmentsMax"] as const;
const httpNames = [
  "throttleRatePerSecond",
  "throttleBurst",
  "produceMemoryMiB",
  "fetchMemoryMiB",
  "groupsMemoryMiB",
  "adminMemoryMiB",
  "produceReservedConcurrency",
  "fetchReservedConcurrency",
  "groupsReservedConcurrency",
  "adminReservedConcurrency",
  "produceProvisionedConcurrency",
  "fetchProvisionedConcurrency",
  "groupsProvisionedConcurrency",
] as const;

/** What each option allows alone, but not beside another. */
function contradictions(
  config: DeploymentConfig,
  given: Readonly<Record<string, unknown>>,
): readonly string[] {
  const isGiven = (name: OptionName): boolean => given[name] !== undefined;
  const useless = (names: readonly OptionName[], why: string): readonly string[] =>
    names.filter(isGiven).map(name => `${name}: has no effect with ${why}`);
  const isJwt = config.authorizer === "jwt";
  const isWeb = config.frontDoor === "web-function";
  return [
    ...(isJwt ? missingOfJwt(config) : useless(jwtNames, "authorizer iam")),
    ...(isWeb ? useless(httpNames, "frontDoor web-function") : useless(webNames, "frontDoor http-api")),
    ...(isWeb && isJwt ? ["authorizer: jwt needs frontDoor http-api: a web function checks no tokens"] : []),
    ...crowded("produce", config.produceProvisionedConcurrency, config.produceReservedConcurrency),
    ...crowded("fetch", config.fetchProvisionedConcurrency, config.fetchReservedConcurrency),
    ...crowded("groups", config.groupsProvisionedConcurrency, config.groupsReservedConcurrency),
  ];
}

function missingOfJwt({ jwtIssuer, jwtAudience }: DeploymentConfig): readonly string[] {
  return [
    ...(jwtIssuer === undefined ? ["jwtIssuer: is missing: authorizer jwt needs it"] : []),
    ...(jwtAudience.length === 0 ? ["jwtAudience: is missing: authorizer jwt needs it"] : []),
  ];
}

function crowded(
  duty: string,
  provisioned: number | undefined,
  reserved: number | undefined,
): readonly string[] {
  return provisioned !== undefined && reserved !== undefined && provisioned > reserved
    ? [`${duty}ProvisionedConcurrency: ${provisioned} is above ${duty}ReservedConcurrency ${reserved}`]
    : [];
}
