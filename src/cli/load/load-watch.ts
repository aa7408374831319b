import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { loadJson } from "../../reports/load/load-json.js";
import { loadProgress } from "../../reports/load/load-progress.js";
import type { LoadEvent } from "../../runner/load/load-event.js";
import type { LoadPlan } from "../../runner/load/load-plan.js";
import type { RunningLoad } from "../../runner/load/load-run.js";
import { ownCount, wholeRun } from "../../runner/load/segment.js";
import { type Host, messageLine } from "../host.js";
import { viewTerminal } from "../terminal-view.js";
import { HeldOutput } from "./held-output.js";
import { errorLine } from "./scenario-file/file-line.js";
import type { LoadedFile } from "./scenario-file/load-file.js";

/** Shows a run to whoever sits there. */
export interface LoadWatch {
  onEvent(event: LoadEvent): void;
  begins(running: RunningLoad): void;
  /** Says something on the way, in one line. */
  warn(text: string): void;
  /** Resolves when the terminal is free for the report. */
  end(): Promise<void>;
}

interface Watched {
  readonly plan: LoadPlan;
  /** Where it goes, for a title. */
  readonly target: string;
  /** A scenario file, whose iterations may fail. */
  readonly file: LoadedFile | undefined;
}

/** A line a second on stderr. */
export function progressWatch(host: Host, { plan, file }: Watched): LoadWatch {
  const devices = ownCount(plan.accounts.length, plan.segment ?? wholeRun) * plan.devicesPerUser;
  return {
    onEvent: (event) => {
      const failure = failureLine(event, host, file);
      if (failure !== undefined) host.stderr.write(`${messageLine(failure)}\n`);
      if (event.type !== "second" || host.verbosity === "quiet") return;
      host.stderr.write(`${loadProgress(event.snapshot, devices, event.live.waiting)}\n`);
    },
    begins: () => {},
    warn: (text) => host.stderr.write(`${messageLine(text)}\n`),
    end: async () => {},
  };
}

/** The dashboard. What draws it is loaded here, before the run begins: that takes a while. */
export async function dashboardWatch(host: Host, { plan, target, file }: Watched): Promise<LoadWatch> {
  const { LoadDashboard, openDashboard } = await import("../../tui/load/open-dashboard.js");
  const users = plan.accounts.length;
  const dashboard = new LoadDashboard({
    scenario: plan.scenario.name,
    target,
    users,
    devices: users * plan.devicesPerUser,
  });
  const closing = new AbortController();
  const stopping = () => dashboard.stopping();
  const held = new HeldOutput();
  let view: Promise<void> = Promise.resolve();
  let giveBack = (): void => host.stderr.write(held.take());
  let staysUntil = () => {};
  const warn = (text: string) => {
    held.add(`${messageLine(text)}\n`);
    dashboard.note(text, true);
  };
  const printed = (text: string) => {
    held.add(text);
    const lines = stripVTControlCharacters(text).split("\n");
    for (const line of lines) if (line.trim() !== "") dashboard.note(line, false);
  };
  return {
    onEvent: (event) => {
      const failure = failureLine(event, host, file);
      if (failure === undefined) return dashboard.take(event);
      warn(failure);
    },
    warn,
    begins: (running) => {
      host.signal.addEventListener("abort", stopping, { once: true });
      dashboard.steer({
        control: running.control,
        snapshot: () => writeSnapshot(host, running),
        interrupt: () => host.interrupt(),
      });
      view = openDashboard(dashboard, {
        ...viewTerminal(host),
        signal: closing.signal,
      });
      const giveErrorsBack = host.takeErrors(printed);
      giveBack = () => {
        giveErrorsBack();
        host.stderr.write(held.take());
      };
      // After the view's own, which puts the terminal back.
      staysUntil = host.atExit(giveBack);
    },
    end: async () => {
      host.signal.removeEventListener("abort", stopping);
      closing.abort();
      await view;
      staysUntil();
      giveBack();
    },
  };
}

/** What an iteration threw, with its place in the file. */
export function failureLine(event: LoadEvent, host: Host, file: LoadedFile | undefined): string | undefined {
  if (event.type !== "iteration-failed" || file === undefined) return undefined;
  return `${errorLine(event.error, file.folder, host.cwd, file.name)} (${event.scenario}; told once)`;
}

async function writeSnapshot({ cwd, clock }: Host, running: RunningLoad): Promise<string> {
  const time = new Date(clock.nowMs()).toISOString().replaceAll(/[:.]/g, "-");
  const file = `ttk-load-${time}.json`;
  await writeFile(resolve(cwd, file), loadJson(running.soFar()));
  return file;
}
