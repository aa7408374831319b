import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ExitCode } from "../../src/cli/exit-codes.js";
import { formatAddress } from "../../src/net/address.js";
import { FakeMsgServer } from "../helpers/fake-msg-server.js";
import { runTtk, ttkMain } from "../helpers/ttk-process.js";

const folder = mkdtempSync(join(tmpdir(), "ttk-closed-output-"));
const stream = join(folder, "stream.bin");
/** More than a pipe holds. */
const PDUS = 20_000;
const HEARTBEAT = Buffer.from("00000010000100000007070100010000", "hex");
const BROKEN_LOGIN = Buffer.from("0000001100010000000101030001000008", "hex");

beforeAll(() => {
  writeFileSync(stream, Buffer.concat([...Array<Buffer>(PDUS).fill(HEARTBEAT), BROKEN_LOGIN]));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs it with a reader that leaves after the first bytes. */
async function readByHalf(args: readonly string[]): Promise<{ code: number | null; stderr: string }> {
  const child = spawn(process.execPath, [ttkMain, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.once("data", () => child.stdout.destroy());
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, "exit")]);
  return { code: code as number | null, stderr };
}

describe("a reader of stdout that leaves", () => {
  it("ends what only prints, and all is well", async () => {
    expect(await readByHalf(["decode", stream, "-q"])).toEqual({ code: ExitCode.ok, stderr: "" });
  });

  it.each([
    { args: ["decode", stream, "-q", "--strict"], code: ExitCode.failed },
    { args: ["decode", stream, "-q", "--strict", "--filter", "header.commandId == 0x0701"], code: ExitCode.ok },
  ])("does not change the verdict of $args", async ({ args, code }) => {
    expect(await readByHalf(args)).toEqual({ code, stderr: "" });
  });
});

describe.skipIf(!existsSync("/dev/full"))("a full disk", () => {
  it.each([
    ["decode", stream, "-q"],
    ["schema", "kick"],
    ["conform", "list"],
  ])("is the toolkit's failure in one line, and not the server's: ttk %s", async (...args) => {
    const full = openSync("/dev/full", "w");
    const child = spawn(process.execPath, [ttkMain, ...args], { stdio: ["ignore", full, "pipe"] });
    const [stderr, [code]] = await Promise.all([text(child.stderr as NodeJS.ReadableStream), once(child, "exit")]);
    closeSync(full);
    expect(code).toBe(ExitCode.internal);
    expect(stderr).toMatch(/^ttk: what it prints cannot be written: ENOSPC: no space left on device, write\n$/);
  });

  it("costs a run that report alone which does not fit", async () => {
    const server = await FakeMsgServer.start({ users: 2 });
    const junit = join(folder, "run.xml");
    const run = join(folder, "run.json");
    const reports = ["--report", "html=/dev/full", `json=${run}`, `junit=${junit}`];
    const plan = ["--users", "2", "--duration", "1s", "-q", "--target", formatAddress(server.address)];
    const { code, stdout, stderr } = await runTtk(["load", "steady-chat", ...plan, ...reports]);
    server.stop();
    expect({ code, stderr }).toEqual({
      code: ExitCode.internal,
      stderr: "ttk: --report /dev/full: cannot be written (ENOSPC)\n",
    });
    expect(stdout).toMatch(/^PASSED /m);
    expect(readFileSync(junit, "utf8")).toContain("</testsuites>");
    const { stderr: ofReport } = await runTtk(["report", run, "--format", "html", "--out", "/dev/full"]);
    expect(ofReport).toBe("ttk: --out /dev/full: cannot be written (ENOSPC)\n");
  });
});
