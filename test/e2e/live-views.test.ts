import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { LoadResult } from "../../src/runner/load/load-result.js";
import { ServedCluster } from "../helpers/served-cluster.js";
import { hasTmux, TmuxScreen } from "../helpers/tmux-screen.js";
import { runTtk } from "../helpers/ttk-process.js";

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "ttk-live-views-"));
let cluster: ServedCluster;
let screen: TmuxScreen | undefined;

beforeAll(async () => {
  cluster = await ServedCluster.start();
});

afterEach(() => {
  screen?.close();
});

afterAll(() => {
  cluster.kill();
  rmSync(folder, { recursive: true, force: true });
});

/** `ttk` in a terminal, in a folder that is thrown away. */
function open(args: string, [columns, rows]: readonly [number, number] = [80, 24], variables = ""): TmuxScreen {
  screen = TmuxScreen.open(`-C ${folder} ${variables} ${process.execPath} ${main} ${args}`, columns, rows);
  return screen;
}

describe("ttk load on a terminal", () => {
  it.skipIf(!hasTmux)("shows a dashboard that steers the run, and prints the report when it is left", async () => {
    const view = open(
      `load --target ${cluster.msgServers.join(" ")} --users 10 --rate 20 --duration 90s --report json=run.json`,
      [80, 24],
      "NO_COLOR=1",
    );
    await view.that((text) => text.includes("✔ HOLDS") && text.includes("Delivery latency"));
    view.press("p");
    await view.shows("PAUSED");
    view.press("p");
    await view.that((text) => !text.includes("PAUSED"));
    view.press("+");
    await view.shows("load ×1.25");
    view.press("t", "h", "i", "Enter");
    await view.that((text) => /hi at \d/.test(text));
    view.press("s");
    await view.shows("written: ttk-load-");
    view.press("Tab");
    await view.shows("Ack latency");
    view.press("?");
    await view.shows("any key goes back");
    view.press("x");
    const withCodes = await view.that((text) => text.includes("Ack latency"), true);
    expect(stripVTControlCharacters(withCodes)).toBe(withCodes);
    view.press("q");
    const report = await view.shows("left with 130");
    expect(report).toContain("INTERRUPTED  the run ended early");
    expect(report).not.toContain("Ack latency");
    const files = readdirSync(folder).filter((name) => name.startsWith("ttk-load-"));
    const [soFar, end] = [files[0] ?? "", "run.json"].map(
      (name) =>
        JSON.parse(readFileSync(join(folder, name), "utf8")) as Pick<LoadResult, "marks"> & {
          readonly summary: LoadResult;
        },
    );
    expect(soFar?.summary.interrupted).toBe(true);
    expect(end?.marks.map(({ label }) => label)).toEqual(["paused", "resumed", "scaled to 1.25", "hi"]);
  });

  it.skipIf(!hasTmux)("puts the terminal back when it is stopped twice", async () => {
    const view = open(`load --target ${cluster.msgServers[0]} --users 10 --rate 20 --duration 90s`);
    await view.shows("✔ HOLDS");
    view.press("q", "C-c");
    expect(await view.shows("left with 130")).not.toContain("Delivery latency");
  });

  it.skipIf(!hasTmux)("prints lines with --no-tui", async () => {
    const view = open(`load --target ${cluster.msgServers[0]} --users 4 --rate 8 --duration 2s --no-tui`, [120, 40]);
    const text = await view.shows("left with 0");
    expect(text).toMatch(/\d sent\/s +\d+ acked\/s/);
  });

  it("writes no escape code where there is no terminal", async () => {
    const target = cluster.msgServers[0] ?? "";
    const { stderr, stdout } = await runTtk(["load", "--target", target, "--users", "4", "--duration", "1s"]);
    expect(stderr + stdout).not.toContain("\u001b");
    expect(stderr).toContain("sent/s");
  });
});

describe("ttk conform on a terminal", () => {
  it.skipIf(!hasTmux)("fills up, stays to be read, and prints the report when it is left", async () => {
    // Its own server, whose faults are known.
    const odd = await ServedCluster.start("--profile", "teamtalk");
    try {
      const only = "--time-scale 0.05 --timeout-factor 0.3 --only frm.split-in-header frm.length-below-header.4";
      const view = open(`conform ${odd.msgServers[0]} ${only}`, [120, 40]);
      const text = await view.shows("leave, print the report");
      expect(text).toContain("frm.length-below-header.4");
      view.press("Enter");
      await view.that((each) => each.includes("Wire log") && each.includes("expected"));
      view.press("Escape");
      await view.shows("Findings");
      view.press("q");
      const report = await view.that((each) => /left with \d/.test(each));
      expect(report).toContain("rerun     ttk conform");
    } finally {
      odd.kill();
    }
  });
});
