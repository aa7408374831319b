import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { Device } from "../../src/client/device.js";
import { CommandId } from "../../src/codec/generated/commands.js";
import { MsgType, SessionType } from "../../src/codec/generated/enums.js";
import { parseAddress } from "../../src/net/address.js";
import { TtkProcess } from "../helpers/ttk-process.js";

const folder = mkdtempSync(join(tmpdir(), "ttk-durable-"));
afterAll(() => rmSync(folder, { recursive: true }));
const running: TtkProcess[] = [];
afterEach(() => {
  for (const one of running.splice(0)) one.kill();
});
let files = 0;
const newFile = (extension: string) => join(folder, `${++files}.${extension}`);

function ttk(...args: string[]): TtkProcess {
  const started = new TtkProcess(args);
  running.push(started);
  return started;
}

async function logIn(server: TtkProcess, userName: string, password = "secret"): Promise<Device> {
  const { roles } = JSON.parse(await server.line(() => true)) as { roles: { role: string; address: string }[] };
  const address = parseAddress(roles.find(({ role }) => role === "msg")?.address ?? "");
  if (address === undefined) throw new Error("no msg_server");
  const device = new Device({ clientType: "windows" });
  await device.connect(address);
  await device.login({ userName, password });
  return device;
}

const serve = (file: string, ...options: string[]) =>
  ttk("serve", "--ports", "auto", "--json", "--msg-servers", "1", "--storage", `sqlite:${file}`, ...options);

async function outcome(...args: string[]) {
  const process = ttk(...args);
  const code = await process.end();
  return { code, stdout: process.stdout, stderr: process.stderr };
}

describe("ttk serve --storage sqlite:PATH", () => {
  it.each(["SIGTERM", "SIGKILL"] as const)(
    "has what was acknowledged after %s and a restart (MSG-10)",
    async (signal) => {
      const file = newFile("db");
      const first = serve(file, "--users", "10");
      const before = await logIn(first, "user1");
      const { msg_id } = await before.message(2, MsgType.MSG_TYPE_SINGLE_TEXT, Buffer.from("kept"));
      first.signal(signal);
      expect(await first.end()).toBe(signal === "SIGTERM" ? 0 : signal);
      const second = serve(file, "--users", "20");
      const after = await logIn(second, "user2");
      const { msg_list } = await after.request(CommandId.CID_MSG_LIST_REQUEST, {
        user_id: after.userId,
        session_type: SessionType.SESSION_TYPE_SINGLE,
        session_id: 1,
        msg_id_begin: 0,
        msg_cnt: 10,
      });
      expect(msg_list.map(({ msg_id, msg_data }) => [msg_id, msg_data.toString()])).toEqual([[msg_id, "kept"]]);
      after.destroy();
      second.signal("SIGTERM");
      expect(await second.end()).toBe(0);
      expect(second.stderr).toContain("holds 10 users: they are served, and no others are added");
    },
  );

  it.each([
    [3, ["--storage", "sqlite:/nowhere/at/all.db"], "unable to open"],
    [
      3,
      ["--ready-timeout", "0", "--storage", "mysql://root@127.0.0.1:1/x"],
      "no MySQL server answers at 127.0.0.1:1 (ECONNREFUSED)",
    ],
    [2, ["--storage", "oracle:x"], '"oracle:x" is no storage'],
    [2, ["--storage", "sqlite:x.db", "--redis", "redis://h"], "--redis goes with mysql://"],
    [2, ["--storage", "mysql://h/x", "--redis", "h:6379"], '"h:6379" is no Redis'],
  ])("exits %i with one line for %j", async (code, options, line) => {
    const result = await outcome("serve", "--ports", "auto", ...options);
    expect(result.stderr).toContain(line);
    expect(result.stderr.trim().split("\n")).toHaveLength(1);
    expect(result.code).toBe(code);
  });
});

