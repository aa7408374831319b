import { withoutLinePrefixes } from "./line-prefixes.js";
import type { RewrittenText } from "./rewritten-text.js";

const oddBlanks = /[\u00a0\u2007\u202f\u200b\ufeff]/g;
const curlyQuotes = /[\u2018\u2019\u201a\u201c\u201d\u201e]/g;
const frames = /[\u2500-\u257f]/g;
const hexylGap = "\u250a";
const lineTags = /<(?:br\s{0,3}\/?|\/(?:p|div|tr|li|pre|h\d))>/gi;
const otherTags =
  /<(\/?)(pre|code|p|div|span|tt|blockquote|table|tbody|tr|td|th|ul|ol|li|html|body|b|i|em|font|mark|strong)\b[^<>]{0,200}>/gi;
const inlineTag = /^<\/?(?:code|span|tt|b|i|em|font|mark|strong)\b/i;
const entities = /&(?:lt|gt|quot|apos|nbsp|amp|#39|#x27|#34|#160);/g;
const entityText: Readonly<Record<string, string>> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#34;": '"',
  "&apos;": "'",
  "&#39;": "'",
  "&#x27;": "'",
  "&nbsp;": " ",
  "&#160;": " ",
  "&amp;": "&",
};

/** The text without what a web page, a chat, a mail or a logger puts around, in front of and between what was pasted. */
export function withoutDress(pasted: RewrittenText, isBold = false): RewrittenText {
  const plain = pasted
    .replace(oddBlanks, () => " ")
    .replace(curlyQuotes, (quote) => (quote <= "\u201a" ? "'" : '"'))
    .replace(lineTags, () => "\n")
    .replace(otherTags, (tag) => (inlineTag.test(tag) ? "" : " "))
    .replace(entities, (entity) => entityText[entity] ?? entity)
    .replace(frames, (frame) => (frame === hexylGap ? "" : " "));
  return plain.replaceInPlace(withoutLinePrefixes(plain.text, isBold));
}

const base64LineBreak = /(?<=[A-Za-z0-9+/]{40})(?:\\r)?\\n(?=[A-Za-z0-9+/=])/g;
const escaped = /\\(?:r\\n|[nrt"'/\\])/g;
const escapedText: Readonly<Record<string, string>> = { "\\r\\n": "\n", "\\n": "\n", "\\r": "\n", "\\t": "\t" };

/** With the line breaks, tabs and quotes that a JSON log has as escapes; each string is on lines of its own. */
export function withoutEscapes(pasted: RewrittenText): RewrittenText {
  return pasted
    .replace(base64LineBreak, () => "")
    .replace(/"\s{0,3}:\s{0,3}"/g, () => '":\n')
    .replace(/(?<!\\)"(?=\s{0,3}[,}])/g, () => "\n")
    .replace(escaped, (match) => escapedText[match] ?? match.slice(1));
}

const wideSigns = /[\u3001\u3002\u3008-\u3011\uff01-\uff5e]/g;
const comma = "\u3001";
const wideToAscii = 0xfee0;
const signBeforePair = /(?<=[\u00a1-\uffff])(?=(?:0x)?[0-9a-f]{2}[\s,:-])/gi;
const signBehindPair = /(?<=[\s,:-](?:0x)?[0-9a-f]{2})(?=[\u00a1-\uffff])/gi;

/** With ASCII's commas, colons, brackets, digits and letters for the wide ones, and blanks where words and arrows touch bytes. */
export function withPlainSigns(pasted: RewrittenText): RewrittenText {
  return pasted
    .replace(wideSigns, (sign) => {
      if (sign >= "\uff01") return String.fromCharCode(sign.charCodeAt(0) - wideToAscii);
      return sign === comma ? "," : " ";
    })
    .replace(signBeforePair, () => " ")
    .replace(signBehindPair, () => " ");
}

const pairsInLine = /(?<![0-9a-z])(?:[0-9a-f]{2})+(?:[ \t]+(?:[0-9a-f]{2})+)*(?![0-9a-z])/gi;

/** With the longest row of pairs alone in each line: what says which field they are stands before or behind them. */
export function withoutRemarks(pasted: RewrittenText): RewrittenText {
  const lines = pasted.text.split("\n").map((line) => {
    const rows = Array.from(line.matchAll(pairsInLine), ({ 0: row, index }) => ({ row, index }));
    const longest = rows.reduce((best, each) => (each.row.length > best.row.length ? each : best), {
      row: "",
      index: 0,
    });
    return (" ".repeat(longest.index) + longest.row).padEnd(line.length);
  });
  return pasted.replaceInPlace(lines.join("\n"));
}

const wrapWidthMin = 40;
/** A lone `*` stands for lines: it is no rest of the one above. */
const lineBreakAndStar = /\r?\n(?:[ \t]{0,40}\*(?=[ \t]{0,40}\r?(?:\n|$)))?/g;

/** With lines joined that a terminal or a chat has wrapped: they are as long as the longest one. */
export function unwrapped(pasted: RewrittenText): RewrittenText {
  const lengths = pasted.text.split("\n").map((line) => line.replace(/\r$/, "").length);
  const width = lengths.reduce((longest, length) => Math.max(longest, length), 0);
  if (width < wrapWidthMin) return pasted;
  let line = 0;
  return pasted.replace(lineBreakAndStar, (match) => {
    const isFull = lengths[line++] === width;
    return isFull && !match.endsWith("*") ? "" : match;
  });
}
