/** Bytes from hand-written hex; blanks and `# comments` are left out. */
export function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(/#.*$/gm, "").replaceAll(/\s+/g, ""), "hex");
}
