import { execFileSync, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TtkProcess } from "../helpers/ttk-process.js";

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const capture = fileURLToPath(new URL("../../fixtures/captures/cluster-session.pcap", import.meta.url));
const hasTmux = spawnSync("tmux", ["-V"]).status === 0;
const DEADLINE_MS = 15_000;
/** Of each test its own: one that was told to end may still be there when the next begins. */
let server = "";
let servers = 0;

function tmux(...args: string[]): string {
  return execFileSync("tmux", ["-L", server, ...args], { encoding: "utf8" });
}

/** The screen, once it fits. */
async function screenThat(fits: (screen: string) => boolean): Promise<string> {
  const deadline = performance.now() + DEADLINE_MS;
  for (;;) {
    const screen = tmux("capture-pane", "-p", "-t", "browse");
    if (fits(screen)) return screen;
    if (performance.now() > deadline) throw new Error(`the screen does not come:\n${screen}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

beforeEach(() => {
  server = `ttk-browse-${Math.round(performance.timeOrigin)}-${++servers}`;
});
afterEach(() => {
  if (hasTmux) spawnSync("tmux", ["-L", server, "kill-server"]);
});

describe("ttk browse", () => {
  it.skipIf(!hasTmux)("answers keys in a real terminal, follows its size, and leaves it as it was", async () => {
    const command = `env -u CI NO_COLOR=1 ${process.execPath} ${main} browse ${capture}; echo left with $?; cat`;
    tmux("-f", "/dev/null", "new-session", "-d", "-s", "browse", "-x", "80", "-y", "24", command);
    await screenThat((screen) => screen.includes("1135 PDUs") && screen.includes("? help"));
    tmux("send-keys", "-t", "browse", "/");
    await screenThat((screen) => /^ search/m.test(screen));
    tmux("send-keys", "-t", "browse", "userlogin", "Enter");
    await screenThat((screen) => /^> +21 /m.test(screen));
    tmux("send-keys", "-t", "browse", "Enter");
    await screenThat((screen) => screen.includes("[0a 06 75 73 65 72 32 30]"));
    tmux("resize-window", "-t", "browse", "-x", "120", "-y", "40");
    await screenThat((screen) => screen.includes("bytes what it says"));
    tmux("send-keys", "-t", "browse", "q");
    const after = await screenThat((screen) => screen.includes("left with 0"));
    expect(after).not.toContain("PDUs");
  });

  it.skipIf(!hasTmux).each(["TERM=dumb", "CI=1"])("exits 3 without escape codes with %s", async (variable) => {
    const command = `env -u CI ${variable} ${process.execPath} ${main} browse ${capture}; cat`;
    tmux("-f", "/dev/null", "new-session", "-d", "-s", "browse", "-x", "150", "-y", "24", command);
    const screen = await screenThat((each) => each.includes("needs a terminal"));
    expect(screen.trim()).toMatch(/^ttk: browse needs a terminal .*$/);
  });

  it("exits 3 with one line where there is no terminal", async () => {
    const browse = new TtkProcess(["browse", capture]);
    expect(await browse.end()).toBe(3);
    expect(browse.stderr).toMatch(/^ttk: browse needs a terminal .* ttk decode .*\n$/);
  });
});
