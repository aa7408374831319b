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
      body: Buffer.from("{}"),
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

  it("puts chunks together, and takes nothing beyond what Content-Length says", async () => {
    const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n";
    const { body, end } = await httpExchange(await saying(chunked, false), request, options);
    expect([body.toString(), end]).toEqual(["abc0123456789", "complete"]);
    server?.close();
    const more = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\n\r\n";
    expect((await httpExchange(await saying(more, false), request, options)).body.toString()).toBe("{}");
  });

  it.each([
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\nzz\r\ncd",
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab",
  ])("knows that something is missing in %j", async (text) => {
    const { body, end } = await httpExchange(await saying(text, true), request, options);
    expect([body.toString(), end]).toEqual(["ab", "closed"]);
  });

  it("sends pieces as segments of their own, and stops when it is told to hang up", async () => {
    const pieces = ["GE", "T / HTTP/1.1\r\n", "\r\n"].map((piece) => Buffer.from(piece));
    const controller = new AbortController();
    const reads: string[] = [];
    server = createServer((socket) => {
      socket.on("error", () => {});
      socket.on("data", (bytes) => {
        reads.push(bytes.toString());
        if (reads.length === pieces.length) controller.abort();
      });
    });
    await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
    const address = { host: "127.0.0.1", port: (server.address() as AddressInfo).port };
    expect((await httpExchange(address, pieces, { ...options, signal: controller.signal })).end).toBe("given-up");
    expect(reads).toEqual(["GE", "T / HTTP/1.1\r\n", "\r\n"]);
  });

  it("takes no more than it has to of an answer without end", async () => {
    const address = await saying(`HTTP/1.1 200 OK\r\n\r\n${"x".repeat(70_000)}`, true);
    expect((await httpExchange(address, request, options)).end).toBe("too-long");
  });
});
