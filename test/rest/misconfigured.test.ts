/** What a client hears when the store refuses the whole installation: what its operator must do, and never "again". */
import { describe, expect, it } from "vitest";
import { MemoryItemStore, MemoryObjectStore } from "../../lib/adapters/memory/index.ts";
import { SystemClock } from "../../lib/adapters/system/index.ts";
import { StoreMisconfigured } from "../../lib/ports/index.ts";
import { anAppWithOrders, v2Binary } from "./testing.ts";

const message =
  "DynamoDB UpdateItem on table log: AccessDeniedException. Grant dynamodb:UpdateItem on table log";
const produced = { json: { records: [{ value: "YQ==" }] }, headers: v2Binary };

async function anAppThatIsDenied() {
  const items = new MemoryItemStore();
  const objects = new MemoryObjectStore({ clock: new SystemClock() });
  const app = await anAppWithOrders({ parts: { items, objects }, partitions: 1 });
  const denied = () => Promise.reject(new StoreMisconfigured(message));
  Object.assign(items, { get: denied, update: denied, query: denied });
  return app;
}

describe("a store that refuses the installation", () => {
  it("fails a produce with what to do, and logs it as an error", async () => {
    const app = await anAppThatIsDenied();
    const answer = await app.call("POST", `${app.cluster}/topics/orders/records`, { json: {} });
    expect(answer).toMatchObject({ status: 500, body: { error_code: 50007, message } });
    expect(answer.headers.get("retry-after")).toBeNull();
    expect(app.logged).toContainEqual(
      expect.objectContaining({ level: "error", error: "StoreMisconfigured", kind: "operator" }),
    );
  });

  it("tells a client of v2 not to try again", async () => {
    const app = await anAppThatIsDenied();
    const answer = await app.call("POST", "/topics/orders", produced);
    expect(answer.body.offsets).toMatchObject([{ error_code: 1, error: `50007 ${message}` }]);
  });

  it("fails a read with what to do", async () => {
    const app = await anAppThatIsDenied();
    const answer = await app.call("GET", "/topics/orders/partitions/0/records?offset=0");
    expect(answer).toMatchObject({ body: { error_code: 50007, message } });
    expect(answer.headers.get("retry-after")).toBeNull();
  });
});
