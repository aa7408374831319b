/** The columns of bytes that a dump prints, each read as its numbers say; `undefined` when one is no byte. */

export function decimal(columns: string): Buffer | undefined {
  const values = columns.trim().split(/\s+/).map(Number);
  return values.every((value) => value >= -128 && value <= 255) ? Buffer.from(values) : undefined;
}

export function octal(columns: string): Buffer | undefined {
  const values = columns
    .trim()
    .split(/\s+/)
    .map((digits) => Number.parseInt(digits, 8));
  return values.every((value) => value <= 0xff) ? Buffer.from(values) : undefined;
}

/** od's words of 16 bits, as big-endian bytes. */
export function octalWords(columns: string): Buffer | undefined {
  const values = columns
    .trim()
    .split(/\s+/)
    .map((digits) => Number.parseInt(digits, 8));
  return fromHex(values.map((value) => value.toString(16).padStart(4, "0")).join(""));
}

/** Words of `size` bytes, perhaps negative and with one for each `width` characters, as big-endian bytes. */
export function decimalWords(size: 2 | 4, width?: number): (columns: string) => Buffer | undefined {
  const limit = 2 ** (8 * size);
  return (columns) => {
    if (width !== undefined && columns.trimEnd().length % width !== 0) return undefined;
    const values = columns.trim().split(/\s+/).map(Number);
    if (!values.every((value) => value < limit && value >= -limit / 2)) return undefined;
    return fromHex(
      values.map((value) => (value < 0 ? value + limit : value).toString(16).padStart(2 * size, "0")).join(""),
    );
  };
}

const namedCharacters: Readonly<Record<string, number>> = {
  "\\0": 0x00,
  "\\a": 0x07,
  "\\b": 0x08,
  "\\t": 0x09,
  "\\n": 0x0a,
  "\\v": 0x0b,
  "\\f": 0x0c,
  "\\r": 0x0d,
};

/** `od -c`: four columns for each byte. */
export function characters(columns: string): Buffer | undefined {
  const bytes: number[] = [];
  for (let at = 0; at < columns.length; at += 4) {
    const cell = columns.slice(at + 1, at + 4);
    const value = /^\d/.test(cell) ? Number.parseInt(cell, 8) : (namedCharacters[cell.trim()] ?? cell.charCodeAt(2));
    if (!(value <= 0xff)) return undefined;
    bytes.push(value);
  }
  return Buffer.from(bytes);
}

export function fromHex(digits: string): Buffer | undefined {
  if (digits.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(digits)) return undefined;
  return Buffer.from(digits, "hex");
}
