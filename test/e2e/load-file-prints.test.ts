import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { formatAddress } from "../../src/net/address.js";
import { FakeMsgServer } from "../helpers/fake-msg-server.js";
import { hasTmux, TmuxScreen } from "../helpers/tmux-screen.js";
import { runTtk, ttkMain } from "../helpers/ttk-process.js";
import { until } from "../helpers/until.js";

const folder = mkdtempSync(join(tmpdir(), "ttk-file-prints-"));
let server: FakeMsgServer;
let screen: TmuxScreen | undefined;
beforeAll(async () => {
  server = await FakeMsgServer.start({ users: 4 });
});
afterEach(() => {
  screen?.close();
});
afterAll(() => {
  server.stop();
  rmSync(folder, { recursive: true });
});

/** Each of four users has one iteration, which does this. */
function load(body: string, ...options: string[]) {
  return runTtk(["load", written(body), "--target", formatAddress(server.address), "--json", ...options], {
    cwd: folder,
  });
}

/** @returns the file's name */
function written(body: string): string {
  const scenario = '{ executor: "per-vu-iterations", vus: 4, iterations: 1 }';
  const lines = [`export const options = { scenarios: { a: ${scenario} } };`, `export default (vu) => { ${body} };`];
  writeFileSync(join(folder, "file.js"), lines.join("\n"));
  return "file.js";
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
      // Two workers write line by line, each in its order.
      const lines = stderr.split("\n");
      for (const id of [1, 2, 3, 4]) {
        const said = [`user ${id}`, `${id} of 4`];
        expect(lines.filter((line) => said.includes(line))).toEqual(said);
      }
    },
  );

  it.skipIf(!hasTmux)("stands among the dashboard's events, and on the terminal once that has gone", async () => {
    const file = written('console.log("one of %d\\ntwo", vu.id, { n: 4 }); return vu.sleep(60);');
    const command = `${process.execPath} ${ttkMain} load ${file} --target ${formatAddress(server.address)}`;
    screen = TmuxScreen.open(`-C ${folder} ${command}`, 120, 40);
    const dashboard = await screen.that((text) => text.split("two { n: 4 }").length === 5);
    const lines = dashboard.split("\n");
    expect(lines[0]).toMatch(/^ ttk load {2}file\.js /);
    for (const line of lines)
      if (/one of|two/.test(line)) expect(line).toMatch(/│ +0:\d\d {2}(one of \d|two \{ n: 4 \}) +│$/);
    screen.press("q");
    const report = await screen.shows("left with 130");
    for (const id of [1, 2, 3, 4]) expect(report).toContain(`one of ${id}\ntwo { n: 4 }\n`);
  });

  it.skipIf(!hasTmux)("goes where stderr goes at once, when that is no terminal", async () => {
    const file = written('console.log("one of %d", vu.id); return vu.sleep(60);');
    const command = `${process.execPath} ${ttkMain} load ${file} --target ${formatAddress(server.address)}`;
    screen = TmuxScreen.open(`-C ${folder} sh -c '${command} 2>said.txt'`, 120, 40);
    await screen.shows("4 VUs");
    await until(() => readFileSync(join(folder, "said.txt"), "utf8").split("one of").length === 5, "all is said");
    expect(await screen.shows("ttk load")).not.toContain("one of");
    screen.press("q");
    await screen.shows("left with 130");
  });

  it("to stdout itself ends a run of workers, and says so", async () => {
    const { code, stderr } = await load('process.stdout.write("mine\\n");', "--workers", "2");
    expect(code).toBe(2);
    expect(stderr.trimEnd().split("\n").at(-1)).toMatch(
      /^ttk: worker [01] of 2: with --workers the file may not write to stdout, as "mine"; console\.log goes to stderr$/,
    );
  });
});
