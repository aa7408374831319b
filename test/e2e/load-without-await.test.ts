import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatAddress } from "../../src/net/address.js";
import { FakeMsgServer } from "../helpers/fake-msg-server.js";
import { runTtk } from "../helpers/ttk-process.js";

const folder = mkdtempSync(join(tmpdir(), "ttk-no-await-"));
let server: FakeMsgServer;
beforeAll(async () => {
  server = await FakeMsgServer.start({ users: 20 });
});
afterAll(() => {
  server.stop();
  rmSync(folder, { recursive: true });
});

const scenario = '{ executor: "constant-vus", vus: 2, duration: "500ms", gracefulStop: "0s" }';

/** In k6 nothing is awaited, so this is the slip that its users make first. */
describe("a scenario file that does not await", () => {
  it.each([
    [
      "a wait",
      "vu.sleep(30);",
      /^ttk: file\.ts:2: too many sleeps at the same time: is an await missing\? \(not awaited; told once\)\n$/,
    ],
    [
      "what fails later",
      "vu.user.device('windows').pull('users');",
      /^ttk: file\.ts:2: user\d+\/windows is not online \(not awaited; told once\)\n/,
    ],
    ["what is interrupted", "vu.sleep(60); return vu.sleep(60);", /^$/],
  ])("is told of %s, and the run goes on to its report", async (_, body, said) => {
    writeFileSync(
      join(folder, "file.ts"),
      `export const options = { scenarios: { a: ${scenario} } };\nexport default (vu) => { ${body} };\n`,
    );
    const report = join(folder, "report.json");
    const target = ["--target", formatAddress(server.address), "--report", `json=${report}`, "-q"];
    const { code, stderr } = await runTtk(["load", "file.ts", ...target], { cwd: folder });
    expect(stderr).toMatch(said);
    expect(code).toBe(0);
    const { metrics, parts } = JSON.parse(readFileSync(report, "utf8"));
    expect(parts[0].iterations + parts[0].interrupted).toBeGreaterThan(0);
    expect(metrics["errors{kind:iteration_failed}"]?.count ?? 0)[stderr === "" ? "toBe" : "toBeGreaterThan"](0);
  });
});
