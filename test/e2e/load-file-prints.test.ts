import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatAddress } from "../../src/net/address.js";
import { FakeMsgServer } from "../helpers/fake-msg-server.js";
import { runTtk } from "../helpers/ttk-process.js";

const folder = mkdtempSync(join(tmpdir(), "ttk-file-prints-"));
let server: FakeMsgServer;
beforeAll(async () => {
  server = await FakeMsgServer.start({ users: 4 });
});
afterAll(() => {
  server.stop();
  rmSync(folder, { recursive: true });
});

/** Each of four users has one iteration, which does this. */
function load(body: string, ...options: string[]) {
  const scenario = '{ executor: "per-vu-iterations", vus: 4, iterations: 1 }';
  const lines = [`export const options = { scenarios: { a: ${scenario} } };`, `export default (vu) => { ${body} };`];
  writeFileSync(join(folder, "file.js"), lines.join("\n"));
  return runTtk(["load", "file.js", "--target", formatAddress(server.address), "--json", ...options], { cwd: folder });
}

describe("what a scenario file prints", () => {
  it.each([[[]], [["--workers", "2"]]])(
    "by console goes to stderr, as in k6, and results to stdout (%j)",
    async (how) => {
      const { code, stdout, stderr } = await load(
        'console.log("user", vu.id); console.error("%d of 4", vu.id);',
        ...how,
      );
      expect(code).toBe(0);
      expect((JSON.parse(stdout) as { summary: object }).summary).toMatchObject({ users: 4 });
      for (const id of [1, 2, 3, 4]) expect(stderr).toContain(`user ${id}\n${id} of 4\n`);
    },
  );

  it("to stdout itself ends a run of workers, and says so", async () => {
    const { code, stderr } = await load('process.stdout.write("mine\\n");', "--workers", "2");
    expect(code).toBe(2);
    expect(stderr.trimEnd().split("\n").at(-1)).toMatch(
      /^ttk: worker [01] of 2: with --workers the file may not write to stdout, as "mine"; console\.log goes to stderr$/,
    );
  });
});
