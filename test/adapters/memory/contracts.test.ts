import { MemoryItemStore, MemoryObjectStore } from "../../../lib/adapters/memory/index.ts";
import { describeItemStore } from "../../contracts/item-store.ts";
import { describeObjectStore } from "../../contracts/object-store.ts";
import { ManualClock } from "../../support/manual-clock.ts";

describeItemStore("memory", async () => ({ items: new MemoryItemStore() }));
describeObjectStore("memory", async () => ({ objects: new MemoryObjectStore({ clock: new ManualClock() }) }));
