/**
 * `node test/kafka/apis/make-digest.ts`: writes `digest` anew from Kafka's definitions (definitions.ts says where they are
 * looked for). To be run when the definitions are replaced by those of a newer Kafka, never to make a test pass.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { kafkasOutlines } from "./definitions.ts";
import { digestOf, type MessageOutline, ourOutlines } from "./outline.ts";

/** Where the digest lies. */
export const digestPath = join(import.meta.dirname, "digest");

const introduction = `# What Apache Kafka 4.2 defines of each message that there is a table for, as a digest of its outline (outline.ts).
# Made by \`node test/kafka/apis/make-digest.ts\` from Kafka's own definitions; never by hand.
`;

/** The text of the digest of these messages. */
export function digestText(outlines: readonly MessageOutline[]): string {
  const lines = outlines.map(outline => `${outline.name} ${digestOf(outline)}\n`);
  return introduction + lines.sort().join("");
}

/** Kafka's outlines of the messages that we have tables for. Throws when one is missing. */
export function kafkasOutlinesOfOurs(): readonly MessageOutline[] {
  const all = kafkasOutlines();
  return ourOutlines().map(({ name }) => {
    const found = all.get(name);
    if (!found) throw new Error(`Kafka defines no ${name}`);
    return found;
  });
}

if (import.meta.main) writeFileSync(digestPath, digestText(kafkasOutlinesOfOurs()));
