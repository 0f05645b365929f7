/**
 * AlterConfigs replaces all of a topic's overrides; IncrementalAlterConfigs changes some: set, delete, and for lists append
 * and subtract. A broker has nothing that can be changed while it runs.
 */
import type { ConfigChange, ConfigDescription } from "../../engine/index.ts";
import { messageOf } from "../../std/index.ts";
import type { messages } from "../apis/index.ts";
import type { Call } from "../deps.ts";
import { errorCodes } from "../error-codes.ts";
import { codeOf } from "../errors.ts";
import type { Handler } from "./handler.ts";
import { resourceTypes } from "./resource-types.ts";

type Replace = typeof messages.alterConfigs;
type Change = typeof messages.incrementalAlterConfigs;
type Resource = { readonly resourceType: number; readonly resourceName: string };

/** AlterConfigOp (KIP-339). Numbers of the wire. */
const operations = { set: 0, remove: 1, append: 2, subtract: 3 } as const;

/** All of a topic's overrides become those given. */
export const alterConfigs: Handler<Replace["request"], Replace["response"]> = async (call, request) => ({
  responses: await Promise.all(
    request.resources.map(resource =>
      alter(call, resource, request.validateOnly, existing => {
        const given = new Set(resource.configs.map(({ name }) => name));
        const dropped = existing.filter(({ name, source }) => source === "topic" && !given.has(name));
        return [
          ...dropped.map(({ name }) => ({ kind: "reset", name }) as const),
          ...resource.configs.map(({ name, value }) => setOrReset(name, value)),
        ];
      }),
    ),
  ),
});

/** Some overrides change, the others stay (KIP-339). */
export const incrementalAlterConfigs: Handler<Change["request"], Change["response"]> = async (
  call,
  request,
) => ({
  responses: await Promise.all(
    request.resources.map(resource =>
      alter(call, resource, request.validateOnly, existing =>
        resource.configs.map(({ name, configOperation, value }) =>
          changeOf(
            name,
            configOperation,
            value,
            existing.find(each => each.name === name),
          ),
        ),
      ),
    ),
  ),
});

async function alter(
  { service }: Call,
  { resourceType, resourceName }: Resource,
  validateOnly: boolean,
  changesTo: (existing: readonly ConfigDescription[]) => readonly ConfigChange[],
) {
  const answer = (errorCode: number, errorMessage: string | null) => ({
    errorCode,
    errorMessage,
    resourceType,
    resourceName,
  });
  if (resourceType !== resourceTypes.topic)
    return answer(errorCodes.INVALID_REQUEST, "only topics have configs that can be changed");
  const { topics } = service.engine;
  try {
    const changes = changesTo(await topics.describeConfigs(resourceName));
    await topics.alterConfigs(resourceName, changes, { validateOnly });
    return answer(errorCodes.NONE, null);
  } catch (error) {
    return answer(codeOf(error), messageOf(error));
  }
}

function changeOf(
  name: string,
  operation: number,
  value: string | null,
  existing: ConfigDescription | undefined,
): ConfigChange {
  if (operation === operations.remove) return { kind: "reset", name };
  if (operation === operations.set) return setOrReset(name, value);
  const before = (existing?.value ?? "").split(",").filter(part => part !== "");
  const given = (value ?? "").split(",").filter(part => part !== "");
  const after =
    operation === operations.append
      ? [...new Set([...before, ...given])]
      : before.filter(part => !given.includes(part));
  return { kind: "set", name, value: after.join(",") };
}

function setOrReset(name: string, value: string | null): ConfigChange {
  return value === null ? { kind: "reset", name } : { kind: "set", name, value };
}
