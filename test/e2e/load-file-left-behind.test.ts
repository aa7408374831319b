import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatAddress } from "../../src/net/address.js";
import { FakeMsgServer } from "../helpers/fake-msg-server.js";
import { runTtk } from "../helpers/ttk-process.js";

const folder = mkdtempSync(join(tmpdir(), "ttk-left-behind-"));
let server: FakeMsgServer;
beforeAll(async () => {
  server = await FakeMsgServer.start({ users: 20 });
});
afterAll(() => {
  server.stop();
  rmSync(folder, { recursive: true });
});

const scenario = '{ executor: "constant-vus", vus: 1, duration: "300ms", gracefulStop: "0s" }';

/** What k6 ends by force is ended here as well as JavaScript allows. */
describe("a scenario file that leaves something behind", () => {
  it.each([
    ["a timer at its top level", "setInterval(() => {}, 1000);", "await vu.sleep(0.1);", /^$/],
    [
      "a loop that catches every error",
      "",
      "for (;;) await pc.send(vu.user).catch(() => pc.pull('users')).catch(() => {});",
      /^$/,
    ],
    ["a wait of its own", "", "await new Promise((resolve) => setTimeout(resolve, 60_000));", /^$/],
    [
      "a rejection at its top level that nobody waits for",
      "Promise.reject(new Error('too early'));",
      "await vu.sleep(0.1);",
      /^ttk: file\.ts:2: too early \(not awaited; told once\)\n$/,
    ],
    [
      "a callback that throws",
      "",
      "setTimeout(() => { throw new Error('too late'); }); await vu.sleep(0.1);",
      /^ttk: file\.ts:5: too late \(not awaited; told once\)\n$/,
    ],
  ])("comes to its report and ends: %s", async (_, top, body, said) => {
    const lines = [
      `export const options = { scenarios: { a: ${scenario} } };`,
      top,
      "export default async (vu) => {",
      "  const pc = vu.user.device('windows');",
      `  ${body}`,
      "};",
    ];
    writeFileSync(join(folder, "file.ts"), `${lines.join("\n")}\n`);
    const target = ["--target", formatAddress(server.address), "-q"];
    const { code, stdout, stderr } = await runTtk(["load", "file.ts", ...target], { cwd: folder });
    expect(stderr).toMatch(said);
    expect({ code, last: stdout.trimEnd().split("\n").at(-1) }).toEqual({
      code: 0,
      last: "PASSED       no message was sent",
    });
  });

  it("ends with its usage error, too", async () => {
    writeFileSync(
      join(folder, "wrong.ts"),
      "setInterval(() => {}, 1000);\nexport const options = { vus: -1 };\nexport default () => {};\n",
    );
    const { code, stderr } = await runTtk(["load", "wrong.ts"], { cwd: folder });
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/^ttk: wrong\.ts: options\.vus: /) });
  });
});
