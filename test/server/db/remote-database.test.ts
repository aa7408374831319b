import { afterEach, describe, expect, it } from "vitest";
import { AttachType, encodeAttachData } from "../../../src/codec/attach-data.js";
import { decodeBody } from "../../../src/codec/body-codec.js";
import { CommandId } from "../../../src/codec/generated/commands.js";
import { MsgType, SessionType } from "../../../src/codec/generated/enums.js";
import { HEADER_SIZE, readCommandId, readSeqNum, serverLimits } from "../../../src/codec/pdu-header.js";
import { listen, type PduListener } from "../../../src/net/listen.js";
import type { PduLink } from "../../../src/net/pdu-link.js";
import { RemoteDatabase, type RemoteDatabaseOptions } from "../../../src/server/db/remote-database.js";
import { silentLog } from "../../../src/server/server-log.js";
import { nobodyAt } from "../../helpers/odd-server.js";
import { until } from "../../helpers/until.js";

const LOGIN_TIME = CommandId.CID_MSG_UNREAD_CNT_REQUEST;
const OTHER = CommandId.CID_LOGIN_REQ_QUERY_PUSH_SHIELD;
const LINKS = 4;
const USERS = 40;

/** A db_proxy_server as a test plays it: answers at once unless it is told to hold back. */
class PlayedProxy {
  listener!: PduListener;
  readonly askedOn = new Map<number, Set<PduLink>>([
    [LOGIN_TIME, new Set()],
    [OTHER, new Set()],
  ]);
  readonly held: (() => void)[] = [];
  holdsBack = false;
  received = 0;

  static async start(): Promise<PlayedProxy> {
    const proxy = new PlayedProxy();
    proxy.listener = await listen({ host: "127.0.0.1", port: 0 }, { limits: serverLimits }, () => ({
      onPdu: (link, bytes, start, end) => proxy.#asked(link, Buffer.from(bytes.subarray(start, end))),
      onClose: () => {},
    }));
    return proxy;
  }

  get asked(): number {
    return [...this.askedOn.values()].reduce((sum, links) => sum + links.size, 0);
  }

  forget(): void {
    for (const links of this.askedOn.values()) links.clear();
  }

  stopReceiving(): void {
    for (const link of this.listener.connections) link.send(CommandId.CID_OTHER_STOP_RECV_PACKET, { result: 0 });
  }

  end(): void {
    this.listener.close();
    for (const link of this.listener.connections) link.destroy();
  }

  #asked(link: PduLink, pdu: Buffer): void {
    const commandId = readCommandId(pdu);
    this.received++;
    this.askedOn.get(commandId)?.add(link);
    const answer = () => {
      if (commandId === LOGIN_TIME) {
        const { user_id, attach_data = Buffer.alloc(0) } = decodeBody(LOGIN_TIME, pdu, HEADER_SIZE);
        const body = { user_id, total_cnt: 0, unreadinfo_list: [], attach_data };
        link.send(CommandId.CID_MSG_UNREAD_CNT_RESPONSE, body, readSeqNum(pdu));
      } else if (commandId === OTHER) {
        const { user_id, attach_data = Buffer.alloc(0) } = decodeBody(OTHER, pdu, HEADER_SIZE);
        const body = { user_id, result_code: 0, shield_status: 0, attach_data };
        link.send(CommandId.CID_LOGIN_RES_QUERY_PUSH_SHIELD, body, readSeqNum(pdu));
      } else if (commandId === CommandId.CID_MSG_DATA) {
        link.send(commandId, { ...decodeBody(commandId, pdu, HEADER_SIZE), msg_id: 1 }, readSeqNum(pdu));
      }
    };
    if (this.holdsBack) this.held.push(answer);
    else answer();
  }
}

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function messageFrom(from_user_id: number) {
  return {
    from_user_id,
    to_session_id: 1000,
    msg_id: 0,
    create_time: 0,
    msg_type: MsgType.MSG_TYPE_SINGLE_TEXT,
    msg_data: Buffer.from("once"),
  };
}

async function twoProxies(options: Partial<RemoteDatabaseOptions> = {}) {
  const proxies = [await PlayedProxy.start(), await PlayedProxy.start()] as const;
  const database = new RemoteDatabase({
    role: "msg",
    dbProxies: proxies.map(({ listener }) => listener.address),
    linksPerProxy: LINKS,
    log: silentLog,
    ...options,
  });
  cleanups.push(() => database.stop(0), ...proxies.map((proxy) => () => proxy.end()));
  // At both ends: a proxy may accept a link after it is open here.
  const isLinked = () => proxies.every(({ listener }) => listener.connections.size === LINKS);
  await until(() => database.counters().databaseLinks === 2 * LINKS && isLinked(), "all links");
  const askAll = async () => {
    for (let user_id = 1; user_id <= USERS; user_id++) {
      const asked = [database.request(LOGIN_TIME, { user_id }), database.request(OTHER, { user_id })];
      for (const answer of await Promise.all(asked)) expect(answer.user_id).toBe(user_id);
    }
  };
  return { proxies, database, askAll };
}

