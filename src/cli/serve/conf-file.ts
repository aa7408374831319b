/** One `key=value` of an original server's configuration file. */
export interface ConfEntry {
  readonly key: string;
  readonly value: string;
  /** 1 for the first. */
  readonly line: number;
}

/**
 * Reads a configuration file of the original servers: `key=value` lines, blanks around both trimmed, `#` starts a comment
 * anywhere in a line. Lines that are neither empty nor `key=value` are left out and named in `odd`.
 */
export function parseConf(text: string): { readonly entries: ConfEntry[]; readonly odd: number[] } {
  const entries: ConfEntry[] = [];
  const odd: number[] = [];
  for (const [index, whole] of text.split(/\r\n|\r|\n/).entries()) {
    const meant = whole.split("#")[0]?.trim() ?? "";
    if (meant === "") continue;
    const at = meant.indexOf("=");
    if (at <= 0) odd.push(index + 1);
    else entries.push({ key: meant.slice(0, at).trim(), value: meant.slice(at + 1).trim(), line: index + 1 });
  }
  return { entries, odd };
}
