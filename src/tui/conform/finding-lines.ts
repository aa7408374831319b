import { fitted, printable } from "../components/fit-text.js";
import { fieldText } from "../components/pdu-field-text.js";
import { hexBytesALine, hexColumnsFor, pduHexLines } from "../components/pdu-hex-lines.js";
import { type TableColumn, tableLines } from "../components/table-lines.js";
import { wrapped } from "../components/wrapped-text.js";
import type { Theme } from "../theme.js";
import type { ConformView } from "./conform-view.js";

const LABEL_COLUMNS = 10;

/** What the open finding is about, in words. */
export function evidenceLines({ opened }: ConformView, columns: number, theme: Theme): string[] {
  if (opened === undefined) return [];
  const said = (label: string, text: string | null, look = (line: string) => line) =>
    text === null
      ? []
      : text
          .split("\n")
          .flatMap((line) => wrapped(printable(line), columns - LABEL_COLUMNS))
          .map((line, at) => theme.dim(fitted(at === 0 ? label : "", LABEL_COLUMNS)) + look(line));
  if (opened.kind === "blocked") return [...said("because", opened.reason), ...said("cases", opened.ids.join(" "))];
  const { title, level, requirements, expected, actual, reason, rerun } = opened.result;
  return [
    ...said(level.toUpperCase(), `${title} (${requirements.join(", ")})`, theme.bold),
    ...said("expected", expected),
    ...said("actual", actual, theme.bad),
    ...said("because", reason),
    ...said("rerun", rerun, theme.accent),
  ];
}

type WireEntry = ConformView["wire"][number];

const arrows = { opened: "opened", sent: "->", received: "<-", closed: "closed" } as const;

const wireColumns: readonly TableColumn<WireEntry>[] = [
  { title: "time", width: 9, align: "right", text: ({ atMs }) => `${(atMs / 1000).toFixed(3)} s` },
  { title: "connection", width: 16, text: ({ connection }) => printable(connection) },
  {
    title: "",
    width: 6,
    text: ({ event }) => arrows[event],
    style: ({ event }, theme) => (event === "closed" ? theme.warn : theme.dim),
  },
  {
    title: "command",
    width: 26,
    text: ({ hex, command }) => (hex === null ? "" : (command?.slice(4) ?? "bytes")),
    style: (_, theme) => theme.accent,
  },
  {
    title: "seq",
    width: 5,
    align: "right",
    text: ({ seqNum }) => (seqNum === null ? "" : String(seqNum)),
    fromWidth: 90,
  },
  { title: "what it says", width: "rest", text: ({ text }) => printable(text) },
];

/** What went over the case's connections, the selected entry among it. */
export function wireLines(
  { wire, wireAt, opened }: ConformView,
  width: number,
  height: number,
  theme: Theme,
): string[] {
  const rowAt = (at: number) => wire[at] as WireEntry;
  const empty = opened?.kind === "case" ? "nothing went over the wire" : "none of them ran";
  const selected = wire.length === 0 ? {} : { selected: wireAt };
  return tableLines({
    columns: wireColumns,
    rows: wire.length,
    rowAt,
    ...selected,
    isFocused: true,
    width,
    height,
    theme,
    empty,
  });
}

/** The selected PDU's fields beside its bytes. */
export function pduLines({ pdu, wire, wireAt }: ConformView, columns: number, height: number, theme: Theme): string[] {
  if (pdu === undefined) return [theme.dim(printable(wire[wireAt]?.text ?? ""))];
  const hexColumns = hexColumnsFor(hexBytesALine(Math.floor(columns * 0.6)));
  const fieldColumns = columns - hexColumns - 1;
  const hex = pduHexLines(pdu.bytes, undefined, height, hexColumns, theme);
  // The header comes last: its values stand in the wire log.
  const ordered = [...pdu.fields].sort(
    (one, other) => Number(one.field.kind === "header") - Number(other.field.kind === "header"),
  );
  const fields = ordered.slice(0, height).map((line) => fieldText(line, theme));
  return Array.from(
    { length: Math.min(height, Math.max(hex.length, fields.length)) },
    (_, row) => `${fitted(fields[row] ?? "", fieldColumns)} ${hex[row] ?? ""}`,
  );
}
