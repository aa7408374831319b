import type { IndexedUser, PduIndex } from "../../codec/analysis/pdu-index.js";
import { FilterError } from "../../codec/filter/filter-error.js";
import { type PduField, pduFields } from "../../codec/record/pdu-fields.js";
import { HelpScroll } from "../components/help-scroll.js";
import { meaningOf } from "../components/key-map.js";
import type { Key } from "../components/keys.js";
import { movedPosition } from "../components/list-position.js";
import { type FieldLine, flattened } from "../components/pdu-field-text.js";
import { typedInto } from "../components/text-prompt.js";
import { isExpression, ofConnection, ofUser, withExpression } from "./row-tests.js";
import { FoundRows, findPosition, type RowTest, scanRows } from "./scan-rows.js";
import { withWords } from "./word-test.js";

export type BrowseScreen = "list" | "sequence" | "help";
export type TimeStyle = "start" | "delta" | "clock";
/** Where keys go: the list of PDUs, or the fields of the selected one. */
export type BrowseFocus = "list" | "fields";

export type Follow =
  | { readonly kind: "connection"; readonly id: number }
  | { readonly kind: "user"; readonly user: IndexedUser };

export interface BrowserOptions {
  readonly textKey?: string;
  /** What the file is called, for the title. */
  readonly title: string;
  readonly onQuit?: () => void;
}

const PAGE_ROWS = 20;
const timeStyles: readonly TimeStyle[] = ["start", "delta", "clock"];
const FIELDS_A_PAGE = 10;

const PROGRESS_INTERVAL_MS = 100;

/**
 * What a browser of PDUs shows and how it answers keys, apart from how it looks. Rows of the index pass a filter, and a
 * connection or user that is followed; what is selected is a position among them.
 */
export class Browser {
  screen: BrowseScreen = "list";
  focus: BrowseFocus = "list";
  timeStyle: TimeStyle = "start";
  /** Position among the rows shown. */
  selected = 0;
  fieldAt = 0;
  filter = "";
  search = "";
  follow: Follow | undefined;
  /** A filter or search that is being typed. */
  prompt: { readonly kind: "filter" | "search"; text: string } | undefined;
  message = "";
  /** A scan under way: 0 to 1. */
  progress: number | undefined;
  /** Rows a page has; the view says so when it knows. */
  pageRows = PAGE_ROWS;
  readonly help = new HelpScroll();
  #filterTest: RowTest | undefined;
  /** When progress was last drawn. */
  #drawnMs = 0;
  /** Rows that pass; `undefined`: all. Grows while a scan is under way. */
  #shown: FoundRows | undefined;
  /** Counts keys that moved the cursor: a scan leaves it alone once the user has moved it. */
  #moves = 0;
  #scan = new AbortController();
  #listeners = new Set<() => void>();
  #fieldCache: { readonly row: number; readonly lines: readonly FieldLine[] } | undefined;
  #version = 0;

  constructor(
    readonly index: PduIndex,
    readonly options: BrowserOptions,
  ) {}

  get rows(): number {
    return this.#shown?.count ?? this.index.rows;
  }

  /** Counts changes, so that a view knows when to draw. */
  get version(): number {
    return this.#version;
  }

  /** The index's row at a position among the rows shown. */
  rowAt(position: number): number {
    return this.#shown === undefined ? position : this.#shown.at(position);
  }

  get selectedRow(): number | undefined {
    return this.rows === 0 ? undefined : this.rowAt(this.selected);
  }

  /** The fields of the selected PDU, those inside others indented. */
  get fieldLines(): readonly FieldLine[] {
    const row = this.selectedRow;
    if (row === undefined) return [];
    if (this.#fieldCache?.row !== row) {
      const { textKey } = this.options;
      const fields = pduFields(this.index.bytes(row), textKey === undefined ? {} : { textKey });
      this.#fieldCache = { row, lines: flattened(fields, 0) };
    }
    return this.#fieldCache.lines;
  }

