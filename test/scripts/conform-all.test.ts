import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { cellsOf, everything } from "../../scripts/conform-all/cells.js";
import { noMysqlOrRedis } from "../helpers/database-services.js";

const script = fileURLToPath(new URL("../../scripts/conform-all.ts", import.meta.url));
const TIMEOUT_MS = 60_000;

interface Finished {
  readonly code: number | string | null | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

function conformAll(...args: string[]): Promise<Finished> {
  return new Promise((resolve) => {
    const words = ["--import", "tsx", script, ...args];
    execFile(process.execPath, words, { timeout: TIMEOUT_MS }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : error.code, stdout, stderr }),
    );
  });
}

/** A busy machine is no fault of the servers. */
const quick = ["--quick", "--timeout-factor", "3"];

describe("npm run conform:all", () => {
  it("finds that db_proxy_server over SQLite differs as the original does, and in nothing else", {
    timeout: TIMEOUT_MS,
  }, async () => {
    const { code, stdout, stderr } = await conformAll(
      "--role",
      "db",
      "--storage",
      "sqlite",
      "--profile",
      "teamtalk",
      ...quick,
    );
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/^teamtalk: db, sqlite: held, \d+ cases/),
    });
    expect(stdout).toMatch(/^db, sqlite +— +held (\d+) of \1$/m);
    expect(stdout).toContain("1 of 1 held, 0 failed, 0 blocked");
  });

  it.skipIf(noMysqlOrRedis !== undefined)(
    `finds that it meets everything over MySQL and Redis${noMysqlOrRedis === undefined ? "" : `: skipped, ${noMysqlOrRedis}`}`,
    { timeout: TIMEOUT_MS },
    async () => {
      const { code, stderr } = await conformAll(
        "--role",
        "db",
        "--storage",
        "mysql+redis",
        "--profile",
        "strict",
        ...quick,
      );
      expect({ code, stderr }).toEqual({
        code: 0,
        stderr: expect.stringMatching(/^strict: db, mysql\+redis: held, \d+ cases/),
      });
    },
  );

  it("judges a role that has no cases that wait for time limits, too", { timeout: TIMEOUT_MS }, async () => {
    const { code, stderr } = await conformAll("--role", "msfs", "--profile", "strict", ...quick);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^strict: msfs: held, \d+ cases/) });
  });

  it("calls a cell blocked whose database is not there, and fails for it", { timeout: TIMEOUT_MS }, async () => {
    const nowhere = ["--mysql", "mysql://root@127.0.0.1:1"];
    const { code, stdout } = await conformAll("--role", "db", "--storage", "mysql", "--profile", "strict", ...nowhere);
    expect(code).toBe(3);
    expect(stdout).toContain("0 of 1 held, 0 failed, 1 blocked");
  });

  it("names what it does not know", { timeout: TIMEOUT_MS }, async () => {
    const { code, stderr } = await conformAll("--role", "dp");
    expect(code).toBe(2);
    expect(stderr).toContain('There is no "dp" among msg, route, login, db');
  });

  it("has a cell for each role in each profile, and over each storage where the role keeps anything", () => {
    const cells = cellsOf(everything);
    const count = (role: string) => cells.filter((cell) => cell.role === role).length;
    expect({ msg: count("msg"), db: count("db"), route: count("route") }).toEqual({ msg: 16, db: 8, route: 2 });
  });
});
