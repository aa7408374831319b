/** What the protocol adds to a statement, and some. */
const OVERHEAD_BYTES = 64;

/** What a server takes. */
export interface MysqlLimits {
  /** Its max_allowed_packet. */
  packetBytesMax: number;
}

/** A statement in three: with as many parts in the middle as there may be. */
export interface StatementFrame {
  /** What a part is, for an error. */
  readonly each: string;
  readonly before: string;
  readonly between: string;
  readonly after: string;
}

/** Not sent, because the server would not take it. */
export class StatementTooLargeError extends Error {
  override readonly name = "StatementTooLargeError";
}

/** As few statements as hold all parts in their order. @throws StatementTooLargeError for a part that does not fit alone */
export function statementsOf(
  { each, before, between, after }: StatementFrame,
  parts: readonly string[],
  partsMax: number,
  { packetBytesMax }: MysqlLimits,
): string[] {
  const frameBytes = OVERHEAD_BYTES + Buffer.byteLength(before) + Buffer.byteLength(after);
  const statements: string[] = [];
  let some: string[] = [];
  let bytes = frameBytes;
  const finish = () => {
    if (some.length > 0) statements.push(before + some.join(between) + after);
    some = [];
    bytes = frameBytes;
  };
  for (const part of parts) {
    const partBytes = Buffer.byteLength(part) + between.length;
    if (some.length === partsMax || bytes + partBytes > packetBytesMax) finish();
    if (bytes + partBytes > packetBytesMax) {
      const taken = `the server takes ${packetBytesMax} (max_allowed_packet)`;
      throw new StatementTooLargeError(`${each} needs a statement of ${bytes + partBytes} bytes, and ${taken}`);
    }
    some.push(part);
    bytes += partBytes;
  }
  finish();
  return statements;
}
