import type { LoadControl, LoadMark } from "../../runner/load/load-control.js";
import type { LiveView, LoadEvent, LoadPhase, LoadSnapshot } from "../../runner/load/load-event.js";
import { HelpScroll } from "../components/help-scroll.js";
import { meaningOf } from "../components/key-map.js";
import type { Key } from "../components/keys.js";
import { durationText } from "../components/quantity-text.js";
import { Redraws } from "../components/redraws.js";
import { typedInto } from "../components/text-prompt.js";
import { LoadHistory } from "./load-history.js";

/** What Tab goes through. */
export const dashboardPanels = ["overview", "latency", "traffic", "commands", "problems"] as const;
export type DashboardPanel = (typeof dashboardPanels)[number];

/** Whose hands are on the run: its own control, and what only the program around it can do. */
export interface DashboardHands {
  readonly control: LoadControl;
  /** Writes the result so far; resolves to the file's name. */
  snapshot(): Promise<string>;
  /** As Ctrl-C does: the first time the run finishes and reports, the second time everything ends at once. */
  interrupt(): void;
}

export interface DashboardFacts {
  readonly scenario: string;
  /** Where it goes. */
  readonly target: string;
  /** How many are to come online. */
  readonly users: number;
  readonly devices: number;
}

/** A moment worth a line: a mark, an iteration that failed. */
export interface DashboardNote {
  readonly atMs: number;
  readonly text: string;
  readonly isBad: boolean;
}

const REDRAW_INTERVAL_MS = 250;
/** Of the time: the rest is the generator's. */
const DRAWING_SHARE_MAX = 0.015;
const NOTES_MAX = 200;
const MESSAGE_SECONDS = 4;
const factors = [0.1, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4, 5, 7.5, 10, 15, 20, 30, 50, 75, 100];

/** What the dashboard of a load run shows and how it answers keys, apart from how it looks. */
export class LoadDashboard {
  panel: DashboardPanel = "overview";
  isHelpShown = false;
  phase: LoadPhase = "setup";
  phaseBeganMs = 0;
  snapshot: LoadSnapshot | undefined;
  live: LiveView | undefined;
  readonly history = new LoadHistory();
  readonly notes: DashboardNote[] = [];
  readonly help = new HelpScroll();
  /** A tag that is being typed. */
  tag: string | undefined;
  message = "";
  isStopping = false;
  readonly redraws = new Redraws(REDRAW_INTERVAL_MS, DRAWING_SHARE_MAX);
  #messageSeconds = 0;
  #hands: DashboardHands | undefined;

  constructor(readonly facts: DashboardFacts) {}

  /** The run has begun: keys reach it from now on. */
  steer(hands: DashboardHands): void {
    this.#hands = hands;
  }

  take(event: LoadEvent): void {
    switch (event.type) {
      case "phase":
        this.phase = event.phase;
        this.phaseBeganMs = event.atMs;
        break;
      case "second":
        this.snapshot = event.snapshot;
        this.live = event.live;
        this.history.take(event.snapshot, event.live);
        if (this.#messageSeconds > 0 && --this.#messageSeconds === 0) this.message = "";
        break;
      case "mark":
        this.#marked(event.mark);
        break;
      case "iteration-failed":
        return;
    }
    this.redraws.changed();
  }

  /** Something to read that is no event of the run's own. */
  note(text: string, isBad: boolean): void {
    this.#note({ atMs: this.snapshot?.atMs ?? 0, text, isBad });
    this.redraws.changed();
  }

  /** The run's owner was told to end it. */
  stopping(): void {
    this.isStopping = true;
    this.redraws.changed();
  }

  /** Resolves when what the key set off is done. */
  async press(key: Key): Promise<void> {
    if (this.tag !== undefined) this.#pressInPrompt(key);
    else if (meaningOf(key) === "quit") this.#stop();
    else if (this.isHelpShown) this.isHelpShown = this.help.press(key);
    else await this.#command(key);
    this.redraws.changed(true);
  }

  get isPaused(): boolean {
    return this.#hands?.control.isPaused ?? false;
  }

  get factor(): number {
    return this.#hands?.control.factor ?? 1;
  }

  async #command(key: Key): Promise<void> {
    switch (meaningOf(key)) {
      case "help":
        this.isHelpShown = true;
        return;
      case "pause":
        return this.isPaused ? this.#hands?.control.resume() : this.#hands?.control.pause();
      case "more":
        return this.#scale(factors.find((factor) => factor > this.factor));
      case "less":
        return this.#scale(factors.findLast((factor) => factor < this.factor));
      case "asPlanned":
        return this.#scale(1);
      case "tag":
        this.tag = "";
        return;
      case "snapshot":
        return this.#snapshot();
      case "nextPanel":
        return this.#turn(1);
      case "previousPanel":
        return this.#turn(dashboardPanels.length - 1);
      case "panel":
        this.panel = dashboardPanels[Number(key.name) - 1] ?? this.panel;
        return;
      case "back":
        this.panel = "overview";
        return;
    }
  }

  #turn(steps: number): void {
    const next = (dashboardPanels.indexOf(this.panel) + steps) % dashboardPanels.length;
    this.panel = dashboardPanels[next] ?? "overview";
  }

  #scale(factor: number | undefined): void {
    if (factor === undefined || factor === this.factor) return;
    this.#hands?.control.scale(factor);
  }

  #pressInPrompt(key: Key): void {
    const typed = typedInto(this.tag ?? "", key);
    this.tag = typed.kind === "typing" ? typed.text : undefined;
    if (typed.kind === "entered" && typed.text !== "") this.#hands?.control.mark(typed.text);
  }

  async #snapshot(): Promise<void> {
    if (this.#hands === undefined) return;
    try {
      this.#say(`written: ${await this.#hands.snapshot()}`);
    } catch (error) {
      this.#say(`no snapshot: ${(error as Error).message}`);
    }
  }

  #stop(): void {
    this.isStopping = true;
    this.#hands?.interrupt();
  }

  #marked({ atMs, label }: LoadMark): void {
    this.#note({ atMs, text: label, isBad: false });
    this.#say(`${label} at ${durationText(atMs)}`);
  }

  #note(note: DashboardNote): void {
    this.notes.push(note);
    if (this.notes.length > NOTES_MAX) this.notes.shift();
  }

  #say(message: string): void {
    this.message = message;
    this.#messageSeconds = MESSAGE_SECONDS;
  }
}