describe("ttk seed", () => {
  it("makes users that can log in, adds those that are missing, and refuses to do so unasked", async () => {
    const file = newFile("db");
    const target = `sqlite:${file}`;
    expect(await outcome("seed", target, "--users", "20", "--groups", "3", "--password", "it's")).toEqual({
      code: 0,
      stdout: `${target}: 20 users, 4 departments, 3 groups\n--accounts 'user{1..20}' --password 'it'\\''s'\n`,
      stderr: "",
    });
    const refused = await outcome("seed", target, "--users", "30");
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expect(refused.stderr).toBe(
      `ttk: ${target} holds 20 users: --append adds what is missing, --force deletes all that is there first\n`,
    );
    const appended = await outcome("seed", target, "--users", "30", "--append", "--json");
    expect(JSON.parse(appended.stdout)).toEqual({ target, added: { users: 10, departments: 0, groups: 4 } });
    const server = serve(file);
    (await logIn(server, "user20", "it's")).destroy();
    (await logIn(server, "user30")).destroy();
  });

  it("writes the fixture and the accounts of what it made, and overwrites neither", async () => {
    const [yaml, csv, db] = [newFile("yaml"), newFile("csv"), newFile("db")];
    const made = await outcome(
      "seed",
      `file:${yaml}`,
      `file:${csv}`,
      "--users",
      "3",
      "--departments",
      "2",
      "--groups",
      "0",
    );
    expect(made.stdout).toBe(
      `file:${yaml}: 3 users, 3 departments, 0 groups\nfile:${csv}: 3 accounts\n--accounts ${csv}\n`,
    );
    expect(readFileSync(csv, "utf8")).toBe("name,password\nuser1,secret\nuser2,secret\nuser3,secret\n");
    expect((await outcome("seed", `file:${csv}`)).stderr).toBe(
      `ttk: file:${csv}: is there already; --force overwrites it\n`,
    );
    expect((await outcome("seed", `sqlite:${db}`, "--fixture", yaml)).stdout).toContain(
      ": 3 users, 3 departments, 0 groups\n",
    );
  });

  it("empties a store of our own when forced", async () => {
    const target = `sqlite:${newFile("db")}`;
    await outcome("seed", target, "--users", "20");
    expect((await outcome("seed", target, "--users", "9", "--force", "-q")).stdout).toBe(
      `${target}: 9 users, 4 departments, 4 groups\n`,
    );
  });

  it.each([
    [["seed"], "missing required argument 'target'"],
    [["seed", "chat.db"], '"chat.db" is no target: give sqlite:PATH'],
    [["seed", "memory"], "memory ends with its process"],
    [["seed", "file:users.txt"], "give a name in .yaml for a fixture, or in .csv for accounts"],
    [["seed", "sqlite:x.db", "--redis", "redis://h"], "--redis goes with a target mysql://"],
    [["seed", "sqlite:x.db", "--users", "0"], "Expected a whole number, 1 to 1000000"],
    [["seed", "sqlite:x.db", "--users", "5", "--fixture", "a.yaml"], "cannot be used with"],
  ])("exits 2 with one line for `ttk %j`, and makes nothing", async (args, line) => {
    const result = await outcome(...args);
    expect(result.stderr).toContain(line);
    expect(result.stderr.trim().split("\n")).toHaveLength(1);
    expect(result.code).toBe(2);
    expect(existsSync("x.db")).toBe(false);
  });
});

describe("npm run kill-nine", () => {
  it("finds every acknowledged message after msg_server was killed under load (MSG-10)", async () => {
    const script = fileURLToPath(new URL("../../scripts/kill-nine.ts", import.meta.url));
    const args = ["--import", "tsx", script, "--rounds", "1", "--kill", "msg1", "--users", "8"];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    const [code] = (await once(child, "close")) as [number];
    expect(said).toMatch(
      /\nheld: 1 rounds; \d+ messages acknowledged, 0 missing; \d+ received, 0 twice, \d+ again after a move; 0 connections cut\n$/,
    );
    expect(code).toBe(0);
  }, 60_000);
});
