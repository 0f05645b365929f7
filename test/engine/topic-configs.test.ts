import { describe, expect, it } from "vitest";
import { topicConfigs } from "../../lib/engine/index.ts";

describe("the table of topic configs", () => {
  it("is in the order of the names", () => {
    const names = topicConfigs.map(({ name }) => name);
    expect(names).toEqual([...names].sort());
  });

  it("promises no effect of what nothing enforces yet", () => {
    const waiting = topicConfigs.filter(({ effect }) => effect === "not yet").map(({ name }) => name);
    expect(waiting).toEqual([]);
  });
});
