import { expect, it } from "vitest";
import { CumulogError, messageOf } from "../../lib/std/index.ts";

class Refused extends CumulogError {
  override readonly name = "Refused";
  readonly kind = "caller";
}

it("cuts a message that is longer than any need be, and no other", () => {
  expect(messageOf(new Refused("x".repeat(8_000)))).toBe("x".repeat(8_000));
  expect(messageOf(new Refused("x".repeat(100_000)))).toBe(`${"x".repeat(8_000)}...`);
  const cause = new Error("below");
  expect(new Refused("above", { cause })).toMatchObject({ message: "above", cause });
});
