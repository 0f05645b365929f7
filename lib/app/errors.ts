/** Why a server cannot listen: one class per fact, each naming the flag that helps. */
import { CumulogError } from "../std/index.ts";
import { flagOf } from "./settings.ts";

/** Something else listens there. */
export class PortInUse extends CumulogError {
  override readonly name = "PortInUse";
  readonly kind = "caller";
}

/** This process may not listen there. */
export class PortForbidden extends CumulogError {
  override readonly name = "PortForbidden";
  readonly kind = "caller";
}

/** The host is no address of this machine. */
export class HostUnusable extends CumulogError {
  override readonly name = "HostUnusable";
  readonly kind = "caller";
}

/** What Node says when it cannot listen, in our words; unchanged when there are none for it. */
export function asListenError(
  error: NodeJS.ErrnoException,
  { host, port }: { readonly host: string; readonly port: number },
  portSetting: "httpPort" | "kafkaPort",
): Error {
  const flag = flagOf(portSetting);
  if (error.code === "EADDRINUSE")
    return new PortInUse(
      `port ${port} of ${host} is in use: stop what listens there, or choose another with ${flag}`,
    );
  if (error.code === "EACCES")
    return new PortForbidden(
      `port ${port} of ${host} is not open to this user: choose one from 1024 on with ${flag}`,
    );
  if (error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND" || error.code === "EAI_AGAIN")
    return new HostUnusable(
      `host ${JSON.stringify(host)} is no address of this machine (${error.code}): choose one with ${flagOf("host")}`,
    );
  return error;
}
