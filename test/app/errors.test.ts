import { describe, expect, it } from "vitest";
import { asListenError } from "../../lib/app/errors.ts";

const place = { host: "127.0.0.1", port: 80 };

describe("a server that cannot listen", () => {
  it.each([
    ["EADDRINUSE", "PortInUse", /^port 80 of 127\.0\.0\.1 is in use: .* --http-port$/],
    ["EACCES", "PortForbidden", /^port 80 of 127\.0\.0\.1 is not open to this user: .* --http-port$/],
    ["EADDRNOTAVAIL", "HostUnusable", /^host "127\.0\.0\.1" is no address of this machine .* --host$/],
    ["ENOTFOUND", "HostUnusable", /^host "127\.0\.0\.1" is no address of this machine .* --host$/],
  ])("for %s says %s, with the value and the flag that helps", (code, name, message) => {
    const error = asListenError(Object.assign(new Error("listen"), { code }), place, "httpPort");
    expect(error).toMatchObject({ name, kind: "caller", message: expect.stringMatching(message) });
  });

  it("for anything else says what Node says", () => {
    const error = Object.assign(new Error("too many open files"), { code: "EMFILE" });
    expect(asListenError(error, place, "kafkaPort")).toBe(error);
  });
});
