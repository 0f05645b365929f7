/**
 * The door that a configuration asks for.
 */
import type { Construct } from "constructs";
import type { DeploymentConfig } from "../options.ts";
import { HttpDoor } from "./http-door.ts";
import type { LogStorage } from "./storage.ts";
import { WebDoor } from "./web-door.ts";

/** One of the two. */
export type Door = HttpDoor | WebDoor;

/** Makes it. */
export function makeDoor(scope: Construct, id: string, storage: LogStorage, config: DeploymentConfig): Door {
  return config.frontDoor === "web-function"
    ? new WebDoor(scope, id, storage, config)
    : new HttpDoor(scope, id, storage, config);
}
