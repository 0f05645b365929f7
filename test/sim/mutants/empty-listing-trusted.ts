import type { Mutant } from "../mutate/mutant.ts";

export const emptyListingTrusted: Mutant = {
  name: "empty-listing-trusted",
  breaks: "a listing of pages that could not be read is no empty one",
  file: "lib/engine/pages/read.ts",
  edits: [
    {
      find: "call(() => items.query({ pk, from: start, to: range.to, consistent: true }));",
      replace:
        "call(() => items.query({ pk, from: start, to: range.to, consistent: true }).catch(() => ({ items: [], next: undefined })));",
    },
  ],
  caughtBy: ["I1", "I6", "I10"],
  hunt: { mode: "exhaustive", only: "sweep" },
};
