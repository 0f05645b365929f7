/** The tables of docs/KAFKA.md: what is served, what is not, and what clients hear of each fact. */
import { type Api, apiTable, errorCodes, errorRows, messages } from "../lib/kafka/index.ts";
import { table } from "./table.ts";

/** One row per API that is served. */
export function kafkaApisTable(): string {
  return table(
    ["key", "API", "versions", "advertised"],
    apiTable().map(({ key, request, served, advertised }) => [
      `${key}`,
      nameOf(request),
      rangeOf(served),
      rangeOf(advertised) === rangeOf(served) ? "" : rangeOf(advertised),
    ]),
  );
}

/** The APIs that there are tables for and nothing else. */
export function kafkaNotServed(): string {
  const served = new Set(apiTable().map(({ key }) => key));
  const names = Object.values(messages)
    .filter(({ key }) => !served.has(key))
    .map(({ request }) => nameOf(request));
  return `${names.join(", ")}.`;
}

/** One row per error code, with the facts that it stands for. */
export function kafkaErrorsTable(): string {
  const byCode = Map.groupBy(errorRows, ({ code }) => code);
  return table(
    ["code", "name", "what happened"],
    [...byCode]
      .map(([code, rows]) => [`${errorCodes[code]}`, code, rows.map(({ fact }) => `\`${fact}\``).join(", ")])
      .sort(([a], [b]) => Number(a) - Number(b)),
  );
}

function nameOf({ name }: Api["request"]): string {
  return name.replace(/Request$/, "");
}

function rangeOf({ first, last }: Api["served"]): string {
  return first === last ? `${first}` : `${first}-${last}`;
}
