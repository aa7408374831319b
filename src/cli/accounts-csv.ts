/** A row of a CSV file of accounts; what the file does not say is left out. */
export interface CsvAccount {
  readonly name: string;
  readonly password?: string;
  readonly status?: number;
}

type Column = "name" | "password" | "status";

/** Headings as people write them. */
const columnsByHeading: ReadonlyMap<string, Column> = new Map([
  ["name", "name"],
  ["user", "name"],
  ["username", "name"],
  ["user_name", "name"],
  ["login", "name"],
  ["password", "password"],
  ["passwd", "password"],
  ["pass", "password"],
  ["pwd", "password"],
  ["status", "status"],
]);
const columnsWithoutHeading: readonly Column[] = ["name", "password"];

const byteOrderMark = /^\ufeff/;
const separators = /[,;\t]/;

interface CsvLine {
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

/**
 * Lines `name,password`, under a heading or without one. A heading says the order of the columns and, by what stands between
 * them (a comma, a semicolon, a tab), how they are separated. The last column of a line is all that is left of it; a cell in
 * double quotes may hold anything but a line break, and quotes doubled. Empty lines and those that begin with # say nothing.
 * @throws Error which line is wrong, and how
 */
export function readAccountsCsv(text: string): CsvAccount[] {
  const lines = text
    .replace(byteOrderMark, "")
    .split(/\r?\n|\r/)
    .map((line, index): CsvLine => ({ number: index + 1, text: line }))
    .filter((line) => line.text.trim() !== "" && !line.text.startsWith("#"));
  const [first] = lines;
  if (first === undefined) return [];
  const headings = headingsOf(first.text);
  if (headings === undefined) {
    refuseOtherSeparator(first);
    return lines.map((line) => accountOf(line, columnsWithoutHeading, ","));
  }
  const columns = columnsOf(headings);
  const separator = separators.exec(first.text)?.[0] ?? ",";
  return lines.slice(1).map((line) => accountOf(line, columns, separator));
}

/** The texts of a heading; `undefined` when the line is an account. */
function headingsOf(line: string): string[] | undefined {
  const headings = line.split(separators).map((cell) =>
    cell
      .trim()
      .replace(/^"(.*)"$/, "$1")
      .toLowerCase(),
  );
  const columns = headings.map((heading) => columnsByHeading.get(heading));
  const isHeading = headings[0] === "name" || (columns.includes("name") && columns.includes("password"));
  return isHeading ? headings : undefined;
}

function columnsOf(headings: readonly string[]): Column[] {
  const columns: Column[] = [];
  for (const heading of headings) {
    const column = columnsByHeading.get(heading);
    if (column === undefined)
      throw new Error(`column "${heading}" means nothing here; there are name, password, status`);
    if (columns.includes(column)) throw new Error(`column "${heading}": there is another one for the ${column}`);
    columns.push(column);
  }
  return columns;
}

/** A name with the password in it would be refused by the server, as if the server were wrong. */
function refuseOtherSeparator({ number, text }: CsvLine): void {
  const [, separator] = /^[^,;\t]*([;\t])[^,]*$/.exec(text) ?? [];
  if (separator === undefined) return;
  const heading = `name${separator}password`;
  throw new Error(
    `line ${number}: a comma is expected between name and password, or a first line ${JSON.stringify(heading)}`,
  );
}

function accountOf(line: CsvLine, columns: readonly Column[], separator: string): CsvAccount {
  const cells = cellsOf(line, columns.length, separator);
  const cellOf = (column: Column) => cells[columns.indexOf(column)];
  const [name = "", password, status] = [cellOf("name"), cellOf("password"), cellOf("status")];
  return {
    name,
    ...(password === undefined ? {} : { password }),
    ...(status === undefined || status === "" ? {} : { status: statusOf(line, status) }),
  };
}

function statusOf({ number }: CsvLine, cell: string): number {
  if (!/^\d+$/.test(cell)) throw new Error(`line ${number}: the status must be a number, not "${cell}"`);
  return Number(cell);
}

/** At most so many cells; the last one has what is left. */
function cellsOf(line: CsvLine, count: number, separator: string): string[] {
  const cells: string[] = [];
  for (let at = 0; at <= line.text.length; ) {
    const isLast = cells.length === count - 1;
    const [cell, end] = cellAt(line, at, isLast ? undefined : separator);
    cells.push(cell);
    if (cells.length === count) return cells;
    at = end + 1;
  }
  return cells;
}

/** The cell, and where the separator behind it stands. */
function cellAt(line: CsvLine, at: number, separator: string | undefined): [cell: string, end: number] {
  const { text, number } = line;
  const found = separator === undefined ? -1 : text.indexOf(separator, at);
  const end = found < 0 ? text.length : found;
  const quoted = /^[^\S\t]*"((?:[^"]|"")*)("?)[^\S\t]*/.exec(text.slice(at));
  if (quoted === null) return [text.slice(at, end).trim(), end];
  const [match, content = "", closing] = quoted;
  if (closing === "") throw new Error(`line ${number}: a double quote is not closed`);
  const after = at + match.length;
  if (after < text.length && (separator === undefined || !text.startsWith(separator, after)))
    throw new Error(`line ${number}: "${text.slice(after, after + 20)}" stands behind a closing quote`);
  return [content.replaceAll('""', '"'), after];
}

/** The cell of a file that `readAccountsCsv` reads. A line break cannot stand in it. */
export function csvCell(text: string): string {
  return /[",;\t]|^#|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
