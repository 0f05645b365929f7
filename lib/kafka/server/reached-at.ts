/**
 * The address under which a client reached us: what works for it once works again. A socket that listens for both families
 * shows IPv4 addresses as IPv6 ones; clients are told the plain form.
 */
import type { Socket } from "node:net";
import type { Address } from "../deps.ts";

const mapped = /^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i;

/** Empty when the client is gone already. */
export function reachedAt({
  localAddress = "",
  localPort = 0,
}: Pick<Socket, "localAddress" | "localPort">): Address {
  return { host: localAddress.replace(mapped, ""), port: localPort };
}
