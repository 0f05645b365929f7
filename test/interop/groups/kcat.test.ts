import { expect, it } from "vitest";
import { kcatEars } from "./kcat.ts";

it("takes no group for fenced that has the word in its name", () => {
  const hear = kcatEars();
  const line = "% Group fenced-group rebalanced (memberid one-1): assigned: fenced [0], fenced [1]";
  expect(hear(line)).toEqual({ event: "owns", partitions: [0, 1] });
});

it("hears that another has the place of a static member", () => {
  const line =
    "% ERROR: Consumer error: Fatal error: Broker: Static consumer fenced by other consumer with same group.instance.id: Fatal consumer error";
  expect(kcatEars()(line)).toEqual({ event: "fenced" });
});
