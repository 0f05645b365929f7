/**
 * The largest expressions of the engine on an emulator. DynamoDB Local holds DynamoDB's limits of length and operators;
 * dynalite holds none. Moto is not asked: a condition of some hundred clauses ends in a 500 there.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AwsStores } from "../../lib/adapters/aws/index.ts";
import { largestUpdates } from "../adapters/aws/largest-updates.ts";

/** Makes each update on an item of its own. */
export function describeLargestUpdates(name: string, open: () => Promise<AwsStores>): void {
  describe(`largest updates: ${name}`, () => {
    let stores: AwsStores;
    beforeAll(async () => {
      stores = await open();
    });
    afterAll(() => stores.close());

    it.each(largestUpdates)("there is room for $what", async ({ what, before, update, condition }) => {
      const key = { pk: `largest ${what}`, sk: "head" };
      if (before) await stores.items.put({ ...key, attributes: before });
      expect((await stores.items.update(key, update, condition)).kind).toBe("applied");
    });
  });
}
