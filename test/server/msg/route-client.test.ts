import { afterEach, describe, expect, it, vi } from "vitest";
import { decodeBody } from "../../../src/codec/body-codec.js";
import { CommandId } from "../../../src/codec/generated/commands.js";
import { UserStatType } from "../../../src/codec/generated/enums.js";
import { encodePdu, framePdu } from "../../../src/codec/pdu.js";
import { HEADER_SIZE, readCommandId, serverLimits } from "../../../src/codec/pdu-header.js";
import { listen, type PduListener } from "../../../src/net/listen.js";
import type { PduLink } from "../../../src/net/pdu-link.js";
import type { PersistentLinkOptions } from "../../../src/net/persistent-link.js";
import { RouteClient } from "../../../src/server/msg/route-client.js";
import { silentLog } from "../../../src/server/server-log.js";
import { until } from "../../helpers/until.js";

const ASKED = CommandId.CID_BUDDY_LIST_USERS_STATUS_REQUEST;

/** A route_server as a test plays it: everybody it is asked about is online. */
class PlayedRoute {
  listener!: PduListener;
  readonly received: number[] = [];
  answers = true;

  static async start(): Promise<PlayedRoute> {
    const route = new PlayedRoute();
    route.listener = await listen({ host: "127.0.0.1", port: 0 }, { limits: serverLimits }, () => ({
      onPdu: (link, bytes, start, end) => route.#got(link, bytes, start, end),
      onClose: () => {},
    }));
    return route;
  }

  get link(): PduLink {
    return [...this.listener.connections][0] as PduLink;
  }

  count(commandId: number): number {
    return this.received.filter((id) => id === commandId).length;
  }

  end(): void {
    this.listener.close();
    for (const link of this.listener.connections) link.destroy();
  }

  #got(link: PduLink, bytes: Buffer, start: number, end: number): void {
    const commandId = readCommandId(bytes, start);
    this.received.push(commandId);
    if (commandId !== ASKED || !this.answers) return;
    const { user_id, user_id_list, attach_data = Buffer.alloc(0) } = decodeBody(ASKED, bytes, start + HEADER_SIZE, end);
    const user_stat_list = user_id_list.map((id) => ({ user_id: id, status: UserStatType.USER_STATUS_ONLINE }));
    const answer = { user_id, user_stat_list, attach_data };
    link.send(CommandId.CID_BUDDY_LIST_USERS_STATUS_RESPONSE, answer);
  }
}

const cleanups: (() => unknown)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

const heard = vi.fn();
const undecodable = vi.fn();

/** A client of two route_servers, and these: the master first. */
async function twoRoutes(link: Partial<PersistentLinkOptions> = {}) {
  const played = [await PlayedRoute.start(), await PlayedRoute.start()] as const;
  const options = {
    role: "msg",
    link,
    log: silentLog,
    pendingStatusMax: 100,
    statusTimeoutMs: 60_000,
    healDelayMs: 60_000,
  } as const;
  const servers = played.map(({ listener }) => listener.address);
  const client = new RouteClient(
    { ...options, servers },
    { onRoutePdu: heard, onUndecodable: undecodable, loggedIn: () => [] },
  );
  client.links.start();
  cleanups.push(() => client.stop(), ...played.map((route) => () => route.end()));
  const roleSets = () => played.filter((route) => route.count(CommandId.CID_OTHER_ROLE_SET) > 0);
  const snapshots = () => played.filter((route) => route.count(CommandId.CID_OTHER_ONLINE_USER_INFO) > 0);
  await until(() => snapshots().length === 2 && roleSets().length === 1, "both links");
  const [master] = roleSets();
  const other = played.find((route) => route !== master);
  return { client, master: master as PlayedRoute, other: other as PlayedRoute };
}

it("passes on no news that cannot be decoded (RTE-10)", async () => {
  const { master } = await twoRoutes();
  heard.mockClear();
  undecodable.mockClear();
  // user_stat without its required fields, then a wire type that there is none of.
  for (const body of ["0a00", "07"]) {
    for (const id of [CommandId.CID_BUDDY_LIST_STATUS_NOTIFY, CommandId.CID_OTHER_LOGIN_STATUS_NOTIFY]) {
      master.link.sendBytes(framePdu(id, Buffer.from(body, "hex")));
    }
  }
  await until(() => undecodable.mock.calls.length === 4, "all of it to be ignored");
  expect(heard).not.toHaveBeenCalled();
});

describe("a master that is lost (RTE-08)", () => {
  it("has questions that it left unanswered answered by the next (PUL-07)", async () => {
    const { client, master, other } = await twoRoutes();
    master.answers = false;
    const answers: unknown[] = [];
    client.askStatus(1, [7], (stats) => answers.push(stats));
    await until(() => master.count(ASKED) === 1, "the question");
    master.end();
    await until(() => answers.length === 1, "the answer");
    expect(answers).toEqual([[{ user_id: 7, status: UserStatType.USER_STATUS_ONLINE }]]);
    expect(other.count(ASKED)).toBe(1);
  });

  it("leaves a question without an answer when nobody else can be asked", async () => {
    const { client, master, other } = await twoRoutes();
    other.end();
    await until(() => client.openLinks === 1, "one link");
    master.answers = false;
    const answers: unknown[] = [];
    client.askStatus(1, [7], (stats) => answers.push(stats));
    await until(() => master.count(ASKED) === 1, "the question");
    master.end();
    await until(() => answers.length === 1, "the word that there is none");
    expect(answers).toEqual([undefined]);
  });

  it("takes no command with it once it has begun to close", async () => {
    const { client, master, other } = await twoRoutes();
    // What it does not read keeps the link from closing at once.
    master.link.pause();
    client.relayBytes(encodePdu(CommandId.CID_SWITCH_P2P_CMD, command("x".repeat(32 << 20))));
    master.link.endSending();
    await until(() => client.links.all.some(({ isOpen }) => !isOpen), "the master's farewell");
    client.relayBytes(encodePdu(CommandId.CID_SWITCH_P2P_CMD, command("y")));
    await until(() => other.count(CommandId.CID_SWITCH_P2P_CMD) === 1, "the command");
  });
});

it("does not lose the master by asking more than it reads", async () => {
  const { client, master } = await twoRoutes({ outboxSizeMaxBytes: 24 << 20 });
  master.link.pause();
  void client.relayBytes(encodePdu(CommandId.CID_SWITCH_P2P_CMD, command("x".repeat(23 << 20))));
  const everybody = new Array(100_000).fill(0xffffffff);
  master.answers = false;
  for (let n = 0; n < 10; n++) client.askStatus(1, everybody, () => {});
  master.link.resume();
  await until(() => master.count(ASKED) === 10, "the questions");
  expect(client.openLinks).toBe(2);
});

function command(cmd_msg_data: string) {
  return { from_user_id: 1, to_user_id: 2, cmd_msg_data };
}
