interface ForeignFormat {
  readonly magic: Buffer;
  /** Where in the file the magic stands. */
  readonly at: number;
  /** What such a file is, and what makes something of it that can be read. */
  readonly advice: string;
}

const foreignFormats: readonly ForeignFormat[] = [
  { magic: Buffer.from("28b52ffd", "hex"), at: 0, advice: "is compressed with zstd; unpack it first (zstd -dc)" },
  { magic: Buffer.from("fd377a585a00", "hex"), at: 0, advice: "is compressed with xz; unpack it first (xz -dc)" },
  { magic: Buffer.from("BZh"), at: 0, advice: "is compressed with bzip2; unpack it first (bzip2 -dc)" },
  { magic: Buffer.from("04224d18", "hex"), at: 0, advice: "is compressed with lz4; unpack it first (lz4 -dc)" },
  { magic: Buffer.from("PK\x03\x04"), at: 0, advice: "is a zip archive; unpack it first (unzip -p)" },
  { magic: Buffer.from("7z\xbc\xaf\x27\x1c", "latin1"), at: 0, advice: "is a 7z archive; unpack it first (7z x -so)" },
  { magic: Buffer.from("ustar"), at: 257, advice: "is a tar archive; unpack it first (tar -xO -f)" },
  { magic: Buffer.from("snoop\0\0\0"), at: 0, advice: "is a snoop capture; convert it first (editcap -F pcapng)" },
  {
    magic: Buffer.from("GMBU"),
    at: 0,
    advice: "is a Network Monitor capture; convert it first (editcap -F pcapng)",
  },
];

/** What a file is that begins so and holds no bytes to be read as they are, and what to do about it. */
export function foreignFormatOf(head: Buffer): string | undefined {
  return foreignFormats.find(({ magic, at }) => head.subarray(at, at + magic.length).equals(magic))?.advice;
}
