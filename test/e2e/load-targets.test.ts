import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodeBody } from "../../src/codec/body-codec.js";
import { CommandId } from "../../src/codec/generated/commands.js";
import { HEADER_SIZE, readCommandId } from "../../src/codec/pdu-header.js";
import { FakeMsgServer } from "../helpers/fake-msg-server.js";
import { ServedCluster } from "../helpers/served-cluster.js";
import { runTtk } from "../helpers/ttk-process.js";

const folder = mkdtempSync(join(tmpdir(), "ttk-targets-"));
let cluster: ServedCluster;
beforeAll(async () => {
  cluster = await ServedCluster.start("--users", "12");
});
afterAll(() => {
  cluster?.kill();
  rmSync(folder, { recursive: true });
});

interface Summary {
  readonly seed: number;
  readonly users: number;
  readonly devicesOnline: number;
  readonly targets: readonly string[];
  readonly health: { readonly iterations: number; readonly droppedIterations: number };
}

const quick = ["--duration", "500ms", "--json", "-q"];

/** A run that passes. */
async function load(...args: string[]): Promise<Summary> {
  const { code, stdout, stderr } = await runTtk(["load", "steady-chat", ...quick, ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return (JSON.parse(stdout) as { summary: Summary }).summary;
}

/** Who logged in, in the order of the alphabet, where a password was right. */
async function loginsOf(
  password: string,
  ...args: string[]
): Promise<{ code: number | string; names: readonly string[] }> {
  const names = new Set<string>();
  const server = await FakeMsgServer.start({
    users: 12,
    password,
    trace: (_, direction, bytes, start, end) => {
      if (direction === "out" || readCommandId(bytes, start) !== CommandId.CID_LOGIN_REQ_USERLOGIN) return;
      names.add(decodeBody(CommandId.CID_LOGIN_REQ_USERLOGIN, bytes, start + HEADER_SIZE, end).user_name);
    },
  });
  try {
    const target = `127.0.0.1:${server.address.port}`;
    const { code } = await runTtk(["load", "idle-online", ...quick, "--target", target, ...args]);
    return { code, names: [...names].sort() };
  } finally {
    server.stop();
  }
}

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

describe("where ttk load goes", () => {
  it("is the msg_servers of a list, a user's devices on different ones", async () => {
    const { targets, devicesOnline } = await load("--users", "6", "--target", ...cluster.msgServers);
    expect(targets).toEqual([...cluster.msgServers].sort());
    expect(devicesOnline).toBe(12);
  });

  it("is wherever login_server sends each device", async () => {
    const { targets, devicesOnline } = await load("--users", "6", "--login", cluster.http);
    expect(targets.length).toBeGreaterThan(0);
    for (const target of targets) expect(cluster.msgServers).toContain(target);
    expect(devicesOnline).toBe(12);
  });

  it("is to be said", async () => {
    const { code, stderr } = await runTtk(["load", ...quick]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining("say where to: --target host:port") });
  });

  it.each(["--target", "--login"])("is unreachable, which blocks a run: %s", async (option) => {
    const server = await FakeMsgServer.start({ users: 2 });
    const { port } = server.address;
    server.stop();
    const { code, stderr } = await runTtk(["load", ...quick, option, `127.0.0.1:${port}`]);
    expect(code).toBe(3);
    expect(stderr).toContain(`127.0.0.1:${port}`);
  });
});

describe("who runs there", () => {
  it("are as many as the pattern holds, or the first of them", async () => {
    const all = await loginsOf("secret", "--accounts", "user{09..11}");
    expect(all).toEqual({ code: 0, names: ["user09", "user10", "user11"] });
    const some = await loginsOf("secret", "--accounts", "user{1..9}", "--users", "2");
    expect(some).toEqual({ code: 0, names: ["user1", "user2"] });
  });

  it.each([
    ["CSV", "some.csv", "name,password\nuser3,hidden\nuser5\n"],
    ["YAML", "some.yaml", "accounts:\n  - name: user3\n    password: hidden\n  - name: user5\n"],
    ["JSON", "some.json", '{"accounts": [{"name": "user3", "password": "hidden"}, {"name": "user5"}]}'],
  ])("are those of a file, with their passwords or the common one: %s", async (_, name, text) => {
    const accounts = file(name, text);
    const both = await loginsOf("hidden", "--accounts", accounts, "--password", "hidden");
    expect(both).toEqual({ code: 0, names: ["user3", "user5"] });
    expect((await loginsOf("hidden", "--accounts", accounts)).code).toBe(3);
  });

  it("are fewer than asked for, which is wrong usage", async () => {
    const { code, stderr } = await runTtk([
      "load",
      ...quick,
      ...["--target", cluster.msgServers[0] ?? ""],
      ...["--accounts", "user{1..3}", "--users", "4"],
    ]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining("4 users need as many accounts; user{1..3} has 3"),
    });
  });
});

describe("--seed", () => {
  it("repeats a run that printed it", async () => {
    const where = ["--users", "6", "--rate", "40", "--target", ...cluster.msgServers];
    const first = await load(...where);
    const again = await load(...where, "--seed", `${first.seed}`);
    const planned = ({ health }: Summary) => health.iterations + health.droppedIterations;
    expect(again.seed).toBe(first.seed);
    expect(planned(again)).toBe(planned(first));
  });

  it.each(["-1", "4294967296", "1.5", "x"])("is no seed: %s", async (seed) => {
    const { code } = await runTtk(["load", ...quick, "--target", "127.0.0.1:1", `--seed=${seed}`]);
    expect(code).toBe(2);
  });
});
