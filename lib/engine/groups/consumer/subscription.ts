/**
 * Which topics a subscription means, of those that there are now.
 *
 * A pattern has RE2's syntax, as Kafka's brokers take it, and has to match a whole name. It comes from a client and runs in a
 * process that others share: RegExp would let it backtrack for ever, RE2 takes time in proportion to the name. What one
 * character of a name costs is bounded by the pattern's size. The package is loaded where there is a pattern, and only there.
 */
import { limits, type TopicId } from "../../../format/index.ts";
import { InvalidRegularExpression } from "../errors.ts";

/** What a member wants. A name may be that of a topic to come; no topic has to match the pattern. */
type Wanted = { readonly names: readonly string[]; readonly regex?: string };

/** What there is. */
type Existing = { readonly name: string; readonly id: TopicId };

type Matches = (name: string) => boolean;

/** Kafka's own topics: they are read by those who name them. */
const internalPrefix = "__";

/** Of one list of topics, by pattern: the members of a group mostly have the same. */
const matched = new WeakMap<readonly Existing[], Map<string, Promise<ReadonlySet<TopicId>>>>();

/** Throws InvalidRegularExpression for a pattern that cannot be taken. */
export async function checkSubscription({ regex }: Wanted): Promise<void> {
  if (regex !== undefined) await compile(regex);
}

/** Those that are named and those whose whole names the pattern matches. Throws InvalidRegularExpression. */
export async function topicsOf(
  { names, regex }: Wanted,
  topics: readonly Existing[],
): Promise<ReadonlySet<TopicId>> {
  const matching = regex === undefined ? new Set<TopicId>() : await matchingOnce(regex, topics);
  if (names.length === 0) return matching;
  const wanted = new Set(names);
  const named = topics.filter(({ name }) => wanted.has(name)).map(({ id }) => id);
  return new Set([...matching, ...named]);
}

function matchingOnce(regex: string, topics: readonly Existing[]): Promise<ReadonlySet<TopicId>> {
  const known = matched.get(topics) ?? new Map<string, Promise<ReadonlySet<TopicId>>>();
  matched.set(topics, known);
  const matching = known.get(regex) ?? matchingNow(regex, topics);
  known.set(regex, matching);
  return matching;
}

async function matchingNow(regex: string, topics: readonly Existing[]): Promise<ReadonlySet<TopicId>> {
  const matches = await compile(regex);
  const found = topics.filter(({ name }) => !name.startsWith(internalPrefix) && matches(name));
  return new Set(found.map(({ id }) => id));
}

async function compile(regex: string): Promise<Matches> {
  const { groupPatternCharactersMax: charactersMax, groupPatternInstructionsMax: instructionsMax } = limits;
  if (regex.length > charactersMax)
    throw new InvalidRegularExpression(
      `a pattern of ${regex.length} characters: ${charactersMax} are allowed`,
    );
  const { RE2JS, RE2JSException } = await import("re2js");
  try {
    const pattern = RE2JS.compile(regex);
    const size = pattern.programSize();
    if (size <= instructionsMax) return name => pattern.testExact(name);
    throw new InvalidRegularExpression(
      `pattern ${JSON.stringify(regex)} takes ${size} instructions, ${instructionsMax} are allowed: repeat less`,
    );
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw new InvalidRegularExpression(
      `pattern ${JSON.stringify(regex)} is none of RE2's syntax: ${error.message}`,
    );
  }
}
