/**
 * Many clients at once, none of which wants much: each connects and asks which APIs there are, once all stand.
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** ApiVersions version 0: size, key 18, version 0, correlation id 1, client id "b". */
const question = Buffer.from("0000000b" + "00120000" + "00000001" + "000162", "hex");

/** Connects `count` times and asks on each; `close` ends them all. Throws when one is refused or cut. */
export async function connectAll(address: string, count: number): Promise<{ readonly close: () => void }> {
  const [host = "", port] = address.split(":");
  const sockets = await Promise.all(Array.from({ length: count }, () => connected(host, Number(port))));
  await Promise.all(sockets.map(ask));
  return { close: () => sockets.forEach(socket => void socket.destroy()) };
}

async function connected(host: string, port: number): Promise<Socket> {
  const socket = connect(port, host);
  await once(socket, "connect");
  return socket;
}

async function ask(socket: Socket): Promise<void> {
  const answered = Promise.race([once(socket, "data"), once(socket, "close").then(() => undefined)]);
  socket.write(question);
  if ((await answered) === undefined) throw new Error("a connection was closed before it was answered");
}
