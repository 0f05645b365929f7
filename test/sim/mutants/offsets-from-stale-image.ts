import type { Mutant } from "../mutate/mutant.ts";

export const offsetsFromStaleImage: Mutant = {
  name: "offsets-from-stale-image",
  breaks: "the offsets of a commit are those of the image that the commit itself returned",
  file: "lib/engine/append/commit.ts",
  edits: [
    {
      find: '} else if (result.kind === "applied") resolution = this.#applied(part, segment, result.attributes);',
      replace:
        '} else if (result.kind === "applied") {\n        this.#applied(part, segment, result.attributes);\n        const nextOf = (partition: PartitionIndex) => before?.partitions.get(partition)?.next ?? offset(0);\n        resolution = { kind: "committed", baseOffsets: new Map(part.chunks.map(c => [c.partition, nextOf(c.partition)])) };\n      }',
    },
  ],
  caughtBy: ["I3"],
  hunt: { mode: "seeds" },
};
