import { looksLikePdu } from "./chunk-content.js";
import type { Finding } from "./input-shape.js";
import type { SourceText } from "./source-text.js";

// 16 bytes, a PDU's header, take 22 digits.
const blob = /(?<![A-Za-z0-9+/_-])(?:[A-Za-z0-9+/]{12,}|[A-Za-z0-9_-]{12,})(={0,2})(?![A-Za-z0-9+/_=-])/g;
const wrappedLine = /^\s*[A-Za-z0-9+/_-]{40,}\s*$/;
const lastLine = /^\s*[A-Za-z0-9+/_-]{1,}={0,2}\s*$/;

/** Base64 and its URL-safe variant, in prose or wrapped at any width from 40 digits. */
export function findBase64(source: SourceText): Finding[] {
  return [...wrapped(source), ...broken(source), ...inLines(source)];
}

/** Lines of any widths, when what they say together is a PDU: wrapped twice, or in a narrow window. */
function* broken({ lines }: SourceText): Generator<Finding> {
  for (let at = 0; at < lines.length; at++) {
    const first = lines[at];
    if (first === undefined || !lastLine.test(first.text)) continue;
    const joined = [first];
    while (lastLine.test(lines[at + 1]?.text ?? "") && !joined.at(-1)?.text.includes("="))
      joined.push(lines[++at] ?? first);
    if (joined.length === 1) continue;
    const last = joined.at(-1) ?? first;
    const finding = findingOf(
      joined.map(({ text }) => text.trim()).join(""),
      first.start,
      last.start + last.text.length,
    );
    if (finding?.content instanceof Buffer && looksLikePdu(finding.content)) yield finding;
  }
}

/** Lines of one width that hold nothing else, and a last one that is not longer. */
function* wrapped({ lines }: SourceText): Generator<Finding> {
  for (let at = 0; at < lines.length; at++) {
    const first = lines[at];
    if (first === undefined || !wrappedLine.test(first.text)) continue;
    const width = first.text.length;
    let next = at + 1;
    while (lines[next]?.text.length === width && wrappedLine.test(lines[next]?.text ?? "")) next++;
    const rest = lines[next];
    if (rest !== undefined && rest.text.length < width && lastLine.test(rest.text)) next++;
    const joined = lines.slice(at, next);
    const last = joined.at(-1) ?? first;
    if (joined.length > 1) {
      const digits = joined.map(({ text }) => text.trim()).join("");
      const finding = findingOf(digits, first.start, last.start + last.text.length);
      if (finding !== undefined) yield finding;
    }
    at = next - 1;
  }
}

/** A dump's column of characters may look like base64: messages are. */
const dumpColumns = /(?:[0-9a-f]{2,8}[ \t]{1,4}){4}[|>]?$/i;
const columnsLengthMax = 60;

function* inLines({ text }: SourceText): Generator<Finding> {
  for (const { 0: digits, index } of text.matchAll(blob)) {
    if (dumpColumns.test(text.slice(Math.max(0, index - columnsLengthMax), index))) continue;
    const finding = findingOf(digits, index, index + digits.length);
    if (finding !== undefined) yield finding;
  }
}

function findingOf(digits: string, start: number, end: number): Finding | undefined {
  const bare = digits.replace(/=+$/, "");
  if (bare.length % 4 === 1) return undefined;
  const content = Buffer.from(bare, "base64");
  const isCanonical = content.toString("base64url") === bare.replaceAll("+", "-").replaceAll("/", "_");
  if (!isCanonical || !(isMixed(bare) || looksLikePdu(content))) return undefined;
  const isPadded = digits.length > bare.length && digits.length % 4 === 0;
  return { shape: "base64", start, end, content, isDistinct: isPadded };
}

/** Long words and paths are of base64's alphabet too; bytes rarely give digits of one kind only. */
function isMixed(digits: string): boolean {
  return /[A-Z]/.test(digits) && /[a-z0-9+/_-]/.test(digits) && !/^[A-Z]?[a-z]+$/.test(digits);
}
