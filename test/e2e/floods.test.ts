import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { type Address, parseAddress } from "../../src/net/address.js";
import { logIn } from "../helpers/logged-in.js";
import { TtkProcess } from "../helpers/ttk-process.js";
import { until } from "../helpers/until.js";

const WAIT_MS = 15_000;
/** No machine is so slow that it takes as many seconds as five of them each would. */
const FLOOD = 200;
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Served {
  readonly at: Address;
  counters(): Promise<Readonly<Record<string, number>>>;
}

async function serve(...options: string[]): Promise<Served> {
  const server = new TtkProcess(["serve", "--ports", "auto", "--json", "-q", "--msg-servers", "1", ...options]);
  cleanups.push(() => server.kill());
  const { roles } = JSON.parse(await server.line(() => true)) as { roles: Record<string, string>[] };
  const msg = roles.find(({ role }) => role === "msg") ?? {};
  return {
    at: parseAddress(msg.address ?? "") as Address,
    async counters() {
      return (await (await fetch(`http://${msg.admin}/counters`)).json()) as Record<string, number>;
    },
  };
}

/** Connections, opened one after the other, and which of them the server has closed. */
async function flood({ at }: Served, count: number): Promise<{ isClosed(n: number): boolean; closed(): number }> {
  const closed = new Set<number>();
  for (let n = 0; n < count; n++) {
    const socket: Socket = connect(at);
    socket.on("error", () => {});
    // Without it nobody notices the end.
    socket.resume();
    socket.on("close", () => closed.add(n));
    cleanups.push(() => socket.destroy());
    await new Promise((resolve) => socket.once("connect", resolve));
  }
  return { isClosed: (n) => closed.has(n), closed: () => closed.size };
}

describe("a flood of connections", () => {
  it("that do not log in: the oldest give way, and users keep theirs (--max-strangers)", async () => {
    const served = await serve("--max-strangers", "3");
    const user = await logIn(served.at, "user1");
    cleanups.push(() => user.peer.close());
    const strangers = await flood(served, 10);
    await until(() => strangers.closed() === 7, "the end of the oldest", WAIT_MS);
    expect([7, 8, 9].map(strangers.isClosed)).toEqual([false, false, false]);
    const late = await logIn(served.at, "user2");
    cleanups.push(() => late.peer.close());
    await until(() => strangers.closed() === 8, "one more that gave way to who came to log in", WAIT_MS);
    await user.peer.expectHeartbeat();
    expect(await served.counters()).toMatchObject({ strangersDropped: 8, strangers: 2, connections: 4 });
  });

  it("in one second: those above the limit are closed as they come (--max-connection-rate)", async () => {
    const served = await serve("--max-connection-rate", "5", "--login-timeout", "300");
    const many = await flood(served, FLOOD);
    // The kernel completes connections before the server accepts them.
    let { connections = 0, connectionsOverRate = 0 } = await served.counters();
    await until(
      async () => {
        ({ connections = 0, connectionsOverRate = 0 } = await served.counters());
        return connections + connectionsOverRate >= FLOOD;
      },
      "the last connection to be accepted",
      WAIT_MS,
    );
    expect(connectionsOverRate).toBeGreaterThan(0);
    expect(connections).toBeGreaterThanOrEqual(5);
    expect(connections + connectionsOverRate).toBe(FLOOD);
    await until(() => many.closed() === connectionsOverRate, "the end of those above it", WAIT_MS);
    // In another second there is room again.
    const user = async () => (await logIn(served.at, "user1").catch(() => undefined))?.peer;
    let peer: Awaited<ReturnType<typeof user>>;
    await until(
      async () => {
        peer = await user();
        return peer !== undefined;
      },
      "a login",
      WAIT_MS,
    );
    await peer?.expectHeartbeat();
    await peer?.close();
  });

  it("above what the server holds: further ones are closed as they come (--max-connections)", async () => {
    const served = await serve("--max-connections", "4");
    const many = await flood(served, 9);
    await until(() => many.closed() === 5, "the end of those above it", WAIT_MS);
    expect([0, 1, 2, 3].map(many.isClosed)).toEqual([false, false, false, false]);
    expect(await served.counters()).toMatchObject({ connections: 4, connectionsRefused: 5 });
  });
});
