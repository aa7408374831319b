import type { DeviationId } from "../../src/server/deviations.js";
import type {
  ClientQuestion,
  ClientStatus,
  ClusterInspection,
  DeviationStatus,
  LinkStatus,
  RoleStatus,
} from "../../src/server/inspection.js";

const link = { isMaster: false, pdusIn: 0, pdusOut: 0, outboxBytes: 0 };

/** Two msg_servers, their route_server and login_server, with whatever a test makes of them; what is done to them is noted. */
export class FakeInspection implements ClusterInspection {
  readonly done: string[] = [];
  /** PDUs that have gone through so far. */
  pdus = 0;
  isCut = false;
  readonly on = new Set<DeviationId>();

  constructor(readonly clients: readonly ClientStatus[] = []) {}

  roles({ clientsMax, matching = "" }: ClientQuestion): readonly RoleStatus[] {
    const slowest = this.clients.filter(({ userName }) => userName.includes(matching)).slice(0, clientsMax);
    const devices = { windows: this.clients.length, mac: 0, ios: 1, android: 12_000 };
    const { pdus } = this;
    const from: LinkStatus = {
      ...link,
      id: "from b",
      direction: "from",
      peer: "msg",
      at: "127.0.0.1:41002",
      isOpen: true,
    };
    return [
      { role: "login", addresses: { clients: "127.0.0.1:8008" }, lacking: [], links: [], counters: { msgServers: 2 } },
      {
        role: "route",
        addresses: { servers: "127.0.0.1:8200" },
        lacking: [],
        // The second comes from a msg_server elsewhere.
        links: [from, { ...from, id: "from c", at: "10.0.0.7:50123", openForMs: 7_384_000, isMaster: true }],
        counters: { pdusIn: pdus, pdusOut: 2 * pdus, "pdusInBy.0x0301": pdus, "pdusOutBy.0x0301": 2 * pdus },
      },
      {
        role: "msg",
        addresses: { clients: "127.0.0.1:8000" },
        lacking: this.isCut ? ["route_server"] : [],
        links: [
          this.#toRoute(),
          {
            ...link,
            id: "to login 0",
            direction: "to",
            peer: "login",
            at: "10.0.0.5:8100",
            isOpen: true,
            openForMs: 61_000,
          },
        ],
        clients: { devices, slowest },
        counters: {
          pdusIn: pdus,
          pdusOut: 3 * pdus,
          "pdusInBy.0x0301": pdus,
          "pdusOutBy.0x0301": 3 * pdus,
          outboxBytes: 2_150_000,
          pendingRequests: 12,
          unconfirmedMessages: 1204,
          kicks: 3,
          connectionsNotReading: 1,
        },
      },
      { role: "msg", addresses: { clients: "127.0.0.1:8001" }, lacking: [], links: [], counters: {} },
    ];
  }

  deviations(): readonly DeviationStatus[] {
    return [
      { id: "FRM-06", roles: ["msg"], does: "buffers a PDU of any length", isOn: false, fixedBecause: "it is settled" },
      { id: "LGN-12", roles: ["msg"], does: "leaves a kicked connection open", isOn: this.on.has("LGN-12") },
    ];
  }

  kick(role: number, userId: number, clientType?: number): number {
    this.done.push(`kick ${role} ${userId} ${clientType ?? "all"}`);
    return role === 2 ? 1 : 0;
  }

  cutLink(role: number, id: string): boolean {
    this.done.push(`cut ${role} ${id}`);
    this.isCut = true;
    return true;
  }

  deviate(id: DeviationId, isOn: boolean): boolean {
    if (isOn) this.on.add(id);
    else this.on.delete(id);
    return true;
  }

  #toRoute(): LinkStatus {
    const named = { id: "to route 0", direction: "to", peer: "route", at: "127.0.0.1:8200" } as const;
    if (this.isCut) return { ...link, ...named, isOpen: false, redialInMs: 3200 };
    const { pdus } = this;
    return {
      ...link,
      ...named,
      local: "127.0.0.1:41002",
      isOpen: true,
      isMaster: true,
      openForMs: 61_000,
      pdusOut: pdus,
    };
  }
}

/** A connection as msg_server shows it. */
export function clientStatus(given: Partial<ClientStatus>): ClientStatus {
  return {
    userId: 7,
    userName: "user7",
    clientType: 0x01,
    peer: "127.0.0.1:50007",
    openForMs: 12_000,
    outboxBytes: 0,
    unconfirmed: 0,
    pdusIn: 40,
    pdusOut: 1300,
    ...given,
  };
}
