import { once } from "node:events";
import { connect, createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { Patience } from "../../src/client/patience.js";

function standStill(ms: number): void {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
}

function over(limitMs: number): Promise<Patience> {
  const patience = new Patience(limitMs);
  return new Promise((resolve) => patience.whenOver(() => resolve(patience)));
}

/** Its loop turns all the time, and has something to do each time. */
async function whileBusy<T>(work: () => Promise<T>): Promise<T> {
  let isBusy = true;
  const spin = () => {
    standStill(5);
    if (isBusy) setImmediate(spin);
  };
  spin();
  return work().finally(() => {
    isBusy = false;
  });
}

describe("patience", () => {
  it("ends after its time, and not before", async () => {
    const startedMs = performance.now();
    const patience = await over(60);
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(59);
    expect(patience.isOver).toBe(true);
  });

  it("does not count the time in which the process stands still", () => {
    const patience = new Patience(300);
    standStill(400);
    expect(patience.isOver).toBe(false);
  });

  it("counts the time in which the process is merely busy", async () => {
    // A standstill lasts until the loop has turned: that of another test must be over.
    await over(60);
    const isOver = await whileBusy(async () => {
      const patience = new Patience(300);
      const startedMs = performance.now();
      const gapsMs: number[] = [];
      for (let lastMs = startedMs; performance.now() - startedMs < 300; ) {
        await new Promise((resolve) => setImmediate(resolve));
        gapsMs.push(performance.now() - lastMs);
        lastMs = performance.now();
      }
      // Where the machine itself stopped the process, this run says nothing.
      return Math.max(...gapsMs) > 40 ? undefined : patience.isOver;
    });
    expect(isOver).not.toBe(false);
  });

  it("takes no standstill for silence: what has come meanwhile is read first", async () => {
    const server = createServer((socket) => socket.on("data", (bytes) => socket.write(bytes)));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
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

  it("ends in the end, though the process stands still again and again", async () => {
    const patience = new Patience(200);
    const startedMs = performance.now();
    while (performance.now() - startedMs < 900) {
      standStill(150);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(patience.isOver).toBe(true);
  });

  it("is not heard of after it was ended", async () => {
    let isOver = false;
    const end = new Patience(5).whenOver(() => {
      isOver = true;
    });
    end();
    await over(30);
    expect(isOver).toBe(false);
  });
});
