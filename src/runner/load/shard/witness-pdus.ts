import { type DeliveryWitness, WITNESS_PDU_MAX_BYTES, type WitnessPdu } from "../load-result.js";
import type { FarFault } from "./far-balance.js";
import { FAR_PDUS_KEPT, SUSPECTS_KEPT } from "./far-evidence.js";
import type { LoadShard } from "./load-shard.js";

const RECEIVERS_MAX = 8;
/** Whose they are stands before it. */
const NO_LONGER_HELD =
  `PDUs are no longer held: of what goes between segments each keeps the last ${FAR_PDUS_KEPT} each way, ` +
  `and ${SUSPECTS_KEPT} that looked wrong when they came`;

interface Names {
  readonly nameOf: (device: number) => string;
  readonly userOf: (device: number) => number;
  readonly userNameOf: (user: number) => string | undefined;
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
        const others = this.#received.get(key) ?? [];
        // A delivery that looked wrong may be among the last ones, too.
        if (!others.some(({ device }) => device === received.device)) this.#received.set(key, [...others, received]);
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
    return { pdus, lacks: isWhole ? undefined : `${pdus.length === 0 ? "its" : "some of its"} ${NO_LONGER_HELD}` };
  }

  /**
   * The rest of what the recipient's shard has seen wrong by itself: it has what came then, the sender's shard has the message
   * and its ack, and what came twice came a first time.
   */
  pdusBeside({ kind, message, from, device }: DeliveryWitness): FarWitnessPdus {
    const { userOf, userNameOf, nameOf } = this.names;
    const sender = from.slice(0, from.lastIndexOf("/"));
    const isOf = (each: { readonly senderDevice: number; readonly serial: number }) =>
      each.serial === message && userNameOf(userOf(each.senderDevice)) === sender;
    const sent = [...this.#sent.values()].find(isOf);
    const first = kind !== "duplicated" ? undefined : this.#firstOf(isOf, (each) => nameOf(each.device) === device);
    const pdus = [
      ...this.#pdu("sent", sent?.senderDevice ?? 0, sent?.sent ?? null),
      ...this.#pdu("ack", sent?.senderDevice ?? 0, sent?.ack ?? null),
      ...this.#pdu("received", first?.device ?? 0, first?.received ?? null),
    ];
    const lacks = [
      ...(typeof sent?.sent === "string" && sent.ack !== null ? [] : [`the sender's ${NO_LONGER_HELD}`]),
      ...(kind !== "duplicated" || first?.received !== undefined ? [] : [`the first one's ${NO_LONGER_HELD}`]),
    ];
    return { pdus, lacks: lacks.length === 0 ? undefined : lacks.join("; ") };
  }

  #firstOf(...holds: readonly ((each: LoadShard["evidence"]["received"][number]) => boolean)[]) {
    return [...this.#received.values()].flat().find((each) => holds.every((hold) => hold(each)));
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