  get selectedField(): PduField | undefined {
    return this.fieldLines[this.fieldAt]?.field;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when what the key set off is done. */
  async press(key: Key): Promise<void> {
    this.message = "";
    if (this.prompt !== undefined) return this.#pressInPrompt(key, this.prompt);
    if (meaningOf(key) === "quit") return this.options.onQuit?.();
    if (this.screen === "help") {
      if (!this.help.press(key)) this.screen = "list";
      return this.#changed();
    }
    if (this.focus === "fields" && this.#moveField(key)) return this.#changed();
    if (this.#move(key)) return this.#changed();
    await this.#command(key);
    this.#changed();
  }

  /** Filters rows; an empty text shows all. */
  async setFilter(text: string): Promise<void> {
    const filter = text.trim();
    try {
      this.#filterTest = filter === "" ? undefined : this.#testOf(filter);
    } catch (error) {
      if (!(error instanceof FilterError)) throw error;
      this.message = error.message;
      this.#changed();
      return;
    }
    this.filter = filter;
    await this.#rescan();
  }

  async setFollow(follow: Follow | undefined): Promise<void> {
    this.follow = follow;
    await this.#rescan();
  }

  async #command(key: Key): Promise<void> {
    switch (meaningOf(key)) {
      case "help":
        this.screen = "help";
        return;
      case "search":
        this.prompt = { kind: "search", text: "" };
        return;
      case "filter":
        this.prompt = { kind: "filter", text: this.filter };
        return;
      case "next":
        return this.#findNext(1);
      case "previous":
        return this.#findNext(-1);
      case "counterpart":
        return this.#jumpToPair();
      case "connection":
        return this.#followConnection();
      case "user":
        return this.#followUser();
      case "otherView":
        this.screen = this.screen === "sequence" ? "list" : "sequence";
        this.focus = "list";
        return;
      case "times":
        this.timeStyle = timeStyles[(timeStyles.indexOf(this.timeStyle) + 1) % timeStyles.length] ?? "start";
        return;
      case "nextPanel":
      case "previousPanel":
        this.focus = this.focus === "list" && this.screen === "list" ? "fields" : "list";
        return;
      case "into":
        this.screen = "list";
        this.focus = "fields";
        // The header says little that the list does not.
        if (this.fieldAt === 0)
          this.fieldAt = Math.max(
            0,
            this.fieldLines.findIndex(({ field }) => field.kind !== "header"),
          );
        return;
      case "back":
        return this.#back();
    }
  }

  /** One step back: out of a scan, of the fields, of the sequence, of what is followed, of the filter. */
  async #back(): Promise<void> {
    if (this.progress !== undefined) this.#stopScan();
    else if (this.focus === "fields") this.focus = "list";
    else if (this.screen !== "list") this.screen = "list";
    else if (this.follow !== undefined) await this.setFollow(undefined);
    else if (this.filter !== "") await this.setFilter("");
  }

  #move(key: Key): boolean {
    const to = movedPosition(key, this.selected, this.rows, this.pageRows);
    if (to === undefined) return false;
    this.#moves++;
    this.select(to);
    return true;
  }

