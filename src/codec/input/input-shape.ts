import type { InputError } from "./input-error.js";

/** The shapes of text that bytes are read from, by the names that `--input` takes. */
export const inputShapes = {
  hex: "hex digits without spaces, on one line or many (xxd -p, Wireshark's hex stream)",
  "spaced-hex": "hex in groups: `00 00 00 10`, `0000 0010`, `00:00:00:10`, `<Buffer 00 00 …>`",
  xxd: "xxd, radare2's px, objdump -s: `00000000: 0000 0010 …  ....`",
  "hexdump-c": "hexdump -C, hd, Netty: `00000000  00 00 00 10 …  |....|`",
  hexdump: "hexdump, od -x: `0000000 0000 1000 …`, 16-bit words in the machine's byte order",
  od: "od with any -t and -A: `000000 00 00 00 10 …  >....<`; rows of decimal or octal bytes without offsets",
  tcpdump: "tcpdump -X or -XX: `0x0000:  4500 0044 …  E..D`",
  tshark:
    "tshark -x, Wireshark's hex dump, Follow TCP stream as hex dump: `0000  00 00 00 10 …   ....`; -T json, ek and pdml",
  gdb: "gdb's x with any format: `0x4010 <buf>:  0x00  0x00 …`",
  windbg: "WinDbg's db: `00000000`0012ff40  00 00 …-01 0d …  ....`",
  "byte-list": "lists of bytes of any language: `{0x00, 0x10}`, `[]byte{0, 16}`, `[0, 16, -1]`, xxd -i",
  "escaped-string": 'strings with escapes: `"\\x00\\x10"`, `b\'\\x00\\x10\'`, `"\\000\\020"`, `"\\u0000\\u0010"`',
  base64: "base64, also URL-safe or wrapped",
} as const satisfies Record<string, string>;

export type InputShape = keyof typeof inputShapes;

/** Part of a text: `text[start, end)`. */
export interface TextSpan {
  readonly start: number;
  readonly end: number;
}

/** Part of a text that can be read as bytes, or that fails as such. */
export interface Finding {
  readonly shape: InputShape;
  /** It is `text[start, end)`. */
  readonly start: number;
  readonly end: number;
  /** Its lines, where those of another finding may stand between them; sorted, from `start` to `end`. */
  readonly lines?: readonly TextSpan[];
  readonly content: Buffer | InputError;
  /** Whether the shape is hardly mistaken for prose; else it only counts when its bytes look right, or nothing else does. */
  readonly isDistinct: boolean;
}
