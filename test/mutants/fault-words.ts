import type { CommandBody, CommandId } from "../../src/codec/generated/commands.js";
import type { PduHeader } from "../../src/codec/pdu-header.js";
import type { PassingPdu } from "./passing-pdu.js";
import type { FaultyLine, InPlace, WireFault } from "./wire-fault.js";

/** What becomes of a body: another one, nothing at all, several PDUs; `undefined` leaves it as it is. */
type Rewrite<C extends CommandId> = (
  body: CommandBody[C],
  line: FaultyLine,
  pdu: PassingPdu,
) => CommandBody[C] | "nothing" | readonly Buffer[] | undefined;

type Way = "sent" | "received";

function rewriting<C extends CommandId>(way: Way, commandId: C, rewrite: Rewrite<C>): WireFault {
  return {
    [way]: (pdu: PassingPdu, line: FaultyLine): InPlace => {
      if (pdu.commandId !== commandId) return undefined;
      const body = pdu.body(commandId);
      if (body === undefined) return undefined;
      const result = rewrite(body, line, pdu);
      if (result === undefined) return undefined;
      if (result === "nothing") return [];
      return Array.isArray(result) ? result : [pdu.with(commandId, result as CommandBody[C])];
    },
  };
}

/** Of every PDU of a command that the server sends. */
export function sends<C extends CommandId>(commandId: C, rewrite: Rewrite<C>): WireFault {
  return rewriting("sent", commandId, rewrite);
}

/** Of every PDU of a command that comes to the server. */
export function takes<C extends CommandId>(commandId: C, rewrite: Rewrite<C>): WireFault {
  return rewriting("received", commandId, rewrite);
}

/** A command that the server never sends, or not where that holds. */
export function neverSends<C extends CommandId>(
  commandId: C,
  where: (body: CommandBody[C], line: FaultyLine) => boolean = () => true,
): WireFault {
  return sends(commandId, (body, line) => (where(body, line) ? "nothing" : undefined));
}

/** A command that the server ignores, or where that holds. */
export function ignores<C extends CommandId>(
  commandId: C,
  where: (body: CommandBody[C], line: FaultyLine, pdu: PassingPdu) => boolean = () => true,
): WireFault {
  return takes(commandId, (body, line, pdu) => (where(body, line, pdu) ? "nothing" : undefined));
}

export function sendsTwice(commandId: CommandId): WireFault {
  return { sent: (pdu) => (pdu.commandId === commandId ? [pdu.bytes, pdu.bytes] : undefined) };
}

/** A command that others are told, too: the connections where that holds. */
export function alsoTells<C extends CommandId>(
  commandId: C,
  isTold: (other: FaultyLine, line: FaultyLine, body: CommandBody[C]) => boolean,
): WireFault {
  return sends(commandId, (body, line, pdu) => {
    for (const other of line.all) if (other !== line && isTold(other, line, body)) other.toClient(pdu.bytes);
    return undefined;
  });
}

/** Headers of what the server sends. */
export function sendsHeader(rewrite: (header: PduHeader) => Partial<PduHeader> | undefined): WireFault {
  return {
    sent(pdu) {
      const changed = rewrite(pdu.header);
      return changed === undefined ? undefined : [pdu.withHeader(changed)];
    },
  };
}

/** Several faults that make one: the first that does something to a PDU wins. */
export function together(...faults: readonly WireFault[]): WireFault {
  return {
    received: (pdu, line) => first(faults, (fault) => fault.received?.(pdu, line)),
    sent: (pdu, line) => first(faults, (fault) => fault.sent?.(pdu, line)),
    read: (bytes, line) => faults.reduce((left, fault) => fault.read?.(left, line) ?? left, bytes),
    written: (bytes) => faults.reduce((left, fault) => fault.written?.(left) ?? left, bytes),
    staysOpen: (line) => faults.some((fault) => fault.staysOpen?.(line)),
    missesClose: (line) => faults.some((fault) => fault.missesClose?.(line)),
    opened: (line) => {
      for (const fault of faults) fault.opened?.(line);
    },
  };
}

function first(faults: readonly WireFault[], ask: (fault: WireFault) => InPlace): InPlace {
  for (const fault of faults) {
    const inPlace = ask(fault);
    if (inPlace !== undefined) return inPlace;
  }
  return undefined;
}
