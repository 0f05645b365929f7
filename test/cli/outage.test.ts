import { describe, expect, it } from "vitest";
import { Outage } from "../../cli/outage.ts";

describe("an outage", () => {
  it("is told once, and its end once, however many calls notice", () => {
    const { outage, told } = anOutage();
    const before = [outage.current, outage.current];
    for (const call of before) outage.begin(call, new Error("away"));
    outage.begin(outage.current, new Error("still away"));
    const during = [outage.current, outage.current];
    for (const call of during) outage.end(call);
    expect(told).toEqual(["away; trying again", "the server answers again"]);
  });

  it("does not end with the answer to a call from before it", () => {
    const { outage, told } = anOutage();
    const before = outage.current;
    outage.begin(before, new Error("stopping"));
    outage.end(before);
    outage.begin(outage.current, new Error("away"));
    expect(told).toEqual(["stopping; trying again"]);
  });

  it("does not end with the answer to a call from another one", () => {
    const { outage, told } = anOutage();
    outage.begin(outage.current, new Error("first"));
    const first = outage.current;
    outage.end(outage.current);
    outage.begin(outage.current, new Error("second"));
    outage.end(first);
    expect(told).toEqual(["first; trying again", "the server answers again", "second; trying again"]);
  });

  it("does not begin anew with the failure of a call from within it", () => {
    const { outage, told } = anOutage();
    outage.begin(outage.current, new Error("away"));
    const slow = outage.current;
    outage.end(outage.current);
    outage.begin(slow, new Error("still away"));
    expect(told).toEqual(["away; trying again", "the server answers again"]);
  });

  it("is nothing that a success between two outages speaks of", () => {
    const { outage, told } = anOutage();
    outage.end(outage.current);
    expect(told).toEqual([]);
  });
});

function anOutage() {
  const told: string[] = [];
  return { outage: new Outage({ tell: text => told.push(text) }), told };
}
