/**
 * The items of consumer instances: read strongly, changed on the stamp that was read.
 */
import {
  groupMemberKey,
  type InstanceItem,
  instanceItem,
  instanceKey,
  instanceUnchanged,
  readInstance,
} from "../../../format/items/index.ts";
import type { Attributes, Random } from "../../../ports/index.ts";
import type { GroupStore } from "../store.ts";
import { InstanceBusy } from "./errors.ts";

const stampBytes = 9;

/** What an instance is named by. */
export type InstanceName = { readonly group: string; readonly name: string };

export class InstanceStore {
  readonly #store: GroupStore;
  readonly #random: Random;

  constructor(store: GroupStore, random: Random) {
    this.#store = store;
    this.#random = random;
  }

  /** The instance as of now. Throws GroupUnavailable. */
  async get({ group, name }: InstanceName): Promise<InstanceItem | undefined> {
    const attributes = await this.#store.get(instanceKey(group, name), true);
    return attributes && readInstance(name, attributes);
  }

  /** Writes it if it still is what was read; false when it is not. */
  async put(
    { group, name }: InstanceName,
    before: InstanceItem | undefined,
    after: InstanceItem,
  ): Promise<boolean> {
    const stamp = Buffer.from(this.#random.bytes(stampBytes)).toString("base64url");
    const item = instanceItem(group, name, { ...after, stamp });
    const result = await this.#store.put(item, instanceUnchanged(before));
    // Refused by our own write, whose answer was lost: it is there.
    return result.kind === "applied" || result.current?.["stamp"] === stamp;
  }

  /** As `put`. Throws InstanceBusy when another call was faster. */
  async change(at: InstanceName, before: InstanceItem, after: InstanceItem): Promise<void> {
    if (!(await this.put(at, before, after))) throw overtaken(at);
  }

  /** Throws InstanceBusy when it is not what was read any more. */
  async checkUnchanged(at: InstanceName, before: InstanceItem): Promise<void> {
    if ((await this.get(at))?.stamp !== before.stamp) throw overtaken(at);
  }

  /** The item of a member of its group, as of now. */
  memberAt(group: string, memberKey: string): Promise<Attributes | undefined> {
    return this.#store.get(groupMemberKey(group, memberKey), true);
  }

  /** Deletes it, if it still is what was read. */
  async delete({ group, name }: InstanceName, before: InstanceItem): Promise<void> {
    await this.#store.delete(instanceKey(group, name), instanceUnchanged(before));
  }
}

function overtaken({ group, name }: InstanceName): InstanceBusy {
  return new InstanceBusy(
    `another call of instance "${name}" of group ${group} was faster: this one has delivered nothing`,
  );
}
