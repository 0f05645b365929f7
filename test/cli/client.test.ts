/**
 * What a client can be certain of, against servers that misbehave at each step.
 */
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { Client } from "../../cli/client.ts";
import { AnswerLost, ServerRefused, ServerStrange, ServerUnreachable } from "../../cli/errors.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

describe("Client", () => {
  it("says that nothing was sent when no connection is made", async () => {
    const server = await serverThat(socket => socket.destroy());
    const url = urlOf(server);
    await new Promise(resolve => server.close(resolve));
    await expect(get(url)).rejects.toThrow(ServerUnreachable);
    await expect(get(url)).rejects.toThrow(
      `nothing answers at ${url.origin}, is the server running? (connect ECONNREFUSED`,
    );
  });

  it("says that the answer was lost when the connection ends before it", async () => {
    await expect(get(urlOf(await answeringServer("")))).rejects.toThrow(AnswerLost);
  });

  it("says that the answer was lost when it is cut short", async () => {
    const answer = 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"base_offset":';
    await expect(get(urlOf(await answeringServer(answer)))).rejects.toThrow(AnswerLost);
  });

  it("says that the answer was lost after a long silence", async () => {
    const server = await serverThat(() => undefined);
    const call = new Client({ url: urlOf(server) }).json({ method: "GET", path: "/", silenceMsMax: 20 });
    await expect(call).rejects.toThrow(/^no answer came from .*: silence for 20 ms$/);
  });

  it("repeats what a refusing server says", async () => {
    const body = '{"error_code":50305,"message":"too much"}';
    const answer = `HTTP/1.1 503 Busy\r\nretry-after: 2\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    const error = await get(urlOf(await answeringServer(answer))).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ServerRefused);
    expect(error).toMatchObject({ message: "too much", status: 503, code: 50305, retryAfterMs: 2000 });
  });

  it.each([
    [400, true],
    [404, true],
    [413, true],
    [503, true],
    [507, true],
    [500, false],
    [502, false],
    [504, false],
  ])("takes a status of %i for certainly not done: %s", async (status, isWithoutEffect) => {
    const answer = `HTTP/1.1 ${status} X\r\ncontent-length: 2\r\n\r\n{}`;
    await expect(get(urlOf(await answeringServer(answer)))).rejects.toMatchObject({
      status,
      isWithoutEffect,
    });
  });

  it("asks whether it is a Cumulog server when the answer is no JSON", async () => {
    const url = urlOf(await answeringServer("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n<ok>"));
    await expect(get(url)).rejects.toThrow(ServerStrange);
    await expect(get(url)).rejects.toThrow("is it a Cumulog server?");
  });

  it("keeps a path that stands in the URL", async () => {
    let head = "";
    const server = await serverThat(socket => {
      socket.on("data", bytes => {
        head += bytes;
        socket.end("HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}");
      });
    });
    await get(new URL("stage/", urlOf(server)));
    expect(head).toMatch(/^GET \/stage\/path HTTP/);
  });
});

function get(url: URL): Promise<unknown> {
  return new Client({ url }).json({ method: "GET", path: "/path" });
}

/** Answers to whatever comes, then ends the connection. */
function answeringServer(answer: string): Promise<Server> {
  return serverThat(socket => socket.on("data", () => socket.end(answer)));
}

async function serverThat(serve: (socket: Socket) => void): Promise<Server> {
  const server = createServer(socket => {
    socket.on("error", () => undefined);
    serve(socket);
  });
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

function urlOf(server: Server): URL {
  const { port } = server.address() as AddressInfo;
  return new URL(`http://127.0.0.1:${port}`);
}
