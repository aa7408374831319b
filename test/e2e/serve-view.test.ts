import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PduPeer } from "../../src/client/peer.js";
import { CommandId } from "../../src/codec/generated/commands.js";
import { parseAddress } from "../../src/net/address.js";
import { logIn } from "../helpers/logged-in.js";
import { TtkProcess } from "../helpers/ttk-process.js";

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const hasTmux = spawnSync("tmux", ["-V"]).status === 0;
/** A server of tmux each: one that ends takes new sessions down with it. */
let server = "";
let servers = 0;
const DEADLINE_MS = 15_000;
let folder = "";
const peers: PduPeer[] = [];

function tmux(...args: string[]): string {
  return execFileSync("tmux", ["-L", server, ...args], { encoding: "utf8" });
}

function keys(...names: string[]): void {
  tmux("send-keys", "-t", "serve", ...names);
}

/** The screen, once it fits. */
async function screenThat(fits: (screen: string) => boolean): Promise<string> {
  const deadline = performance.now() + DEADLINE_MS;
  for (;;) {
    const screen = tmux("capture-pane", "-p", "-t", "serve");
    if (fits(screen)) return screen;
    if (performance.now() > deadline) throw new Error(`the screen does not come:\n${screen}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function serveInTerminal(env: string, ...options: string[]): void {
  const command = `env ${env} ${process.execPath} ${main} serve --ports auto --msg-servers 1 ${options.join(" ")}; echo left with $?; cat`;
  tmux("-f", "/dev/null", "new-session", "-d", "-s", "serve", "-x", "120", "-y", "40", "-c", folder, command);
}

async function until(screen: string): Promise<string> {
  return screenThat((shown) => shown.includes(screen));
}

beforeEach(() => {
  server = `ttk-serve-${Math.round(performance.timeOrigin)}-${servers++}`;
  folder = mkdtempSync(join(tmpdir(), "ttk-serve-view-"));
});

afterEach(async () => {
  await Promise.all(peers.splice(0).map((peer) => peer.close()));
  if (hasTmux) spawnSync("tmux", ["-L", server, "kill-server"]);
  rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(!hasTmux)("ttk serve on a terminal", () => {
  it("kicks a client, switches a deviation and cuts a link by keys, and stops in good order", async () => {
    serveInTerminal("-u CI NO_COLOR=1", "--time-scale", "0.05");
    const first = await screenThat((screen) => /-> route .* open, master/.test(screen));
    const [, at = ""] = /msg +(\S+:\d+) +serves/.exec(first) ?? [];
    const { peer } = await logIn(parseAddress(at) ?? { host: at, port: 0 }, "user3");
    peers.push(peer);

    // LGN-12: with the deviation, a kicked connection stays open.
    keys("4", ...Array.from("jjjjjjj"), "x");
    await until("LGN-12 is on");
    keys("2");
    await screenThat((screen) => /user3 +windows/.test(screen));
    keys("x");
    await until("kicked user3 from msg");
    await peer.expect(CommandId.CID_LOGIN_KICK_USER);
    await peer.expectHeartbeat();
    keys("4", "x");
    await until("LGN-12 is off");
    keys("2", "x");
    await peer.expect(CommandId.CID_LOGIN_KICK_USER);
    await peer.expectClosed();

    keys("1", ...Array.from("jjjj"), "x");
    await until("route_server link lost");
    keys("f", ..."route_server", "Enter");
    await screenThat((screen) => (screen.match(/route_server link open/g) ?? []).length === 2);
    // Each thing that a key did stands in the log.
    keys("f", "C-u", "key", "Enter");
    const log = await screenThat((screen) => /\d key cut msg -> route 127/.test(screen));
    for (const done of ["LGN-12 is on", "kicked user3 from msg", "LGN-12 is off"]) expect(log).toContain(`key ${done}`);
    await screenThat((screen) => /-> route .* open, master/.test(screen));

    keys("q");
    expect(await until("left with 0")).not.toContain("Servers and links");
  });

  it.each(["CI=1", "-u CI TTK_SERVE_NO_TUI=1"])("prints lines in place of the view with %s", async (env) => {
    serveInTerminal(env);
    const screen = await until("login_server link open");
    expect(screen).toMatch(/^route +servers 127\.0\.0\.1:\d+ {2}counters http/m);
    expect(screen).not.toContain("Servers and links");
    keys("C-c");
    await until("left with 0");
  });
});

describe("ttk serve without a terminal", () => {
  it("prints lines without escape codes", async () => {
    const serve = new TtkProcess(["serve", "--ports", "auto", "--msg-servers", "1"], { env: { CI: "" } });
    await serve.line((line) => line.includes("login_server link open"));
    serve.signal("SIGTERM");
    expect(await serve.end()).toBe(0);
    expect(serve.stdout).toMatch(/^login +clients /);
    expect(serve.stdout).not.toContain("\u001b");
  });
});
