import { connect, createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { Patience } from "../../src/client/patience.js";

function standStill(ms: number): void {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
}

describe("patience", () => {
  it("ends after its time when there is nothing else to do", async () => {
    const startedMs = performance.now();
    const patience = new Patience(60);
    await new Promise<void>((resolve) => patience.whenOver(resolve));
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(59);
    expect(patience.isOver).toBe(true);
  });

  it("counts a quarter of the time in which the process stands still", async () => {
    // Only a loop that has turned has idle time.
    await new Promise((resolve) => setImmediate(resolve));
    const startedMs = performance.now();
    const patience = new Patience(10_000);
    standStill(400);
    expect(patience.spentMs).toBeLessThan((performance.now() - startedMs) / 2);
    expect(patience.isOver).toBe(false);
  });

  it("takes no standstill for silence: what has come meanwhile is read first", async () => {
    const server = createServer((socket) => socket.on("data", (bytes) => socket.write(bytes)));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const socket = connect(port, "127.0.0.1");
    await new Promise((resolve) => socket.once("connect", resolve));
    const first = new Promise((resolve) => {
      socket.once("data", () => resolve("answer"));
      new Patience(500).whenOver(() => resolve("over"));
    });
    socket.write("?");
    standStill(700);
    expect(await first).toBe("answer");
    socket.destroy();
    server.close();
  });

  it("ends in the end, however busy the process is", async () => {
    let isBusy = true;
    const spin = () => {
      standStill(5);
      if (isBusy) setImmediate(spin);
    };
    spin();
    await new Promise<void>((resolve) => new Patience(20).whenOver(resolve));
    isBusy = false;
  });

  it("is not heard of after it was ended", async () => {
    let isOver = false;
    const end = new Patience(5).whenOver(() => {
      isOver = true;
    });
    end();
    await new Promise<void>((resolve) => new Patience(30).whenOver(resolve));
    expect(isOver).toBe(false);
  });
});
