import type { ClusterInspection, DeviationStatus } from "../../server/inspection.js";
import { HelpScroll } from "../components/help-scroll.js";
import { meaningOf } from "../components/key-map.js";
import type { Key } from "../components/keys.js";
import { movedPosition } from "../components/list-position.js";
import { typedInto } from "../components/text-prompt.js";
import { type LogTail, logKinds } from "./log-tail.js";
import { RateHistory } from "./rate-history.js";
import {
  type ClientRow,
  type CommandRow,
  clientRows,
  commandRows,
  type Moment,
  type ServerRow,
  serverRows,
} from "./serve-moment.js";

export const panelNames = ["servers", "clients", "commands", "deviations", "log"] as const;
export type PanelName = (typeof panelNames)[number];

export interface ServeViewOptions {
  readonly inspection: ClusterInspection;
  readonly log: LogTail;
  /** Where counters are read, a role each: shown beside it. */
  readonly adminAddresses: readonly string[];
  /** PDUs are logged, too, where the log's level asks for them. */
  readonly hasPdus: boolean;
  /** Writes into the log what a key has done to the servers. */
  readonly onAction: (text: string) => void;
  readonly onQuit?: () => void;
}

/** More than a screen shows; who is not among them is found by the filter. */
const CLIENTS_MAX = 200;
const PAGE_ROWS = 10;
/** Samples, one a second, after which a message gives way to the keys. */
const MESSAGE_SAMPLES = 6;

/**
 * What the live view of running servers shows and how it answers keys, apart from how it looks. The servers are asked when
 * `sample` is called, and never in between; what is selected stays so while rows come and go around it.
 */
export class ServeView {
  screen: "panels" | "help" = "panels";
  focus: PanelName = "servers";
  servers: readonly ServerRow[] = [];
  clients: readonly ClientRow[] = [];
  commands: readonly CommandRow[] = [];
  deviations: readonly DeviationStatus[] = [];
  logFilter = "";
  clientFilter = "";
  /** What is being typed. */
  prompt: { readonly of: "log" | "clients"; text: string } | undefined;
  message = "";
  /** Lines that the log is scrolled up by. */
  logSkip = 0;
  /** Rows that a page has, by panel; the view says so when it knows. */
  readonly pageRows: Partial<Record<PanelName, number>> = {};
  readonly help = new HelpScroll();
  readonly rates = new RateHistory();
  #moment: Moment = { atMs: 0, roles: [] };
  /** The log stands still at what had been added then. */
  #pausedAt: number | undefined;
  readonly #selected: Partial<Record<PanelName, string>> = {};
  readonly #listeners = new Set<() => void>();
  #version = 0;
  #messageAge = 0;

  constructor(readonly options: ServeViewOptions) {}

  get moment(): Moment {
    return this.#moment;
  }

  /** Counts changes, so that a view knows when to draw. */
  get version(): number {
    return this.#version;
  }

