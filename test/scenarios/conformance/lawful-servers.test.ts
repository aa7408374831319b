import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CommandId } from "../../../src/codec/generated/commands.js";
import {
  ClientType,
  GroupModifyType,
  KickReasonType,
  MsgType,
  TransferFileType,
  UserStatType,
} from "../../../src/codec/generated/enums.js";
import { encodePdu } from "../../../src/codec/pdu.js";
import { allCases } from "../../../src/scenarios/conformance/all-cases.js";
import type { Storage } from "../../../src/server/storage/storage.js";
import { judgeRole, withVerdict } from "../../helpers/judge-role.js";
import { type JudgeOptions, judgeMutant } from "../../mutants/judge-mutant.js";
import type { Mutant } from "../../mutants/mutant.js";
import { MutatedCluster } from "../../mutants/mutated-cluster.js";
import { storageFault } from "../../mutants/storage-fault.js";
import type { FaultyLine, WireFault } from "../../mutants/wire-fault.js";

/** Servers that do nothing wrong, each in a way of its own: no case may find fault with them. */
const TIMEOUT_MS = 120_000;
const fixture = fileURLToPath(new URL("../../../fixtures/reference.yaml", import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ttk-lawful-test-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function options(): Promise<JudgeOptions> {
  const signal = new AbortController().signal;
  return { fixture: await readFile(fixture, "utf8"), folder, isFull: true, seed: 1, jobs: 3, signal };
}

async function judge(lawful: Mutant, changed: Partial<JudgeOptions> = {}) {
  const { killedBy, errored, blocked, reasons, ran } = await judgeMutant(lawful, { ...(await options()), ...changed });
  expect(ran).toBeGreaterThan(100);
  return { failures: killedBy.length + errored.length === 0 ? [] : reasons, blocked };
}

const presence: ReadonlySet<number> = new Set([
  CommandId.CID_BUDDY_LIST_STATUS_NOTIFY,
  CommandId.CID_BUDDY_LIST_PC_LOGIN_STATUS_NOTIFY,
]);

/** Answers that a database or route_server gives: those to several requests come in any order. */
const answers: ReadonlySet<number> = new Set([
  0x010d, 0x010f, 0x0202, 0x0205, 0x0207, 0x0209, 0x020b, 0x0211, 0x0214, 0x0308, 0x030a, 0x030c, 0x030e, 0x0402,
  0x0404, 0x0406, 0x0408, 0x040a, 0x0507, 0x050a,
]);
/** What a database does not answer, so that another thread may have done what is asked next before it. */
const notices: ReadonlySet<number> = new Set([CommandId.CID_MSG_READ_ACK, CommandId.CID_FILE_ADD_OFFLINE_REQ]);
const LATE_MS = [40, 5, 20, 0, 30];
const NOTICE_LATE_MS = 60;

/** What others on the same deployment do, as it shows to somebody whom they know. */
function ofOthers(
  { userId, isMobile }: Pick<FaultyLine, "userId" | "isMobile">,
  seqNum: number,
  other: number,
): Buffer[] {
  const { USER_STATUS_ONLINE, USER_STATUS_OFFLINE } = UserStatType;
  const message = { from_user_id: other, msg_id: 1, create_time: 1_700_000_000, msg_data: Buffer.from("hi") };
  const { MSG_TYPE_SINGLE_TEXT, MSG_TYPE_GROUP_TEXT } = MsgType;
  const seen = isMobile ? [] : [USER_STATUS_ONLINE, USER_STATUS_OFFLINE];
  return [
    ...seen.map((status) =>
      encodePdu(CommandId.CID_BUDDY_LIST_STATUS_NOTIFY, { user_stat: { user_id: other, status } }),
    ),
    // From another msg_server, with the number of whoever sent it (FRM-14, TT).
    encodePdu(
      CommandId.CID_MSG_DATA,
      { ...message, to_session_id: userId, msg_type: MSG_TYPE_SINGLE_TEXT },
      { seqNum },
    ),
    encodePdu(CommandId.CID_MSG_DATA, { ...message, to_session_id: other, msg_type: MSG_TYPE_GROUP_TEXT }),
    encodePdu(CommandId.CID_SWITCH_P2P_CMD, { from_user_id: other, to_user_id: userId, cmd_msg_data: "…" }, { seqNum }),
    encodePdu(CommandId.CID_BUDDY_LIST_SIGN_INFO_CHANGED_NOTIFY, { changed_user_id: other, sign_info: "away" }),
    encodePdu(CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY, {
      user_id: other,
      change_type: GroupModifyType.GROUP_MODIFY_TYPE_ADD,
      group_id: other,
      cur_user_id_list: [userId, other],
      chg_user_id_list: [other],
    }),
    encodePdu(CommandId.CID_FILE_NOTIFY, {
      from_user_id: other,
      to_user_id: userId,
      file_name: "plan.pdf",
      file_size: 1,
      task_id: "theirs",
      ip_addr_list: [],
      trans_mode: TransferFileType.FILE_TYPE_ONLINE,
      offline_ready: 0,
    }),
  ];
}

const heartbeat = encodePdu(CommandId.CID_OTHER_HEARTBEAT, {});

/** What route_server passes on to a msg_server from others, and tells it of their users. */
function relayedFor(seqNum: number, other: number): Buffer[] {
  return [
    encodePdu(CommandId.CID_OTHER_LOGIN_STATUS_NOTIFY, { user_id: other, login_status: 1 }),
    encodePdu(CommandId.CID_OTHER_SERVER_KICK_USER, {
      user_id: other,
      client_type: ClientType.CLIENT_TYPE_MAC,
      reason: KickReasonType.KICK_REASON_DUPLICATE_USER,
    }),
    ...ofOthers({ userId: other + 1, isMobile: false }, seqNum, other),
  ];
}
const OTHERS_FROM_ID = 0x6fff_0000;
const LATE_CLOSE_MS = 150;
/** In the fixture. */
const USERS = 200;
/** More than a list of recent sessions holds (PUL-06). */
const PEERS = 120;

/** At once, and long ago. */
function write({ messages }: Storage, fromId: number, toId: number): void {
  const content = Buffer.from("as always");
  const created = 1_600_000_000;
  void messages.append({ fromId, to: { kind: 1, id: toId }, type: 1, content, created, evenToUnknown: true });
}
/** Longer than the suite waits between a burst of messages and the first that is accepted after it. */
const LATE_STORE_MS = 1500;
const ONE_IN_LATE = 5;

describe("no case finds fault with servers", () => {
  it(
    "that are told of presence by two route_servers, and tell it twice (RTE-08)",
    async () => {
      const clients = (): WireFault => ({
        sent: ({ commandId, bytes }) => (presence.has(commandId) ? [bytes, bytes] : undefined),
      });
      expect(await judge({ id: "presence-twice", breaks: ["RTE-08"], clients })).toEqual({ failures: [], blocked: [] });
    },
    TIMEOUT_MS,
  );

  it(
    "on which others write, come and go, and change groups",
    async () => {
      let others = 0;
      const clients = (): WireFault => ({
        sent: ({ bytes, header }, line) =>
          line.userId === 0 ? undefined : [...ofOthers(line, header.seqNum, OTHERS_FROM_ID + others++), bytes],
      });
      expect(await judge({ id: "others", breaks: ["MSG-03"], clients })).toEqual({ failures: [], blocked: [] });
    },
    TIMEOUT_MS,
  );

  it(
    "whose database has many threads",
    async () => {
      let answered = 0;
      const clients = (): WireFault => ({
        received: ({ commandId, bytes }, line) => {
          if (!notices.has(commandId)) return undefined;
          const kept = Buffer.from(bytes);
          line.later(NOTICE_LATE_MS, () => line.toServer(kept));
          return [];
        },
        sent: ({ commandId, bytes }, line) => {
          if (!answers.has(commandId)) return undefined;
          const kept = Buffer.from(bytes);
          line.later(LATE_MS[answered++ % LATE_MS.length] ?? 0, () => line.toClient(kept));
          return [];
        },
      });
      expect(await judge({ id: "threads", breaks: ["DBP-02"], clients })).toEqual({ failures: [], blocked: [] });
    },
    TIMEOUT_MS,
  );

  it(
    "that have few accounts, and learn a moment late that a client is gone",
    async () => {
      const clients = (): WireFault => ({
        missesClose: (line) => {
          line.later(LATE_CLOSE_MS, () => line.close());
          return true;
        },
      });
      const { failures, blocked } = await judge({ id: "late", breaks: ["CON-04"], clients }, { users: 9, jobs: 2 });
      expect(failures).toEqual([]);
      // They need accounts to spoil.
      expect(blocked).toEqual(["lgn.lock-out", "lgn.success-clears-failures", "msg.concurrent-first-messages"]);
    },
    TIMEOUT_MS,
  );

  it(
    "that store some messages of a burst after one that was sent later (MSG-08)",
    async () => {
      let stored = 0;
      const storage = storageFault("messages", (sound) => ({
        answersAtOnce: false,
        append: async (message) => {
          const own = { ...message, content: Buffer.from(message.content) };
          if (++stored % ONE_IN_LATE === 0) await delay(LATE_STORE_MS);
          return sound.append(own);
        },
      }));
      const cluster = await MutatedCluster.start(
        { id: "late", breaks: ["MSG-09"], storage },
        { ...(await options()), timeScale: 1 },
      );
      const [target] = cluster.msgServers;
      if (target === undefined) throw new Error("a mutated cluster has msg_servers");
      const cases = allCases.filter(({ id }) => id === "msg.rate-limit");
      const result = await judgeRole("msg", target, {
        accounts: ["user1", "user2"].map((name) => ({ name, password: "secret" })),
        cases: cases.map((each) => ({ case: each, skippedBy: undefined })),
        timeScale: 1,
      });
      await cluster.stop();
      expect(withVerdict(result, "failed", "blocked", "errored")).toEqual([]);
      expect(result.summary.passed).toBe(1);
    },
    TIMEOUT_MS,
  );

  it.each([
    { role: "route", others: true },
    { role: "db", others: false },
    { role: "login", others: false },
    { role: "file", others: false },
  ] as const)(
    "that send heartbeats at any time, and pass on what others say: $role",
    async ({ role, others }) => {
      let told = 0;
      const target = (): WireFault => ({
        sent: ({ bytes, header }) => {
          const other = OTHERS_FROM_ID + told++;
          return [heartbeat, ...(others ? relayedFor(header.seqNum, other) : []), bytes];
        },
      });
      const { killedBy, reasons, ran } = await judgeMutant(
        { id: `heartbeats-${role}`, breaks: ["none"], role, ports: { target } },
        await options(),
      );
      expect(killedBy.length === 0 ? [] : reasons).toEqual([]);
      expect(ran).toBeGreaterThan(25);
    },
    TIMEOUT_MS,
  );

  it(
    "whose users have written to each other for years, and read little of it",
    async () => {
      const storage = (sound: Storage): Storage => {
        for (let user = 1; user <= USERS; user++) {
          const neighbour = (user % USERS) + 1;
          for (let peer = OTHERS_FROM_ID; peer < OTHERS_FROM_ID + PEERS; peer++) write(sound, peer, user);
          for (let n = 0; n < PEERS; n++) write(sound, n % 2 === 0 ? user : neighbour, n % 2 === 0 ? neighbour : user);
        }
        return sound;
      };
      const { failures, blocked } = await judge({ id: "years", breaks: ["PUL-06"], storage });
      expect({ failures, blocked }).toEqual({ failures: [], blocked: [] });
    },
    TIMEOUT_MS,
  );
});
