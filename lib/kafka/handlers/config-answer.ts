/** Configs as Kafka's answers show them: numbers for types and sources. */
import type { ConfigDescription } from "../../engine/index.ts";

/** Kafka's ConfigDef types. Numbers of the wire. */
export const configTypes: Readonly<Record<ConfigDescription["type"], number>> = {
  boolean: 1,
  string: 2,
  int: 3,
  long: 5,
  double: 6,
  list: 7,
};
/** Where a value comes from (DescribeConfigsResponse.ConfigSource). Numbers of the wire. */
export const configSources = { topic: 1, staticBroker: 4, default: 5 } as const;

/** A topic's config, without what only DescribeConfigs tells. */
export function topicConfigAnswer({ name, value, isReadOnly, source }: ConfigDescription) {
  return { name, value, readOnly: isReadOnly, configSource: configSources[source], isSensitive: false };
}
