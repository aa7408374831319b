/** A screen as `tmux capture-pane -e` tells it, as an SVG that looks the same with any font: lines, blocks and dots are drawn. */

import stringWidth from "string-width";

interface Look {
  readonly colour: number | undefined;
  readonly background: number | undefined;
  readonly isBold: boolean;
  readonly isDim: boolean;
  readonly isReversed: boolean;
}

interface Cell extends Look {
  readonly text: string;
  readonly width: number;
}

const plain: Look = { colour: undefined, background: undefined, isBold: false, isDim: false, isReversed: false };
const palette = ["#010409", "#ff7b72", "#56d364", "#e3b341", "#79c0ff", "#d2a8ff", "#56d4dd", "#d0d7de"] as const;
const FOREGROUND = "#d0d7de";
const BACKGROUND = "#0d1117";
const DIM_OPACITY = 0.6;
const [CELL_WIDTH, CELL_HEIGHT, MARGIN] = [8.4, 18, 12];

export function terminalSvg(screen: string, columns: number, rows: number): string {
  const lines = screen.split("\n").slice(0, rows);
  let look = plain;
  const drawn = lines.flatMap((line, row) => {
    const read = cellsOf(line, look);
    look = read.look;
    return drawnLine(read.cells, row);
  });
  const width = (columns * CELL_WIDTH + 2 * MARGIN).toFixed(0);
  const height = (rows * CELL_HEIGHT + 2 * MARGIN).toFixed(0);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14">`,
    `<rect width="100%" height="100%" rx="8" fill="${BACKGROUND}"/>`,
    `<g transform="translate(${MARGIN} ${MARGIN})">`,
    ...drawn,
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

function cellsOf(line: string, before: Look): { readonly cells: readonly Cell[]; readonly look: Look } {
  let look = before;
  const cells: Cell[] = [];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape codes are what this reads
  for (const [part, codes] of line.matchAll(/\u001b\[([\d;]*)m|\u000e|\u000f|[^\u001b]/gu)) {
    if (codes !== undefined) look = styled(look, codes);
    else if (part >= " ") cells.push({ ...look, text: part, width: stringWidth(part) });
  }
  return { cells, look };
}

function styled(before: Look, codes: string): Look {
  let look = before;
  for (const code of codes.split(";").map(Number)) look = withCode(look, code);
  return look;
}

function withCode(look: Look, code: number): Look {
  if (code === 0) return plain;
  if (code === 1) return { ...look, isBold: true };
  if (code === 2) return { ...look, isDim: true };
  if (code === 22) return { ...look, isBold: false, isDim: false };
  if (code === 7 || code === 27) return { ...look, isReversed: code === 7 };
  if (code >= 30 && code <= 37) return { ...look, colour: code - 30 };
  if (code === 39) return { ...look, colour: undefined };
  if (code >= 40 && code <= 47) return { ...look, background: code - 40 };
  return code === 49 ? { ...look, background: undefined } : look;
}

/** Runs of one look, each with its background, its drawn characters as one path and its text. */
function drawnLine(cells: readonly Cell[], row: number): string[] {
  const y = row * CELL_HEIGHT;
  const out: string[] = [];
  let column = 0;
  for (let at = 0; at < cells.length; ) {
    const first = cells[at] as Cell;
    let end = at;
    while (end < cells.length && isSameLook(cells[end] as Cell, first)) end++;
    out.push(...drawnRun(cells.slice(at, end), column, y));
    column += cells.slice(at, end).reduce((sum, { width }) => sum + width, 0);
    at = end;
  }
  return out;
}

function isSameLook(one: Cell, other: Cell): boolean {
  return (["colour", "background", "isBold", "isDim", "isReversed"] as const).every((key) => one[key] === other[key]);
}

function drawnRun(cells: readonly Cell[], column: number, y: number): string[] {
  const { isReversed, isDim, isBold, ...look } = cells[0] as Cell;
  const front = look.colour === undefined ? FOREGROUND : (palette[look.colour] ?? FOREGROUND);
  const back = look.background === undefined ? BACKGROUND : (palette[look.background] ?? BACKGROUND);
  const [fill, behind] = isReversed ? [back, front] : [front, back];
  const opacity = isDim ? ` opacity="${DIM_OPACITY}"` : "";
  const out: string[] = [];
  const width = cells.reduce((sum, cell) => sum + cell.width, 0);
  if (behind !== BACKGROUND)
    out.push(`<path d="${box(column * CELL_WIDTH, y, width * CELL_WIDTH, CELL_HEIGHT)}" fill="${behind}"/>`);
  let path = "";
  let place = column;
  let word = "";
  let wordAt = column;
  const endWord = () => {
    if (word.trim() !== "")
      out.push(textAt(word, wordAt, y, `fill="${fill}"${isBold ? ' font-weight="bold"' : ""}${opacity}`));
    word = "";
  };
  for (const cell of cells) {
    const shape = shapeOf(cell.text, place * CELL_WIDTH, y);
    if (shape !== undefined) path += shape;
    if (shape !== undefined || cell.text === " ") endWord();
    else {
      if (word === "") wordAt = place;
      word += cell.text;
    }
    place += cell.width;
  }
  endWord();
  if (path !== "") out.push(`<path d="${path}" fill="${fill}"${opacity}/>`);
  return out;
}

function textAt(text: string, column: number, y: number, attributes: string): string {
  const columns = [...text].reduce((sum, character) => sum + stringWidth(character), 0);
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const length = (columns * CELL_WIDTH).toFixed(1);
  return `<text x="${(column * CELL_WIDTH).toFixed(1)}" y="${y + 13}" textLength="${length}" lengthAdjust="spacingAndGlyphs" ${attributes}>${escaped}</text>`;
}

function box(x: number, y: number, width: number, height: number): string {
  return `M${x.toFixed(2)} ${y.toFixed(2)}h${width.toFixed(2)}v${height.toFixed(2)}h${(-width).toFixed(2)}z`;
}

/** Which halves of a cell's cross a line takes: left, right, up, down. */
const crosses: Readonly<Record<string, string>> = {
  "─": "lr",
  "│": "ud",
  "╭": "rd",
  "╮": "ld",
  "╰": "ru",
  "╯": "lu",
  "├": "udr",
  "┤": "udl",
  "┬": "lrd",
  "┴": "lru",
  "┃": "ud",
};
const eighthsAcross = " ▏▎▍▌▋▊▉█";
const eighthsUp = " ▁▂▃▄▅▆▇█";
const brailleBits = [0x01, 0x02, 0x04, 0x40, 0x08, 0x10, 0x20, 0x80];
const BRAILLE = 0x2800;
const LINE = 1.2;

/** The path of a character that is drawn; `undefined` for one that is written. */
function shapeOf(character: string, x: number, y: number): string | undefined {
  const cross = crosses[character];
  if (cross !== undefined) return crossPath(cross, x, y, character === "┃" ? 2.4 : LINE);
  const code = character.codePointAt(0) ?? 0;
  if (code > BRAILLE && code < BRAILLE + 256) return braillePath(code - BRAILLE, x, y);
  if (character === "░") return box(x, y + CELL_HEIGHT / 2 - 0.75, CELL_WIDTH, 1.5);
  const across = eighthsAcross.indexOf(character);
  if (across > 0) return box(x, y + 3, (CELL_WIDTH * across) / 8, CELL_HEIGHT - 6);
  const up = eighthsUp.indexOf(character);
  const height = ((CELL_HEIGHT - 4) * up) / 8;
  return up > 0 ? box(x + 0.4, y + CELL_HEIGHT - 2 - height, CELL_WIDTH - 0.8, height) : undefined;
}

function crossPath(halves: string, x: number, y: number, line: number): string {
  const [middleX, middleY] = [x + CELL_WIDTH / 2 - line / 2, y + CELL_HEIGHT / 2 - line / 2];
  const across = CELL_WIDTH / 2 + line / 2;
  const down = CELL_HEIGHT / 2 + line / 2;
  const paths: Readonly<Record<string, string>> = {
    l: box(x, middleY, across, line),
    r: box(middleX, middleY, across, line),
    u: box(middleX, y, line, down),
    d: box(middleX, middleY, line, down),
  };
  return [...halves].map((half) => paths[half] ?? "").join("");
}

function braillePath(bits: number, x: number, y: number): string {
  return brailleBits
    .map((bit, at) => {
      if ((bits & bit) === 0) return "";
      const [column, row] = [Math.floor(at / 4), at % 4];
      return box(x + ((column + 0.5) * CELL_WIDTH) / 2 - 1, y + ((row + 0.5) * CELL_HEIGHT) / 4 - 1, 2, 2);
    })
    .join("");
}
