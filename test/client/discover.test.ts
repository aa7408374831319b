import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { ClientError } from "../../src/client/client-error.js";
import { discoverByHttp } from "../../src/client/discover.js";
import { OddServer } from "../helpers/odd-server.js";

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** What discovery makes of a login_server that answers so. */
async function discovered(answer: string) {
  const loginServer = createServer((_, response) => response.end(answer));
  server = loginServer;
  await new Promise<void>((resolve) => loginServer.listen(0, "127.0.0.1", resolve));
  return discoverByHttp({ host: "127.0.0.1", port: (loginServer.address() as AddressInfo).port });
}

async function refused(answer: string): Promise<ClientError> {
  const error = await discovered(answer).then(
    () => undefined,
    (thrown: ClientError) => thrown,
  );
  expect(error).toMatchObject({ name: "ClientError", code: "DISCOVERY_FAILED" });
  return error as ClientError;
}

describe("discoverByHttp (LSV-03)", () => {
  it("takes the port as the text that it is on the wire", async () => {
    const answer = { code: 0, msg: "OK", priorIP: "10.0.0.1", backupIP: "10.0.1.1", port: "8000" };
    expect(await discovered(JSON.stringify(answer))).toEqual({
      address: { host: "10.0.0.1", port: 8000 },
      backup: { host: "10.0.1.1", port: 8000 },
    });
  });

  it.each([
    "",
    "<html>",
    "null",
    "[]",
    "7",
    '"code"',
    "{}",
    '{"code":0}',
    '{"code":0,"priorIP":"10.0.0.1","port":"0"}',
    '{"code":0,"priorIP":"10.0.0.1","port":"80.5"}',
  ])("fails, and is no fault of ours, when the answer is %j", async (answer) => {
    await refused(answer);
  });

  it.each(["", "\u001b]0;title\u0007", "10.0.0.1\n", "a b"])("takes %j for no address", async (priorIP) => {
    const { message } = await refused(JSON.stringify({ code: 0, priorIP, backupIP: "", port: "8000" }));
    expect(message).toContain("the answer names no address");
  });

  it("asks, where nothing answers, whether it is the port for HTTP: the one for PDUs is silent to it", async () => {
    const silent = await OddServer.start("mute");
    await expect(discoverByHttp(silent.address, 20)).rejects.toThrow("no answer within 20 ms: is it the HTTP port?");
    await silent.stop();
  });

  it.each([
    ["closing", "the connection was closed without an HTTP answer"],
    ["echoing", "the answer is not HTTP"],
  ] as const)("asks, where HTTP is not understood (%s), whether it is a port for PDUs", async (manner, what) => {
    const other = await OddServer.start(manner);
    const outcome = discoverByHttp(other.address);
    await expect(outcome).rejects.toMatchObject({ code: "DISCOVERY_FAILED" });
    await expect(outcome).rejects.toThrow(`${what}: is it a port for PDUs? login_server's HTTP port is another one`);
    await other.stop();
  });

  it("has the server's own words as a quotation that a terminal can show", async () => {
    const { message, detail } = await refused(JSON.stringify({ code: 1, msg: '\u001b]0;title\u0007\n"no"' }));
    expect(detail.resultString).toBe('\u001b]0;title\u0007\n"no"');
    expect(message).toContain('(result_code 1, "\\u001b]0;title\\u0007\\n\\"no\\"")');
  });
});