  #moveField(key: Key): boolean {
    const to = movedPosition(key, this.fieldAt, this.fieldLines.length, FIELDS_A_PAGE);
    if (to !== undefined) this.fieldAt = to;
    return to !== undefined;
  }

  select(position: number): void {
    const before = this.selected;
    this.selected = Math.max(0, Math.min(this.rows - 1, position));
    if (this.selected !== before) this.fieldAt = 0;
  }

  #jumpToPair(): void {
    const row = this.selectedRow;
    const pair = row === undefined ? undefined : this.index.pair(row);
    if (pair === undefined) this.message = "nothing answers this PDU, and it answers nothing";
    else if (!this.#selectRow(pair)) this.message = `#${pair + 1} is not among the rows shown; Esc shows more`;
  }

  /** False when the row is not shown. */
  #selectRow(row: number): boolean {
    const position = this.#positionOf(row);
    if (this.rows === 0 || this.rowAt(position) !== row) return false;
    this.select(position);
    return true;
  }

  /** Of the row, or else of the next one shown. */
  #positionOf(row: number): number {
    let [low, high] = [0, this.rows];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.rowAt(middle) < row) low = middle + 1;
      else high = middle;
    }
    return Math.min(low, Math.max(0, this.rows - 1));
  }

  async #followConnection(): Promise<void> {
    const row = this.selectedRow;
    if (row === undefined) return;
    const { id } = this.index.connection(row);
    const isFollowed = this.follow?.kind === "connection" && this.follow.id === id;
    await this.setFollow(isFollowed ? undefined : { kind: "connection", id });
  }

  async #followUser(): Promise<void> {
    const row = this.selectedRow;
    const user = row === undefined ? undefined : this.index.connection(row).user;
    if (this.follow?.kind === "user") return this.setFollow(undefined);
    if (user === undefined)
      this.message = "nobody logged in on this connection; choose a PDU of one where somebody did";
    else await this.setFollow({ kind: "user", user });
  }

  async #pressInPrompt(key: Key, prompt: NonNullable<Browser["prompt"]>): Promise<void> {
    const outcome = typedInto(prompt.text, key);
    if (outcome.kind === "typing") prompt.text = outcome.text;
    else this.prompt = undefined;
    if (outcome.kind === "entered") {
      if (prompt.kind === "filter") await this.setFilter(outcome.text);
      else {
        this.search = outcome.text;
        await this.#findNext(1);
      }
    }
    this.#changed();
  }

  async #findNext(step: 1 | -1): Promise<void> {
    if (this.search === "") {
      this.message = "nothing to search for; / asks";
      return;
    }
    const test = withWords(this.index, this.search, this.options.textKey);
    const scan = this.#newScan(this.rows);
    const found = await findPosition(this.rows, this.selected, step, (position) => test(this.rowAt(position)), scan);
    if (scan.signal.aborted) return;
    this.progress = undefined;
    if (found < 0) this.message = `"${this.search}" is in no row shown`;
    else this.select(found);
    this.#changed();
  }

  /** Shows what passes as it is found; the selected row stays selected if it passes, else the one behind it is. */
  async #rescan(): Promise<void> {
    const before = this.selectedRow ?? 0;
    const tests = this.#tests();
    const found = tests.length === 0 ? undefined : new FoundRows();
    this.#shown = found;
    this.selected = 0;
    this.fieldAt = 0;
    const moves = this.#moves;
    let isPlaced = false;
    const place = () => {
      if (isPlaced || this.#moves !== moves) return;
      isPlaced = true;
      this.select(this.#positionOf(before));
    };
    const scan = this.#newScan(this.index.rows, (scanned) => {
      if (scanned > before) place();
    });
    if (found !== undefined) {
      await scanRows(this.index.rows, (row) => tests.every((test) => test(row)), found, scan);
      if (scan.signal.aborted) return;
    }
    this.progress = undefined;
    place();
    if (this.rows === 0) this.message = "nothing fits; Esc takes the filter back";
    this.#changed();
  }

  #stopScan(): void {
    const percent = Math.floor((this.progress ?? 0) * 100);
    this.#scan.abort();
    this.progress = undefined;
    this.message = `stopped at ${percent} %: there may be more`;
  }

  /** @throws FilterError */
  #testOf(text: string): RowTest {
    const test = isExpression(text) ? withExpression : withWords;
    return test(this.index, text, this.options.textKey);
  }

  #tests(): RowTest[] {
    const { follow, index } = this;
    return [
      ...(follow === undefined
        ? []
        : [follow.kind === "user" ? ofUser(index, follow.user) : ofConnection(index, follow.id)]),
      ...(this.#filterTest === undefined ? [] : [this.#filterTest]),
    ];
  }

  /** Ends the scan under way, if any. */
  #newScan(total: number, onProgress: (scanned: number) => void = () => {}) {
    this.#scan.abort();
    this.#scan = new AbortController();
    this.progress = undefined;
    return {
      signal: this.#scan.signal,
      onProgress: (scanned: number) => {
        this.progress = scanned / total;
        onProgress(scanned);
        // Drawing takes longer than a slice of the scan.
        if (performance.now() - this.#drawnMs < PROGRESS_INTERVAL_MS) return;
        this.#drawnMs = performance.now();
        this.#changed();
      },
    };
  }

  #changed(): void {
    this.#version++;
    for (const listener of this.#listeners) listener();
  }
}
