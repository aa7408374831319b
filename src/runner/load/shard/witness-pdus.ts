import { WITNESS_PDU_MAX_BYTES, type WitnessPdu } from "../load-result.js";
import type { FarFault } from "./far-balance.js";
import { FAR_PDUS_KEPT } from "./far-evidence.js";
import type { LoadShard } from "./load-shard.js";

const RECEIVERS_MAX = 8;

interface Names {
  readonly nameOf: (device: number) => string;
  readonly serverOf: (device: number) => string;
}

export interface FarWitnessPdus {
  readonly pdus: readonly WitnessPdu[];
  /** What is not there, and why; undefined = nothing is missing. */
  readonly lacks: string | undefined;
}

/** PDUs of a fault between shards, as far as the shards have kept them: the message, its ack, what came to whom. */
export class FarWitnessBook {
  readonly #sent = new Map<string, LoadShard["evidence"]["sent"][number]>();
  readonly #received = new Map<string, LoadShard["evidence"]["received"][number][]>();

  constructor(
    shards: readonly LoadShard[],
    private readonly names: Names,
  ) {
    for (const { evidence } of shards) {
      for (const sent of evidence.sent) this.#sent.set(keyOf(sent), sent);
      for (const received of evidence.received) {
        const key = keyOf(received);
        this.#received.set(key, [...(this.#received.get(key) ?? []), received]);
      }
    }
  }

  pdusOf(fault: FarFault): FarWitnessPdus {
    const sent = this.#sent.get(keyOf(fault));
    const received = [...(this.#received.get(keyOf(fault)) ?? [])];
    // First what came to the device that the fault is about.
    received.sort((one, other) => Number(other.device === fault.device) - Number(one.device === fault.device));
    const pdus = [
      ...this.#pdu("sent", fault.senderDevice, sent?.sent ?? null),
      ...this.#pdu("ack", fault.senderDevice, sent?.ack ?? null),
      ...received.slice(0, RECEIVERS_MAX).flatMap((each) => this.#pdu("received", each.device, each.received)),
    ];
    const hasArrived = fault.kind !== "lost";
    const isWhole =
      sent !== undefined &&
      (!hasArrived || received.some(({ device, received }) => device === fault.device && received !== null));
    const lacks = `of what goes between segments each keeps the last ${FAR_PDUS_KEPT} PDUs, `;
    return {
      pdus,
      lacks: isWhole ? undefined : `${lacks}${pdus.length === 0 ? "of which these are none" : "so some are not here"}`,
    };
  }

  #pdu(what: WitnessPdu["what"], device: number, hex: string | null): WitnessPdu[] {
    if (hex === null) return [];
    const { nameOf, serverOf } = this.names;
    const shown = hex.slice(0, WITNESS_PDU_MAX_BYTES * 2);
    return [{ what, device: nameOf(device), server: serverOf(device), length: hex.length / 2, hex: shown }];
  }
}

function keyOf({ senderDevice, serial }: { readonly senderDevice: number; readonly serial: number }): string {
  return `${senderDevice} ${serial}`;
}
