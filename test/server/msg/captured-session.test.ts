import { afterEach, expect, it } from "vitest";
import { decodeBody } from "../../../src/codec/body-codec.js";
import { CommandId } from "../../../src/codec/generated/commands.js";
import { SessionType } from "../../../src/codec/generated/enums.js";
import type { ContactSessionInfo } from "../../../src/codec/generated/messages.js";
import { encodePdu } from "../../../src/codec/pdu.js";
import { HEADER_SIZE, readCommandId, readSeqNum } from "../../../src/codec/pdu-header.js";
import { ProtocolError } from "../../../src/codec/protocol-error.js";
import { hexId } from "../../../src/codec/registry.js";
import type { Address } from "../../../src/net/address.js";
import { startCluster } from "../../../src/server/cluster.js";
import { clusterLayout } from "../../../src/server/cluster-layout.js";
import { teamtalk } from "../../../src/server/deviations.js";
import { type PduEntry, silentLog } from "../../../src/server/server-log.js";
import { type CapturedPdu, captureCloses, capturePdus } from "../../helpers/capture-pdus.js";
import { capturedDeployment } from "../../helpers/captured-deployment.js";
import { ServerPeer } from "../../helpers/server-peer.js";

const SESSION = "cluster-session.pcap";
const CLIENT_PORTS = [8000, 8001];
const SERVER_PORTS = { login: 8100, route: 8200, db: 10600 } as const;
/** Longer than any answer of the original took, and shorter than its clients waited before they went on. */
const SETTLED_S = 0.15;
const DEADLINE_MS = 2000;
const BETWEEN_MS = 300;

const isTraffic = ({ bytes }: CapturedPdu) => readCommandId(bytes) !== CommandId.CID_OTHER_HEARTBEAT;
const toClients = CLIENT_PORTS.flatMap((port) => capturePdus(SESSION, port)).filter(isTraffic);
const toServers = Object.values(SERVER_PORTS).flatMap((port) =>
  capturePdus(SESSION, port)
    .filter(isTraffic)
    .filter(({ to }) => to === port),
);

/** What a client did: sent a PDU, or let go. */
interface Step extends Omit<CapturedPdu, "bytes"> {
  readonly bytes: Buffer | undefined;
}

const steps: readonly Step[] = [
  ...toClients.filter(({ to }) => CLIENT_PORTS.includes(to)),
  ...CLIENT_PORTS.flatMap((port) => captureCloses(SESSION, port)).map((close) => ({ ...close, bytes: undefined })),
].sort((a, b) => a.time - b.time);
/** Steps that came so close that what they caused cannot be told apart are judged together. */
const moments: Step[][] = [];
for (const step of steps) {
  const moment = moments.at(-1);
  if (moment !== undefined && step.time < (moment.at(-1)?.time ?? 0) + SETTLED_S) moment.push(step);
  else moments.push([step]);
}

/** Fields that hold what nobody lays down, or what logs do not show. */
const covers: Readonly<Record<string, unknown>> = { result_string: "", password: "", device_token: "" };

/** GRP-11: the sweep that gives a group's session its time comes every few seconds. */
function withoutSweep({ contact_session_list }: Record<string, unknown>): Record<string, unknown> {
  if (contact_session_list === undefined) return {};
  const sessions = (contact_session_list as ContactSessionInfo[]).map((session) => ({
    ...session,
    updated_time: session.session_type === SessionType.SESSION_TYPE_GROUP ? 0 : session.updated_time,
  }));
  return { contact_session_list: sessions };
}

/** @param keepsSeqNum not where it only finds the way back to whoever asked */
function inOneForm(pdu: Buffer, keepsSeqNum: boolean): string {
  const commandId = readCommandId(pdu) as CommandId;
  const name = hexId(commandId);
  try {
    const body = decodeBody(commandId, pdu, HEADER_SIZE) as Record<string, unknown>;
    const covered = Object.entries(covers).filter(([field]) => body[field] !== undefined);
    const normal = { ...body, ...Object.fromEntries(covered), ...withoutSweep(body) };
    // Between servers its sender's own business; to clients it must not be told from that of the original (MSG-24).
    if (keepsSeqNum && normal.attach_data !== undefined) normal.attach_data = Buffer.alloc(1);
    else delete normal.attach_data;
    const seqNum = keepsSeqNum ? readSeqNum(pdu) : 0;
    return `${name} ${encodePdu(commandId, normal as never, { seqNum }).toString("hex")}`;
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return `${name} undecodable ${pdu.toString("hex")}`;
  }
}

/**
 * Every msg_server of the original that a group message reaches asks whom to push it to; here the one that took it does, so
 * that nobody's phone rings twice (PSH-01, PSH-02).
 */