describe("several db_proxy_servers (DBP-05)", () => {
  it("take login-time pulls on one half of the links and the rest on the other, each half with every instance", async () => {
    const { proxies, askAll } = await twoProxies();
    await askAll();
    for (const { askedOn } of proxies) {
      const [early, rest] = [askedOn.get(LOGIN_TIME), askedOn.get(OTHER)] as [Set<PduLink>, Set<PduLink>];
      expect({ early: early.size, rest: rest.size }).toEqual({ early: LINKS / 2, rest: LINKS / 2 });
      expect([...early].filter((link) => rest.has(link))).toEqual([]);
    }
  });

  it("stand in for each other", async () => {
    const { proxies, database, askAll } = await twoProxies();
    proxies[0].end();
    await until(() => database.counters().databaseLinks === LINKS, "the links of one");
    proxies[0].forget();
    await askAll();
    expect(database.isOpen).toBe(true);
    expect([proxies[0].asked, proxies[1].asked]).toEqual([0, LINKS]);
  });

  it("have one half of the links fall back on the other", async () => {
    const { proxies, database, askAll } = await twoProxies();
    await askAll();
    const half = proxies.flatMap(({ askedOn }) => [...(askedOn.get(LOGIN_TIME) ?? [])]);
    for (const link of half) link.send(CommandId.CID_OTHER_STOP_RECV_PACKET, { result: 0 });
    // A link's answers come in order, so that this one comes after the word that it rests.
    await askAll();
    for (const proxy of proxies) proxy.forget();
    await askAll();
    expect(half.some((link) => proxies.some(({ askedOn }) => askedOn.get(LOGIN_TIME)?.has(link)))).toBe(false);
    expect(database.isOpen).toBe(true);
  });
});

it("says once for each db_proxy_server and round that nobody answers, however many links it keeps", async () => {
  const lines: string[] = [];
  const log = { ...silentLog, trouble: (_: string, text: string) => void lines.push(text) };
  const dbProxies = [await nobodyAt(), await nobodyAt()];
  const database = new RemoteDatabase({ role: "msg", dbProxies, linksPerProxy: LINKS, log });
  cleanups.push(() => database.stop(0));
  const isDown = () => database.links.every(({ nextDialMs }) => nextDialMs !== undefined);
  await until(isDown, "each link to have been tried");
  expect(lines.toSorted()).toEqual(
    dbProxies
      .map(({ port }) => `db_proxy_server: cannot connect to 127.0.0.1:${port}: nobody listens there (ECONNREFUSED)`)
      .toSorted(),
  );
});

describe("a db_proxy_server that dies", () => {
  const users = Array.from({ length: USERS }, (_, index) => index + 1);

  it("has what it was asked for answered by another (DBP-05)", async () => {
    const { proxies, database } = await twoProxies();
    const [dying, staying] = proxies;
    dying.holdsBack = true;
    const pending = users.flatMap((user_id) => [
      database.request(LOGIN_TIME, { user_id }),
      database.request(OTHER, { user_id }),
    ]);
    await until(() => database.counters().databasePending === dying.held.length, "those that one has, alone");
    const unanswered = dying.held.length;
    expect(unanswered).toBeGreaterThan(0);
    dying.end();
    const answers = await Promise.all(pending);
    expect(answers.map(({ user_id }) => user_id)).toEqual(users.flatMap((user_id) => [user_id, user_id]));
    expect(staying.asked).toBeGreaterThan(0);
    // More often where another link to the one that is gone was tried.
    expect(database.counters().databaseRepeated).toBeGreaterThanOrEqual(unanswered);
  });

  it("fails messages that it may have stored, and asks nobody for them again (MSG-02)", async () => {
    const { proxies, database } = await twoProxies();
    for (const proxy of proxies) proxy.holdsBack = true;
    const said = users.map((userId) => database.request(CommandId.CID_MSG_DATA, messageFrom(userId)));
    const settled = Promise.allSettled(said);
    await until(() => proxies[0].held.length + proxies[1].held.length === USERS, "all messages");
    const [dying, staying] = proxies;
    const heldByStaying = staying.held.length;
    expect(dying.held.length).toBeGreaterThan(0);
    dying.end();
    await until(() => database.counters().databasePending === heldByStaying, "those of the dead one fail");
    staying.end();
    const reasons = (await settled).map((one) => (one.status === "rejected" ? String(one.reason.message) : "answered"));
    expect(new Set(reasons)).toEqual(new Set(["link lost"]));
    expect([staying.held.length, database.counters().databaseRepeated]).toEqual([heldByStaying, 0]);
  });

  it("leaves requests unanswered when it was the last, and counts what it cannot be told", async () => {
    const { proxies, database } = await twoProxies();
    for (const proxy of proxies) proxy.holdsBack = true;
    const settled = Promise.allSettled(users.map((user_id) => database.request(LOGIN_TIME, { user_id })));
    await until(() => proxies[0].held.length + proxies[1].held.length === USERS, "all requests");
    for (const proxy of proxies) proxy.end();
    expect(new Set((await settled).map(({ status }) => status))).toEqual(new Set(["rejected"]));
    expect(database.counters().databasePending).toBe(0);
    const read = { user_id: 1, session_id: 2, msg_id: 1, session_type: SessionType.SESSION_TYPE_SINGLE };
    expect(database.tell(CommandId.CID_MSG_READ_ACK, read)).toBeUndefined();
    expect(database.counters().databaseUntold).toBe(1);
  });
});

