import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ServedCluster } from "../helpers/served-cluster.js";
import { hasTmux, TmuxScreen } from "../helpers/tmux-screen.js";

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const capture = fileURLToPath(new URL("../../fixtures/captures/cluster-session.pcap", import.meta.url));
/** A fault of the program while its view is open. */
const crash = "NODE_OPTIONS=\"--import=data:text/javascript,process.on('SIGUSR2',()=>{throw(Error('a-fault'))})\"";
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
});

const views: Readonly<Record<string, readonly [args: () => string, shows: string]>> = {
  browse: [() => `browse ${capture}`, "1135 PDUs"],
  serve: [() => "serve --ports auto --msg-servers 1", "Servers and links"],
  load: [() => `load --target ${cluster.msgServers[0]} --users 4 --rate 4 --duration 90s`, "Delivery latency"],
  conform: [() => `conform ${cluster.msgServers[0]} --only con.*`, "Findings"],
};

// Without tmux there is no terminal to look at.
describe.skipIf(!hasTmux).each(Object.entries(views))("the view of ttk %s", (_, [args, shows]) => {
  it.each(["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR2"] as const)("puts the terminal back after %s", async (signal) => {
    screen = TmuxScreen.open(`${crash} ${process.execPath} ${main} ${args()}`, 120, 40);
    await screen.shows(shows);
    expect(screen.asked("#{alternate_on} #{cursor_flag}")).toBe("1 0");
    // Keys are read from a moment after the first picture on.
    await expect.poll(() => screen?.modes()).toEqual(expect.arrayContaining(["-icanon", "-echo"]));
    process.kill(screen.commandPid, signal);
    const left = await screen.that((text) => /left with \d/.test(text));
    expect(screen.asked("#{alternate_on} #{cursor_flag}")).toBe("0 1");
    expect(screen.modes()).toEqual(expect.arrayContaining(["icanon", "echo"]));
    if (signal === "SIGUSR2") expect(left).toContain("a-fault");
  });

  it("gives the terminal to the shell while Ctrl-Z has it stopped, and is whole again after fg", async () => {
    // A shell with job control, as people have it.
    const command = `true; set -m; env -u CI ${process.execPath} ${main} ${args()}; echo stopped; read go; fg`;
    screen = TmuxScreen.open(command, 120, 40);
    await screen.shows(shows);
    await expect.poll(() => screen?.modes()).toEqual(expect.arrayContaining(["-icanon", "-echo"]));
    screen.press("C-z");
    await screen.shows("stopped");
    expect(screen.asked("#{alternate_on} #{cursor_flag}")).toBe("0 1");
    expect(screen.modes()).toEqual(expect.arrayContaining(["icanon", "echo"]));
    screen.press("Enter");
    await screen.shows(shows);
    expect(screen.asked("#{alternate_on} #{cursor_flag}")).toBe("1 0");
    expect(screen.modes()).toEqual(expect.arrayContaining(["-icanon", "-echo"]));
    screen.press("?");
    await screen.shows("any key");
  });
});
