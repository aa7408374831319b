import { type AddressInfo, createServer, type Server } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { httpExchange } from "../../src/client/http-exchange.js";
import { PduTrace } from "../../src/client/pdu-trace.js";
import { nobodyAt } from "../helpers/odd-server.js";

let server: Server | undefined;
afterEach(() => {
  server?.close();
});

/** A server that says this to whoever asks, and then closes or waits. */
async function saying(text: string, ends: boolean) {
  server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => (ends ? socket.end(text) : socket.write(text)));
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return { host: "127.0.0.1", port: (server.address() as AddressInfo).port };
}

const options = { trace: new PduTrace(), label: "http", timeoutMs: 5000 };
const request = "GET / HTTP/1.1\r\n\r\n";

describe("httpExchange", () => {
  it("takes status, headers and body, as long as Content-Length says", async () => {
    const address = await saying("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: b: c\r\n\r\n{}", false);
    expect(await httpExchange(address, request, options)).toEqual({
      status: 200,
      headers: { "content-length": "2", "x-a": "b: c" },
      body: "{}",
      end: "complete",
    });
  });

  it.each([
    ["", undefined, "closed"],
    ["not HTTP", undefined, "closed"],
    ["HTTP/1.1 404 Not Found\r\n\r\n", 404, "closed"],
  ])("tells what %j means before the connection ends", async (text, status, end) => {
    expect(await httpExchange(await saying(text, true), request, options)).toMatchObject({ status, end });
  });

  it("gives up in time, and on who is not there", async () => {
    const address = await saying("", false);
    expect((await httpExchange(address, request, { ...options, timeoutMs: 20 })).end).toBe("timeout");
    expect((await httpExchange(await nobodyAt(), request, options)).end).toBe("unreachable");
  });

  it("takes no more than it has to of an answer without end", async () => {
    const address = await saying(`HTTP/1.1 200 OK\r\n\r\n${"x".repeat(70_000)}`, true);
    expect((await httpExchange(address, request, options)).end).toBe("too-long");
  });
});