it("does not lose links by asking more than db_proxy_servers read", async () => {
  const { proxies, database } = await twoProxies({ link: { outboxSizeMaxBytes: 24 << 20 } });
  for (const { listener } of proxies) for (const link of listener.connections) link.pause();
  const asked = 60;
  // One user's requests of one kind take one link.
  const request = { user_id: 1, sign_info: "x".repeat(1 << 20) };
  for (let n = 0; n < asked; n++) {
    // Never answered: those fail when the test is over.
    void database.request(CommandId.CID_BUDDY_LIST_CHANGE_SIGN_INFO_REQUEST, request).catch(() => {});
  }
  for (const { listener } of proxies) for (const link of listener.connections) link.resume();
  await until(() => proxies[0].received + proxies[1].received === asked, "all requests");
  expect(database.counters()).toMatchObject({ databaseLinks: 2 * LINKS, databaseRepeated: 0 });
});

it("gives up what a db_proxy_server does not even read, however lively its link is", async () => {
  const { proxies, database } = await twoProxies({ link: { outboxSizeMaxBytes: 24 << 20 }, requestTimeoutMs: 100 });
  for (const { listener } of proxies) for (const link of listener.connections) link.pause();
  const request = { user_id: 1, sign_info: "x".repeat(1 << 20) };
  const asked = Array.from({ length: 60 }, () =>
    database.request(CommandId.CID_BUDDY_LIST_CHANGE_SIGN_INFO_REQUEST, request),
  );
  const outcomes = await Promise.allSettled(asked);
  const reasons = outcomes.map((outcome) => outcome.status === "rejected" && (outcome.reason as Error).message);
  expect(new Set(reasons)).toEqual(new Set(["no answer in time", "nothing is read in time"]));
  expect(database.counters()).toMatchObject({ databaseLinks: 2 * LINKS, databasePending: 0 });
});

it("waits longer for the answer to a message, which may be stored by then, than for any other (MSG-03)", async () => {
  const { proxies, database } = await twoProxies({ requestTimeoutMs: 1 });
  for (const proxy of proxies) proxy.holdsBack = true;
  const said = database.request(CommandId.CID_MSG_DATA, messageFrom(1));
  await expect(database.request(OTHER, { user_id: 1 })).rejects.toThrow("no answer in time");
  for (const answer of proxies.flatMap(({ held }) => held)) answer();
  expect(await said).toMatchObject({ msg_id: 1 });
});

describe("a db_proxy_server that answers something else than it was asked", () => {
  it("is as good as silent, until the answer comes", async () => {
    const { proxies, database } = await twoProxies();
    for (const proxy of proxies) proxy.holdsBack = true;
    const answer = database.request(OTHER, { user_id: 7 });
    const heldBy = () => proxies.find(({ held }) => held.length > 0);
    await until(() => heldBy() !== undefined, "the request");
    const [link] = [...(heldBy()?.askedOn.get(OTHER) ?? [])];
    const attach_data = encodeAttachData({ type: AttachType.HANDLE, handle: 1, serviceType: 0 });
    const body = { user_id: 7, total_cnt: 0, unreadinfo_list: [], attach_data };
    link?.send(CommandId.CID_MSG_UNREAD_CNT_RESPONSE, body);
    heldBy()?.held[0]?.();
    expect(await answer).toEqual({ user_id: 7, result_code: 0, shield_status: 0 });
  });
});

describe("a db_proxy_server that stops receiving (DBP-04)", () => {
  it("is asked nothing more, and still answers what it was asked", async () => {
    const { proxies, database, askAll } = await twoProxies();
    const [stopping, staying] = proxies;
    for (const proxy of proxies) proxy.holdsBack = true;
    const users = Array.from({ length: USERS }, (_, index) => index + 1);
    const pending = users.map((user_id) => database.request(LOGIN_TIME, { user_id }));
    await until(() => stopping.held.length + staying.held.length === USERS, "all requests");
    expect(stopping.held.length).toBeGreaterThan(0);
    stopping.stopReceiving();
    for (const proxy of proxies) proxy.holdsBack = false;
    for (const answer of stopping.held) answer();
    for (const answer of staying.held) answer();
    const answers = await Promise.all(pending);
    expect(answers.map(({ user_id }) => user_id)).toEqual(users);
    stopping.forget();
    await askAll();
    expect(stopping.asked).toBe(0);
  });

  it("leaves logins without a database when it was the only one (LGN-05)", async () => {
    const { proxies, database } = await twoProxies();
    for (const proxy of proxies) proxy.stopReceiving();
    await until(() => !database.isOpen, "no database");
    await expect(database.request(OTHER, { user_id: 1 })).rejects.toThrow("no db_proxy_server link is open");
  });
});
