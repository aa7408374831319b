import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import type { PduPeer } from "../../src/client/peer.js";
import { CommandId } from "../../src/codec/generated/commands.js";
import { parseAddress } from "../../src/net/address.js";
import { logIn } from "../helpers/logged-in.js";
import { hasTmux, TmuxScreen } from "../helpers/tmux-screen.js";
import { TtkProcess } from "../helpers/ttk-process.js";

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "ttk-serve-view-"));
const peers: PduPeer[] = [];
let screen: TmuxScreen | undefined;

afterEach(async () => {
  await Promise.all(peers.splice(0).map((peer) => peer.close()));
  screen?.close();
  screen = undefined;
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** `ttk serve` in a terminal, in a folder that is thrown away. */
function open(variables: string, options = ""): TmuxScreen {
  const command = `${process.execPath} ${main} serve --ports auto --msg-servers 1 ${options}`;
  screen = TmuxScreen.open(`-C ${folder} ${variables} ${command}`, 120, 40);
  return screen;
}

describe.skipIf(!hasTmux)("ttk serve on a terminal", () => {
  it("kicks a client, switches a deviation and cuts a link by keys, and stops in good order", async () => {
    const view = open("NO_COLOR=1", "--time-scale 0.05");
    const first = await view.that((screen) => /-> route .* open, master/.test(screen));
    const [, at = ""] = /msg +(\S+:\d+) +serves/.exec(first) ?? [];
    const { peer } = await logIn(parseAddress(at) ?? { host: at, port: 0 }, "user3");
    peers.push(peer);

    // LGN-12: with the deviation, a kicked connection stays open.
    view.press("4", ...Array.from("jjjjjjj"), "x");
    await view.shows("LGN-12 is on");
    view.press("2");
    await view.that((screen) => /user3 +windows/.test(screen));
    view.press("x");
    await view.shows("kicked user3 from msg");
    await peer.expect(CommandId.CID_LOGIN_KICK_USER);
    await peer.expectHeartbeat();
    view.press("4", "x");
    await view.shows("LGN-12 is off");
    view.press("2", "x");
    await peer.expect(CommandId.CID_LOGIN_KICK_USER);
    await peer.expectClosed();

    view.press("1", ...Array.from("jjjj"), "x");
    await view.shows("route_server link lost");
    view.press("f", ..."route_server", "Enter");
    await view.that((screen) => (screen.match(/route_server link open/g) ?? []).length === 2);
    // Each thing that a key did stands in the log.
    view.press("f", "C-u", "key", "Enter");
    const log = await view.that((screen) => /\d key cut msg -> route 127/.test(screen));
    for (const done of ["LGN-12 is on", "kicked user3 from msg", "LGN-12 is off"]) expect(log).toContain(`key ${done}`);
    await view.that((screen) => /-> route .* open, master/.test(screen));

    view.press("q");
    expect(await view.shows("left with 0")).not.toContain("Servers and links");
  });

  it.each(["CI=1", "TTK_SERVE_NO_TUI=1"])("prints lines in place of the view with %s", async (variable) => {
    const view = open(variable);
    const lines = await view.shows("login_server link open");
    expect(lines).toMatch(/^route +servers 127\.0\.0\.1:\d+ {2}counters http/m);
    expect(lines).not.toContain("Servers and links");
    view.press("C-c");
    await view.shows("left with 0");
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
