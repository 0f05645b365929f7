/**
 * THE list of what the documents take from the code, by the name in their markers (scripts/docs.ts).
 * A table that can be read off the code is never written by hand.
 */

import { optionRows, permissionRows } from "../cdk/docs.ts";
import { metrics } from "../lib/adapters/system/index.ts";
import { renderFunctionConfiguration } from "../lib/app/aws/settings-docs.ts";
import { renderConfiguration } from "../lib/app/index.ts";
import { topicConfigs } from "../lib/engine/index.ts";
import { schema } from "../lib/format/index.ts";
import { type Encoding, encodings } from "../lib/format/levels/index.ts";
import { queryParametersOf, renderErrors, routes } from "../lib/rest/index.ts";
import {
  backlogTable,
  callsTable,
  compactionTable,
  groupsTable,
  idleTable,
  pricesTable,
  recordsTable,
  storageTable,
  volumeTable,
  waitingTable,
} from "./costs/tables.ts";
import { gatewayExample } from "./gateway-example.ts";
import { kafkaApisTable, kafkaErrorsTable, kafkaNotServed } from "./kafka-tables.ts";
import { table } from "./table.ts";

/** Markdown by name. */
export type Generators = Readonly<Record<string, () => string | Promise<string>>>;

export const generators: Generators = {
  "costs-calls": callsTable,
  "costs-compaction": compactionTable,
  "costs-backlog": backlogTable,
  "costs-groups": groupsTable,
  "costs-idle": idleTable,
  "costs-prices": pricesTable,
  "costs-records": recordsTable,
  "costs-storage": storageTable,
  "costs-volume": volumeTable,
  "costs-waiting": waitingTable,
  configuration: () => renderConfiguration().trimEnd(),
  "kafka-apis": kafkaApisTable,
  "kafka-errors": kafkaErrorsTable,
  "kafka-not-served": kafkaNotServed,
  "function-configuration": () => renderFunctionConfiguration().trimEnd(),
  deployment: () => table(["option", "default", "values", "what it does"], optionRows()),
  permissions: () => table(["who", "items", "objects"], permissionRows()),
  "gateway-example": gatewayExample,
  errors: () => renderErrors().trimEnd(),
  metrics: () =>
    table(
      ["metric", "type", "labels", "meaning"],
      metrics.map(({ name, type, labels, help }) => [`\`${name}\``, type, labels.join(", "), help]),
    ),
  routes: () =>
    table(
      ["method", "path", "what it does"],
      routes.map(({ method, path, summary }) => [method.toUpperCase(), `\`${path}\``, summary]),
    ),
  parameters: () =>
    table(
      ["path", "parameter", "default", "meaning"],
      routes.flatMap(route =>
        queryParametersOf(route).map(({ name, defaultValue, description }) => [
          `\`${route.path}\``,
          `\`${name}\``,
          defaultValue === undefined ? "" : `\`${defaultValue}\``,
          description,
        ]),
      ),
    ),
  encodings: () =>
    table(
      ["what", "where its version stands", "written", "read up to"],
      Object.values<Encoding>(encodings).map(({ what, version, written, read }) => [
        what,
        version,
        String(written),
        String(read),
      ]),
    ),
  items: () =>
    table(
      ["item", "pk", "sk", "content", "encoded in"],
      schema.map(({ kind, pk, sk, content, file }) => [
        kind,
        `\`${pk}\``,
        `\`${sk}\``,
        content,
        `lib/format/${file}`,
      ]),
    ),
  "topic-configs": () =>
    table(
      ["config", "default", "effect", "meaning"],
      topicConfigs.map(({ name, defaultValue, effect, documentation }) => [
        `\`${name}\``,
        `\`${defaultValue}\``,
        effect,
        documentation,
      ]),
    ),
};