const pushQuestions = [CommandId.CID_OTHER_GET_SHIELD_REQ, CommandId.CID_OTHER_GET_DEVICE_TOKEN_REQ].map(
  (commandId) => `${SERVER_PORTS.db} ${hexId(commandId)} `,
);

/** As often as it was said, in an order of its own: over several links, to several servers. */
function countedOnce(said: readonly string[]): readonly string[] {
  const isPushQuestion = (what: string) => pushQuestions.some((start) => what.startsWith(start));
  return said.filter((what, at) => !isPushQuestion(what) || said.indexOf(what) === at).sort();
}

const ofClient = (pdu: Buffer) => inOneForm(pdu, true);
/** Requests: their answers come back with the same seq_num, whatever it is (DBP-02, RTE-06). */
const ofServer = (port: number, pdu: Buffer) => {
  const isQuestion = port === SERVER_PORTS.db || readCommandId(pdu) === CommandId.CID_BUDDY_LIST_USERS_STATUS_REQUEST;
  return `${port} ${inOneForm(pdu, !isQuestion)}`;
};

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

it("says to clients and to other servers what the original said, step by step through the captured session", async () => {
  const { storage, clock } = await capturedDeployment();
  const told: PduEntry[] = [];
  const cluster = await startCluster({
    layout: clusterLayout({
      roles: new Set(["login", "route", "db", "push", "msg"]),
      host: "127.0.0.1",
      ports: "auto",
      msgServers: 2,
      dbProxies: 1,
    }),
    storage,
    clock,
    deviates: teamtalk,
    log: { ...silentLog, pdu: (entry) => told.push(entry) },
  });
  cleanups.push(() => cluster.stop(0));
  const portOf = new Map<string, number>();
  for (const { role, addresses } of cluster.roles) {
    const recorded = SERVER_PORTS[role as keyof typeof SERVER_PORTS];
    if (recorded !== undefined) portOf.set(`127.0.0.1:${addresses.servers?.port}`, recorded);
  }
  const msgServers = cluster.roles.filter(({ role }) => role === "msg").map(({ addresses }) => addresses.clients);
  const peers = new Map<number, ServerPeer>();
  cleanups.push(() => {
    for (const { link } of peers.values()) link.destroy();
  });
  const saidToServers = () =>
    told
      .filter(
        ({ role, direction, bytes }) => role === "msg" && direction === "out" && isTraffic({ bytes } as CapturedPdu),
      )
      .flatMap(({ peer, bytes }) => {
        const port = portOf.get(peer);
        return port === undefined ? [] : [ofServer(port, bytes)];
      });

  for (const [index, moment] of moments.entries()) {
    told.length = 0;
    const heard = new Map<number, string[]>();
    const wanted = new Map<number, string[]>();
    const said = () => ({ clients: byPort(heard), servers: countedOnce(saidToServers()) });
    for (const [place, { time, from, to, bytes }] of moment.entries()) {
      clock.turn(Math.floor(time) - clock.nowSeconds);
      if (bytes === undefined) {
        peers.get(from)?.link.close();
        peers.delete(from);
      } else {
        const peer = peers.get(from) ?? (await ServerPeer.dial(msgServers[CLIENT_PORTS.indexOf(to)] as Address));
        peers.set(from, peer);
        peer.link.sendBytes(bytes);
      }
      const begin = moment[0]?.time ?? 0;
      const end = moment[place + 1]?.time ?? time + SETTLED_S;
      const isOfMoment = (pdu: CapturedPdu) => pdu.time >= begin && pdu.time < end;
      wanted.clear();
      for (const pdu of toClients.filter(isOfMoment)) {
        if (CLIENT_PORTS.includes(pdu.from)) note(wanted, pdu.to, ofClient(pdu.bytes));
      }
      const servers = toServers.filter(isOfMoment).map((pdu) => ofServer(pdu.to, pdu.bytes));
      const original = { clients: byPort(wanted), servers: countedOnce(servers) };
      const isLast = place === moment.length - 1;
      const deadline = performance.now() + (isLast ? DEADLINE_MS : BETWEEN_MS);
      while (JSON.stringify(said()) !== JSON.stringify(original) && performance.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        for (const [port, peer] of peers) for (const pdu of peer.takeAll()) note(heard, port, ofClient(pdu.bytes));
      }
      if (isLast) expect.soft(said(), `moment ${index}: ${moment.map(describe).join(", ")}`).toEqual(original);
    }
  }
}, 60_000);

function note(lists: Map<number, string[]>, port: number, what: string): void {
  lists.set(port, [...(lists.get(port) ?? []), what]);
}

function byPort(lists: ReadonlyMap<number, readonly string[]>): Record<number, readonly string[]> {
  return Object.fromEntries(lists);
}

function describe({ time, from, to, bytes }: Step): string {
  return `${new Date(time * 1000).toISOString()} ${from} > ${to} ${bytes?.toString("hex") ?? "closed"}`;
}
