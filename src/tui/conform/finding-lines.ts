import { cut, cutInside, fitted, printable } from "../components/fit-text.js";
import { fieldText } from "../components/pdu-field-text.js";
import { hexBytesALine, hexColumnsFor, pduHexLines } from "../components/pdu-hex-lines.js";
import { type TableColumn, type TableOptions, tableLines } from "../components/table-lines.js";
import { wrapped } from "../components/wrapped-text.js";
import type { Theme } from "../theme.js";
import type { Finding } from "./conform-findings.js";
import type { ConformView } from "./conform-view.js";

const LABEL_COLUMNS = 10;
/** From so many columns on each connection and command has its whole name. */
const WIDE_COLUMNS = 150;
/** In fewer columns commands would leave no room for what they say. */
const TEXT_FROM_COLUMNS = 72;
const CONNECTION_COLUMNS = 16;
const CONNECTION_COLUMNS_WIDE = 30;
const COMMAND_COLUMNS = 26;
const COMMAND_COLUMNS_WIDE = 42;

/** What a finding is about, in words: at most `height` lines; the longest part is cut where that is not enough. */
export function evidenceLines(finding: Finding, columns: number, height: number, theme: Theme): string[] {
  const said = (label: string, text: string | null, look = (line: string) => line) =>
    text === null
      ? []
      : text
          .split("\n")
          .flatMap((line) => wrapped(printable(line), columns - LABEL_COLUMNS))
          .map((line, at) => theme.dim(fitted(at === 0 ? label : "", LABEL_COLUMNS)) + look(line));
  if (finding.kind === "blocked") {
    return within(height, columns, [said("because", finding.reason), said("cases", finding.ids.join(" "))]);
  }
  const { title, level, requirements, expected, actual, reason, rerun } = finding.result;
  return within(height, columns, [
    said(level.toUpperCase(), `${title} (${requirements.join(", ")})`, theme.bold),
    said("expected", expected),
    said("actual", actual, theme.bad),
    said("because", reason),
    said("rerun", rerun, theme.accent),
  ]);
}

/** Parts of at most so many lines together; the longest give way first, and say so by `…`. */
function within(height: number, columns: number, parts: readonly string[][]): string[] {
  const sizes = parts.map(({ length }) => length);
  for (let over = sizes.reduce((sum, size) => sum + size, 0) - height; over > 0; over--) {
    const longest = sizes.indexOf(Math.max(...sizes));
    if ((sizes[longest] ?? 0) <= 1) break;
    sizes[longest] = (sizes[longest] ?? 0) - 1;
  }
  return parts
    .flatMap((lines, at) => {
      const shown = lines.slice(0, sizes[at]);
      const last = shown.at(-1);
      return last === undefined || shown.length === lines.length
        ? shown
        : [...shown.slice(0, -1), cut(`${last}…`, columns)];
    })
    .slice(0, height);
}

type WireEntry = ConformView["wire"][number];

const arrows = { opened: "opened", sent: "->", received: "<-", closed: "closed" } as const;

const timeColumn: TableColumn<WireEntry> = {
  title: "time",
  width: 9,
  align: "right",
  text: ({ atMs }) => `${(atMs / 1000).toFixed(3)} s`,
};

const eventColumn: TableColumn<WireEntry> = {
  title: "",
  width: 6,
  text: ({ event }) => arrows[event],
  style: ({ event }, theme) => (event === "closed" ? theme.warn : theme.dim),
};

/** Who talks, and with which device. */
function connectionColumn(width: number): TableColumn<WireEntry> {
  const columns = width < WIDE_COLUMNS ? CONNECTION_COLUMNS : CONNECTION_COLUMNS_WIDE;
  return {
    title: "connection",
    width: columns,
    text: ({ connection }) => cutInside(printable(connection), columns),
    fromWidth: 54,
  };
}

/** Commands have what room there is: what they say is beneath, with the PDU. */
const narrowWireColumns = (width: number): readonly TableColumn<WireEntry>[] => [
  timeColumn,
  connectionColumn(width),
  eventColumn,
  {
    title: "command",
    width: "rest",
    text: ({ hex, command, text }) => (hex === null ? printable(text) : (command?.slice(4) ?? "bytes")),
    style: ({ hex }, theme) => (hex === null ? theme.dim : theme.accent),
  },
];

const wideWireColumns = (width: number): readonly TableColumn<WireEntry>[] => [
  timeColumn,
  connectionColumn(width),
  eventColumn,
  {
    title: "command",
    width: width < WIDE_COLUMNS ? COMMAND_COLUMNS : COMMAND_COLUMNS_WIDE,
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

function wireColumns(width: number): readonly TableColumn<WireEntry>[] {
  return width < TEXT_FROM_COLUMNS ? narrowWireColumns(width) : wideWireColumns(width);
}

type Place = Pick<TableOptions<WireEntry>, "width" | "height" | "theme">;

/** What went over the case's connections, the selected entry among it. */
export function wireLines({ wire, wireAt, opened }: ConformView, place: Place): string[] {
  return tableLines({
    ...place,
    columns: wireColumns(place.width),
    rows: wire.length,
    rowAt: (at) => wire[at] as WireEntry,
    ...(wire.length === 0 ? {} : { selected: wireAt }),
    isFocused: true,
    empty: opened?.kind === "case" ? "nothing went over the wire" : "none of them ran",
  });
}

/** The selected finding while keys go to the list: what it is about, and the end of its wire log. */
export function previewLines(
  view: ConformView,
  finding: Finding,
  columns: number,
  height: number,
  theme: Theme,
): string[] {
  const evidence = evidenceLines(finding, columns, height, theme);
  const wire = view.wireOf(finding);
  // A blank line, a heading, and the entries.
  const rows = Math.min(wire.length, height - evidence.length - 2);
  if (rows <= 0) return evidence;
  const table = tableLines({
    columns: wireColumns(columns),
    rows,
    rowAt: (at) => wire[wire.length - rows + at] as WireEntry,
    width: columns,
    height: rows + 1,
    theme,
  });
  return [...evidence, "", ...table];
}

/** Beside bytes fields have so many columns at least; otherwise they stand alone. */
const FIELD_COLUMNS_MIN = 20;

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
  if (fieldColumns < FIELD_COLUMNS_MIN) return fields;
  return Array.from(
    { length: Math.min(height, Math.max(hex.length, fields.length)) },
    (_, row) => `${fitted(fields[row] ?? "", fieldColumns)} ${hex[row] ?? ""}`,
  );
}
