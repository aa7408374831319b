export const pduFormats = ["hex", "binary", "base64", "c"] as const;
export type PduFormat = (typeof pduFormats)[number];

const C_BYTES_A_LINE = 12;

/** One PDU as people and programs take bytes; `number` counts PDUs from 1. */
export function pduText(pdu: Buffer, format: PduFormat, number: number): string | Buffer {
  if (format === "binary") return pdu;
  if (format === "base64") return `${pdu.toString("base64")}\n`;
  return format === "c" ? cArray(pdu, number) : `${pdu.toString("hex")}\n`;
}

function cArray(pdu: Buffer, number: number): string {
  const bytes = [...pdu].map((byte) => `0x${byte.toString(16).padStart(2, "0")}`);
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += C_BYTES_A_LINE) {
    lines.push(`  ${bytes.slice(at, at + C_BYTES_A_LINE).join(", ")},\n`);
  }
  return `static const unsigned char pdu${number}[${pdu.length}] = {\n${lines.join("")}};\n`;
}