  get pausedAt(): number | undefined {
    return this.#pausedAt;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Asks the servers. @param nowMs by any clock that goes evenly */
  sample(nowMs: number): void {
    const { inspection } = this.options;
    const before = this.#moment.roles.length === 0 ? undefined : this.#moment;
    const matching = this.clientFilter;
    this.#moment = { atMs: nowMs, roles: inspection.roles({ clientsMax: CLIENTS_MAX, matching }) };
    this.rates.add(this.#moment, before);
    this.servers = serverRows(this.#moment, before);
    this.commands = commandRows(this.#moment, before);
    this.clients = clientRows(this.#moment);
    this.deviations = inspection.deviations();
    if (++this.#messageAge >= MESSAGE_SAMPLES) this.message = "";
    this.#changed();
  }

  /** Position of the selected row of a panel: its row's as long as that is there. */
  position(panel: PanelName): number {
    const keys = this.#keysOf(panel);
    return Math.max(0, keys.indexOf(this.#selected[panel] ?? ""));
  }

  press(key: Key): void {
    this.message = "";
    this.#messageAge = 0;
    if (this.prompt !== undefined) this.#pressInPrompt(key, this.prompt);
    else if (meaningOf(key) === "quit") return this.options.onQuit?.();
    else if (this.screen === "help") this.screen = this.help.press(key) ? "help" : "panels";
    else if (!this.#move(key)) this.#command(key);
    this.#changed();
  }

  #command(key: Key): void {
    switch (meaningOf(key)) {
      case "panel":
        this.focus = panelNames[Number(key.name) - 1] ?? this.focus;
        return;
      case "help":
        this.screen = "help";
        return;
      case "nextPanel":
        return this.#nextPanel(1);
      case "previousPanel":
        return this.#nextPanel(-1);
      case "filter":
        this.prompt =
          this.focus === "clients" ? { of: "clients", text: this.clientFilter } : { of: "log", text: this.logFilter };
        return;
      case "pause":
        if (this.#pausedAt === undefined) this.#pause();
        else this.#goOn();
        return;
      case "logLevel":
        return this.#nextLevel();
      case "act":
        return this.#act();
      case "actOnUser":
        return this.#kickUser();
      case "back":
        return this.#back();
    }
  }

  /** What the selected row is for. */
  #act(): void {
    if (this.focus === "servers") this.#cut(this.servers[this.position("servers")]);
    else if (this.focus === "clients") this.#kickDevice();
    else if (this.focus === "deviations") this.#switch(this.deviations[this.position("deviations")]);
  }

  #cut(row: ServerRow | undefined): void {
    if (row === undefined) return;
    const { link, name, role } = row;
    if (link === undefined) this.message = `${name} is a server: choose one of the links beneath it to cut`;
    else if (!this.options.inspection.cutLink(role, link.id)) this.message = `${name} ${link.at} is not open`;
    else {
      const server = this.servers.find((each) => each.role === role && each.link === undefined)?.name;
      this.#acted(`cut ${server} ${name} ${link.at}`);
    }
  }

  #kickDevice(): void {
    const client = this.clients[this.position("clients")];
    if (client === undefined) return;
    const { role, userId, userName, clientType } = client;
    const kicked = this.options.inspection.kick(role, userId, clientType);
    if (kicked === 0) this.message = `${userName} has gone`;
    else this.#acted(`kicked ${userName} from ${client.server}`);
  }

  #kickUser(): void {
    const client = this.focus === "clients" ? this.clients[this.position("clients")] : undefined;
    if (client === undefined) return;
    const { userId, userName } = client;
    const { inspection } = this.options;
    const kicked = this.#moment.roles.reduce((sum, _, role) => sum + inspection.kick(role, userId), 0);
    if (kicked === 0) this.message = `${userName} has gone`;
    else this.#acted(`kicked ${userName} from ${kicked} ${kicked === 1 ? "device" : "devices"}`);
  }

  #switch(deviation: DeviationStatus | undefined): void {
    if (deviation === undefined) return;
    const { id, does, isOn, fixedBecause } = deviation;
    if (fixedBecause !== undefined) {
      this.message = `${id} is fixed: ${fixedBecause}`;
      return;
    }
    this.options.inspection.deviate(id, !isOn);
    this.deviations = this.options.inspection.deviations();
    this.#acted(isOn ? `${id} is off: as the requirement says` : `${id} is on: ${does}`);
  }

  /** Said at the bottom, and kept in the log: what follows there is then no riddle. */
  #acted(text: string): void {
    this.message = text;
    this.options.onAction(text);
  }

  #nextPanel(step: 1 | -1): void {
    const at = panelNames.indexOf(this.focus) + step + panelNames.length;
    this.focus = panelNames[at % panelNames.length] ?? "servers";
  }

  #nextLevel(): void {
    const { log, hasPdus } = this.options;
    const kinds = hasPdus ? logKinds : logKinds.slice(0, -1);
    log.level = kinds[(kinds.indexOf(log.level) + 1) % kinds.length] ?? "notes";
    this.logSkip = 0;
    this.message = `logged from now on: ${kinds.slice(0, kinds.indexOf(log.level) + 1).join(", ")}`;
  }

  #pause(): void {
    this.#pausedAt = this.options.log.added;
  }

  #goOn(): void {
    this.#pausedAt = undefined;
    this.logSkip = 0;
  }

  #back(): void {
    if (this.#pausedAt !== undefined) this.#goOn();
    else if (this.focus === "clients" && this.clientFilter !== "") this.#filterClients("");
    else this.#filterLog("");
  }

  #move(key: Key): boolean {
    const { focus } = this;
    const page = this.pageRows[focus] ?? PAGE_ROWS;
    if (focus === "log") return this.#scroll(key, page);
    const keys = this.#keysOf(focus);
    const to = movedPosition(key, this.position(focus), keys.length, page);
    if (to === undefined) return false;
    const selected = keys[to];
    if (selected !== undefined) this.#selected[focus] = selected;
    return true;
  }

  /** Scrolling up pauses the log: what is read must not run away. Back at its end it goes on. */
  #scroll(key: Key, page: number): boolean {
    const lines = this.options.log.last(Number.POSITIVE_INFINITY, (text) => this.isLogged(text), this.#pausedAt).length;
    const to = movedPosition(key, lines - this.logSkip, lines + 1, page);
    if (to === undefined) return false;
    // No further than to the first lines that there are.
    const skip = Math.min(lines - to, lines - page);
    if (skip <= 0) this.#goOn();
    else {
      if (this.#pausedAt === undefined) this.#pause();
      this.logSkip = skip;
    }
    return true;
  }

  #keysOf(panel: PanelName): readonly string[] {
    if (panel === "deviations") return this.deviations.map(({ id }) => id);
    return panel === "log" ? [] : this[panel].map(({ key }) => key);
  }

  #pressInPrompt(key: Key, prompt: NonNullable<ServeView["prompt"]>): void {
    const outcome = typedInto(prompt.text, key);
    if (outcome.kind === "typing") prompt.text = outcome.text;
    else this.prompt = undefined;
    if (outcome.kind !== "entered") return;
    if (prompt.of === "log") this.#filterLog(outcome.text);
    else this.#filterClients(outcome.text);
  }

  /** A line has all words of the filter. */
  isLogged(text: string): boolean {
    const line = text.toLowerCase();
    return this.logFilter
      .toLowerCase()
      .split(/\s+/)
      .every((word) => line.includes(word));
  }

  #filterLog(text: string): void {
    this.logFilter = text;
    this.logSkip = 0;
  }

  #filterClients(text: string): void {
    this.clientFilter = text;
    const { inspection } = this.options;
    this.#moment = { ...this.#moment, roles: inspection.roles({ clientsMax: CLIENTS_MAX, matching: text }) };
    this.clients = clientRows(this.#moment);
  }

  #changed(): void {
    this.#version++;
    for (const listener of this.#listeners) listener();
  }
}
