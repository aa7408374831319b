import { execFileSync, spawnSync } from "node:child_process";

export const hasTmux = spawnSync("tmux", ["-V"]).status === 0;
const DEADLINE_MS = 20_000;
const POLL_INTERVAL_MS = 50;

/** A real terminal, of a tmux server of its own. */
export class TmuxScreen {
  private constructor(private readonly server: string) {}

  /** `command` is for the shell; CI is not set in it. The screen stays when it has ended. */
  static open(command: string, columns: number, rows: number): TmuxScreen {
    const server = `ttk-test-${Math.round(performance.timeOrigin)}-${Math.round(performance.now())}`;
    const screen = new TmuxScreen(server);
    // A key that interrupts may come when the command has left already: only the command is to take it.
    const shell = `trap : INT; env -u CI ${command}; echo left with $?; trap "" INT; cat`;
    screen.#tmux("-f", "/dev/null", "new-session", "-d", "-s", "view", "-x", `${columns}`, "-y", `${rows}`, shell);
    return screen;
  }

  /** Keys as tmux names them. */
  press(...keys: string[]): void {
    for (const key of keys) this.#tmux("send-keys", "-t", "view", key);
  }

  /** The screen, once a text stands on it. */
  shows(text: string): Promise<string> {
    return this.that((screen) => screen.includes(text));
  }

  /** The screen, once it fits; with styles as escape codes, and with blanks at the ends of lines, where those are wanted. */
  async that(fits: (screen: string) => boolean, styled = false, withinMs = DEADLINE_MS): Promise<string> {
    const deadline = performance.now() + withinMs;
    for (;;) {
      const screen = this.#tmux("capture-pane", "-p", ...(styled ? ["-e", "-N"] : []), "-t", "view");
      if (fits(screen)) return screen;
      if (performance.now() > deadline) throw new Error(`the screen does not come:\n${screen}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
    }
  }

  resize(columns: number, rows: number): void {
    this.#tmux("resize-window", "-t", "view", "-x", `${columns}`, "-y", `${rows}`);
  }

  /** What tmux knows of the terminal, by its format: `#{cursor_flag}`. */
  asked(format: string): string {
    return this.#tmux("display-message", "-p", "-t", "view", format).trim();
  }

  /** The shell's child: the command itself. */
  get commandPid(): number {
    return Number(execFileSync("pgrep", ["-P", this.asked("#{pane_pid}")], { encoding: "utf8" }).trim());
  }

  /** How the terminal treats keys: with `icanon` and `echo`, or with `-icanon` and `-echo` as views have them. */
  modes(): readonly string[] {
    const said = execFileSync("stty", ["-a", "-F", this.asked("#{pane_tty}")], { encoding: "utf8" });
    return said.split(/[\s;]+/);
  }

  close(): void {
    spawnSync("tmux", ["-L", this.server, "kill-server"]);
  }

  #tmux(...args: string[]): string {
    return execFileSync("tmux", ["-L", this.server, ...args], { encoding: "utf8" });
  }
}
