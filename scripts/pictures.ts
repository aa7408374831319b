/**
 * Makes the pictures of README and docs anew, so that they stay true: a reference cluster, `ttk load`, `ttk conform` and
 * `ttk browse` in tmux, and the HTML reports in Chromium. Figures differ a little from one time to the next.
 *
 * npm run pictures [-- --size 120x36 --out docs/pictures --only conform --no-colour]
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { TmuxScreen } from "../test/helpers/tmux-screen.js";
import { terminalSvg } from "./pictures/terminal-svg.js";
import { scriptCommand } from "./script-command.js";

const main = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const capture = fileURLToPath(new URL("../fixtures/captures/cluster-session.pcap", import.meta.url));
const values = scriptCommand("pictures", "Makes the pictures of README and docs anew.")
  .option("--size <columns>x<rows>", "of the terminal", "120x36")
  .option("--out <folder>", "where they go", "docs/pictures")
  .option("--only <name...>", "these")
  .option("--no-colour", "as on a terminal without colours")
  .parse()
  .opts<{ size: string; out: string; only?: string[]; colour: boolean }>();
const [columns = 120, rows = 36] = values.size.split("x").map(Number);
const out = resolve(values.out);
const folder = mkdtempSync(join(tmpdir(), "ttk-pictures-"));
const DEADLINE_MS = 180_000;
const PAGE = "1280,1500";

/** What is seen on the way, in order: keys are pressed once the screen shows what is waited for. */
interface Scene {
  readonly name: string;
  readonly args: string;
  readonly steps: readonly (readonly [shows: RegExp, picture: string | undefined, ...keys: string[]])[];
}

async function run(): Promise<void> {
  mkdirSync(out, { recursive: true });
  const servers: ChildProcess[] = [];
  try {
    const plain = await serve(servers);
    const odd = await serve(servers, "--time-scale", "0.2", "--deviate", "FRM-05", "LGN-12");
    const report = (name: string) => `--report html=${join(folder, `${name}.html`)}`;
    const scenes: readonly Scene[] = [
      {
        name: "load",
        args: `load steady-chat --target ${plain.join(" ")} --users 200 --seed 7 --stage 8s:300 12s:300 5s:600 8s:600 --threshold 'msg_ack_duration:p(95)<500' 'msg_delivery_duration:p(99)<1000' 'errors:count==0' ${report("load")}`,
        steps: [
          [/stage 2 of 4/, undefined, "t", "deploy", "Enter"],
          [/stage 4 of 4/, "load"],
          [/left with/, undefined],
        ],
      },
      {
        name: "conform",
        args: `conform ${odd[0]} --peer ${odd[1]} --time-scale 0.2 ${report("conform")}`,
        steps: [
          [/(FAILED|SHOULD) .*\n(.*\n)*.*(FAILED|SHOULD) /, "conform", "Enter"],
          [/Wire log/, "conform-finding", "Escape"],
          [/leave, print the report/, "conform-over", "q"],
          [/left with/, undefined],
        ],
      },
      {
        name: "browse",
        args: `browse ${capture}`,
        steps: [
          [/1135 PDUs/, undefined, "/", "userlogin", "Enter", "Enter"],
          [/user_name/, "browse", "q"],
        ],
      },
    ];
    for (const scene of scenes) {
      if (values.only !== undefined && !values.only.includes(scene.name)) continue;
      await play(scene);
      if (scene.args.includes("--report")) photograph(scene.name);
    }
  } finally {
    for (const server of servers) server.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A reference cluster; resolves to its msg_servers. */
async function serve(servers: ChildProcess[], ...options: string[]): Promise<readonly string[]> {
  const args = [main, "serve", "--ports", "auto", "--json", "-q", ...options];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  servers.push(child);
  for await (const line of createInterface({ input: child.stdout })) {
    const { roles } = JSON.parse(line) as { roles: readonly { role: string; address: string }[] };
    return roles.filter(({ role }) => role === "msg").map(({ address }) => address);
  }
  throw new Error(`ttk serve ${options.join(" ")} ended`);
}

async function play({ args, steps }: Scene): Promise<void> {
  const colour = values.colour ? "-u NO_COLOR" : "NO_COLOR=1";
  const screen = TmuxScreen.open(`${colour} ${process.execPath} ${main} ${args}`, columns, rows);
  try {
    for (const [shows, picture, ...keys] of steps) {
      const seen = await screen.that((styled) => shows.test(stripVTControlCharacters(styled)), true, DEADLINE_MS);
      if (picture !== undefined) {
        // The last line of a view is empty: a full screen would scroll.
        writeFileSync(join(out, `${picture}.svg`), terminalSvg(seen, columns, rows - 1));
        process.stderr.write(`${picture}.svg\n`);
      }
      screen.press(...keys);
    }
  } finally {
    screen.close();
  }
}

function photograph(name: string): void {
  const page = pathToFileURL(join(folder, `${name}.html`)).href;
  const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", `--window-size=${PAGE}`];
  const file = join(out, `${name}-report.png`);
  execFileSync("chromium", [...flags, "--virtual-time-budget=5000", `--screenshot=${file}`, page], { stdio: "ignore" });
  process.stderr.write(`${name}-report.png\n`);
}

await run();
