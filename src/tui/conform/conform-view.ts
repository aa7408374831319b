import { pduFields } from "../../codec/record/pdu-fields.js";
import type { ConformanceEvent } from "../../runner/conformance/conformance-event.js";
import type { CaseResult, ConformanceResult } from "../../runner/conformance/conformance-result.js";
import { HelpScroll } from "../components/help-scroll.js";
import { meaningOf } from "../components/key-map.js";
import type { Key } from "../components/keys.js";
import { movedPosition } from "../components/list-position.js";
import { type FieldLine, flattened } from "../components/pdu-field-text.js";
import { Redraws } from "../components/redraws.js";
import { ConformFindings, type Finding, keyOf } from "./conform-findings.js";
import { ConformGroups } from "./conform-groups.js";
import type { KnownCase } from "./known-case.js";

export interface ConformFacts {
  /** What is judged: `msg_server 127.0.0.1:8000`. */
  readonly target: string;
  readonly cases: readonly KnownCase[];
  readonly repeat: number;
  readonly isStrict: boolean;
}

/** What only the program around the view can do. */
export interface ConformHands {
  /** Milliseconds of a steady clock. */
  now(): number;
  /** As Ctrl-C does: the first time the run finishes and reports, the second time everything ends at once. */
  interrupt(): void;
  /** Leaves the view. */
  close(): void;
}

/** Keys go to the list of findings, or into one of them. */
export type ConformScreen = "overview" | "finding" | "help";
type WireEntry = CaseResult["trace"][number];

const REDRAW_INTERVAL_MS = 100;
const PAGE_ROWS = 10;
const PRESENCE = "CID_BUDDY_LIST_STATUS_NOTIFY";

/** What the live view of a conformance run shows and how it answers keys, apart from how it looks. */
export class ConformView {
  screen: ConformScreen = "overview";
  /** Position in the list of findings, and in the open one's wire log. */
  selected = 0;
  wireAt = 0;
  pageRows = PAGE_ROWS;
  result: ConformanceResult | undefined;
  isStopping = false;
  /** Notices of presence are in the wire log, too. */
  isPresenceShown = false;
  /** Where the suite listens, while it waits to be dialled. */
  awaited: string | undefined;
  readonly groups: ConformGroups;
  readonly findings = new ConformFindings();
  readonly redraws = new Redraws(REDRAW_INTERVAL_MS);
  readonly help = new HelpScroll();
  readonly #running = new Map<string, number>();
  readonly #startedMs: number;
  #finished = 0;
  #opened: Finding | undefined;
  #before: ConformScreen = "overview";

  constructor(
    readonly facts: ConformFacts,
    private readonly hands: ConformHands,
  ) {
    this.groups = new ConformGroups(facts.cases, facts.repeat, facts.isStrict);
    this.#startedMs = hands.now();
  }

  take(event: ConformanceEvent): void {
    switch (event.type) {
      case "links-awaited":
        this.awaited = `for the ${event.by} to dial ${event.listening.map(({ name, address }) => `${name} ${address.host}:${address.port}`).join(", ")}`;
        break;
      case "case-started":
        this.awaited = undefined;
        this.#running.set(event.id, this.hands.now());
        break;
      case "case-finished":
        this.#running.delete(event.result.id);
        this.groups.take(event.result, event.finished - this.#finished);
        this.#finished = event.finished;
        this.#found(event.result);
        break;
      case "run-finished":
        this.result = event.result;
        if (this.isStopping) this.hands.close();
        break;
      default:
        return;
    }
    this.redraws.changed();
  }

  /** Time goes on: what shows it is drawn anew. */
  tick(): void {
    if (this.result === undefined) this.redraws.changed();
  }

  /** The run's owner was told to end it. */
  stopping(): void {
    this.isStopping = true;
    if (this.result !== undefined) this.hands.close();
    this.redraws.changed();
  }

  get elapsedMs(): number {
    return this.result?.summary.durationMs ?? this.hands.now() - this.#startedMs;
  }

  /** Cases under way, with how long they have been so: the longest first. */
  get running(): readonly { readonly id: string; readonly ms: number }[] {
    const nowMs = this.hands.now();
    return [...this.#running].map(([id, startedMs]) => ({ id, ms: nowMs - startedMs }));
  }

  get opened(): Finding | undefined {
    return this.#opened;
  }

  /** Everybody hears of everybody's presence: elsewhere that only hides what a case is about. */
  wireOf(finding: Finding | undefined): readonly WireEntry[] {
    if (finding?.kind !== "case") return [];
    const { trace, requirements } = finding.result;
    const isAll = this.isPresenceShown || requirements.some((id) => id.startsWith("PRE-"));
    return isAll ? trace : trace.filter(({ command }) => command !== PRESENCE);
  }

  /** The open finding's wire log. */
  get wire(): readonly WireEntry[] {
    return this.wireOf(this.#opened);
  }

  /** The bytes of the selected entry of the wire log, and what they say. */
  get pdu(): { readonly bytes: Buffer; readonly fields: readonly FieldLine[] } | undefined {
    const { hex = null } = this.wire[this.wireAt] ?? {};
    if (hex === null) return undefined;
    const bytes = Buffer.from(hex, "hex");
    return { bytes, fields: flattened(pduFields(bytes), 0) };
  }

  press(key: Key): void {
    if (meaningOf(key) === "quit") this.#quit();
    else if (this.screen !== "help") this.#command(key);
    else if (!this.help.press(key)) this.screen = this.#before;
    this.redraws.changed(true);
  }

  /** The cursor stays with its finding when others come before it. */
  #found(result: CaseResult): void {
    const selected =
      this.selected === 0 && this.screen === "overview" ? undefined : keyOf(this.findings.rows[this.selected]);
    this.findings.take(result);
    if (selected === undefined) return;
    this.selected = Math.max(
      0,
      this.findings.rows.findIndex((row) => keyOf(row) === selected),
    );
  }

  #command(key: Key): void {
    if (this.#move(key)) return;
    switch (meaningOf(key)) {
      case "help":
        this.#before = this.screen;
        this.screen = "help";
        return;
      case "into":
        return this.#open(this.selected);
      case "back":
        this.screen = "overview";
        return;
      case "allEntries":
        this.isPresenceShown = !this.isPresenceShown;
        return this.#toLastPdu();
      case "next":
        return this.#open(this.screen === "finding" ? this.selected + 1 : this.selected);
      case "previous":
        return this.#open(this.selected - 1);
    }
  }

  #move(key: Key): boolean {
    const isInside = this.screen === "finding";
    const count = isInside ? this.wire.length : this.findings.rows.length;
    const to = movedPosition(key, isInside ? this.wireAt : this.selected, count, this.pageRows);
    if (to === undefined) return false;
    if (isInside) this.wireAt = Math.max(0, to);
    else this.selected = Math.max(0, to);
    return true;
  }

  /** Into a finding, at the end of its wire log: there the failure shows. */
  #open(at: number): void {
    const finding = this.findings.rows[at];
    if (finding === undefined) return;
    this.selected = at;
    this.#opened = finding;
    this.screen = "finding";
    this.#toLastPdu();
  }

  #toLastPdu(): void {
    const at = this.wire.findLastIndex(({ hex }) => hex !== null);
    this.wireAt = at < 0 ? Math.max(0, this.wire.length - 1) : at;
  }

  #quit(): void {
    if (this.result !== undefined) return this.hands.close();
    this.isStopping = true;
    this.hands.interrupt();
  }
}
