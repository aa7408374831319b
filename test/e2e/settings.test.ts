import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ExitCode } from "../../src/cli/exit-codes.js";
import { runTtk } from "../helpers/ttk-process.js";

const cwd = mkdtempSync(join(tmpdir(), "ttk-settings-"));
afterAll(() => rmSync(cwd, { recursive: true }));

const heartbeat = "00000010000100000007070100010000";

// Beside test/cli/settings.test.ts: there TypeScript is the test runner's, and an error is not printed.
describe("settings of a process", () => {
  it("are read from ttk.config.ts by every Node.js that ttk runs on", async () => {
    const text = 'const format: string = "table";\nexport default { decode: { format } } satisfies object;\n';
    writeFileSync(join(cwd, "ttk.config.ts"), text);
    const { code, stdout } = await runTtk(["decode", heartbeat], { cwd });
    rmSync(join(cwd, "ttk.config.ts"));
    expect({ code, stdout }).toEqual({
      code: ExitCode.ok,
      stdout: "#1  @0  0x0701  CID_OTHER_HEARTBEAT  seq 1  16 bytes\n",
    });
  });

  it("have an error come with its stack trace", async () => {
    const { code, stderr } = await runTtk(["decode", "none.pcap"], { cwd, env: { TTK_DECODE_DEBUG: "1" } });
    expect(code).toBe(ExitCode.usage);
    expect(stderr).toMatch(/^ttk: none\.pcap: no such file.*\n.*Error: .*\n +at /);
  });
});
