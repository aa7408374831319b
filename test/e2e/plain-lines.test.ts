import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ServedCluster } from "../helpers/served-cluster.js";

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
/** util-linux: runs a command on a terminal and tells each byte that it writes there. */
const hasScript = spawnSync("script", ["--version"], { encoding: "utf8" }).stdout?.includes("util-linux") ?? false;
const DEADLINE_MS = 20_000;
let cluster: ServedCluster;

beforeAll(async () => {
  cluster = await ServedCluster.start();
});

afterAll(() => {
  cluster.kill();
});

const commands: Readonly<Record<string, () => string>> = {
  load: () => `load --target ${cluster.msgServers[0]} --users 4 --rate 4 --duration 1s`,
  conform: () => `conform ${cluster.msgServers[0]} --time-scale 0.05 --only frm.split-in-header`,
};

// Without util-linux's script there is no terminal whose bytes can be read.
describe.skipIf(!hasScript).each(Object.entries(commands))("ttk %s on a terminal", (_, args) => {
  it.each(["TERM=dumb", "CI=1"])("writes lines without an escape code with %s", (variable) => {
    const command = `env -u CI ${variable} ${process.execPath} ${main} ${args()}; echo left with $?`;
    const { stdout } = spawnSync("script", ["-qc", command, "/dev/null"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      timeout: DEADLINE_MS,
    });
    expect(stdout).toMatch(/left with \d/);
    expect(stdout).not.toContain("\u001b");
  });
});
