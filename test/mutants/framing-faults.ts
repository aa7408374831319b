import type { CommandId } from "../../src/codec/generated/commands.js";
import { HEADER_SIZE } from "../../src/codec/pdu-header.js";
import { commandById } from "../../src/codec/registry.js";
import type { PassingPdu } from "./passing-pdu.js";
import type { FaultyLine, WireFault } from "./wire-fault.js";

/** PDUs that the server ignores unless that holds. */
export function requiring(holds: (pdu: PassingPdu) => boolean): WireFault {
  return { received: (pdu) => (holds(pdu) ? undefined : []) };
}

export function onReceived(
  which: (pdu: PassingPdu) => boolean,
  act: (pdu: PassingPdu, line: FaultyLine) => void,
): WireFault {
  return {
    received(pdu, line) {
      if (!which(pdu)) return undefined;
      act(pdu, line);
      return [];
    },
  };
}

export function isUnknown({ commandId }: PassingPdu): boolean {
  return commandById(commandId) === undefined;
}

export function isUndecodable(pdu: PassingPdu): boolean {
  return !isUnknown(pdu) && pdu.body(pdu.commandId as CommandId) === undefined;
}

export function pdusOf(bytes: Buffer): Buffer[] {
  const pdus: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.length - at >= 4 ? bytes.readUInt32BE(at) : 0;
    const end = length >= HEADER_SIZE && at + length <= bytes.length ? at + length : bytes.length;
    pdus.push(bytes.subarray(at, end));
    at = end;
  }
  return pdus;
}

/** Of each read only the first PDU is handled. */
export const losingTheRest: WireFault = { read: (bytes) => Buffer.concat(pdusOf(bytes).slice(0, 1)) };

/** A PDU of length 0 is passed over. */
export const ignoringZeroLength: WireFault = {
  read: (bytes) => (bytes.length >= 4 && bytes.readUInt32BE(0) === 0 ? Buffer.alloc(0) : bytes),
};

/** Nothing on a connection is handled any more after a body that cannot be decoded. */
export function stalling(): WireFault {
  const stalled = new WeakSet<FaultyLine>();
  return {
    received(pdu, line) {
      if (isUndecodable(pdu)) stalled.add(line);
      return stalled.has(line) ? [] : undefined;
    },
  };
}

/** A PDU is lost when a read ends inside its header, or inside its body; the rest of it is skipped. */
export function losing(cut: "header" | "body"): WireFault {
  const isLost = (haveBytes: number) => haveBytes < HEADER_SIZE === (cut === "header");
  const begun = new WeakMap<FaultyLine, Buffer>();
  return {
    read(bytes, line) {
      const whole = Buffer.concat([begun.get(line) ?? Buffer.alloc(0), bytes]);
      const pdus = pdusOf(whole);
      const last = pdus.at(-1) as Buffer;
      const isWhole = last.length >= HEADER_SIZE && last.readUInt32BE(0) === last.length;
      const wasBegun = begun.has(line);
      if (isWhole) begun.delete(line);
      else begun.set(line, last);
      if (!isWhole) return Buffer.concat(pdus.slice(0, -1));
      return wasBegun && isLost(whole.length - bytes.length) ? Buffer.concat(pdus.slice(1)) : whole;
    },
  };
}
