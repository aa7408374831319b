import { CommandId } from "../../src/codec/generated/commands.js";
import { ClientType, KickReasonType, ResultType, UserStatType } from "../../src/codec/generated/enums.js";
import { loginPassword } from "../../src/codec/password.js";
import { encodePdu } from "../../src/codec/pdu.js";
import { ignores, neverSends, sends, takes, together } from "./fault-words.js";
import type { Mutant } from "./mutant.js";
import { storageFault } from "./storage-fault.js";
import type { FaultyLine } from "./wire-fault.js";

/** Of every user of the fixture. */
const PASSWORD = "secret";
const REFUSED = ResultType.REFUSE_REASON_DB_VALIDATE_FAILED;
const FAILURES_BEFORE_LOCK = 11;
const MOBILE = 0x10;

/** Logins, kicks, tokens, do-not-disturb. */
export const lgnMutants: readonly Mutant[] = [
  {
    id: "login-without-result-string",
    breaks: ["LGN-01"],
    clients: () =>
      sends(CommandId.CID_LOGIN_RES_USERLOGIN, ({ result_string, ...body }) =>
        body.result_code === ResultType.REFUSE_REASON_NONE ? body : undefined,
      ),
  },
  {
    id: "login-without-server-time",
    breaks: ["LGN-01"],
    clients: () => sends(CommandId.CID_LOGIN_RES_USERLOGIN, (body) => ({ ...body, server_time: 0 })),
  },
  {
    id: "login-without-sign-info",
    breaks: ["LGN-01"],
    clients: () =>
      sends(CommandId.CID_LOGIN_RES_USERLOGIN, (body) => {
        if (body.user_info === undefined) return undefined;
        const { sign_info, ...user_info } = body.user_info;
        return { ...body, user_info };
      }),
  },
  {
    id: "login-tells-of-another-user",
    breaks: ["LGN-01"],
    clients: () =>
      sends(CommandId.CID_LOGIN_RES_USERLOGIN, (body) =>
        body.user_info === undefined
          ? undefined
          : { ...body, user_info: { ...body.user_info, user_id: body.user_info.user_id + 1 } },
      ),
  },
  {
    id: "refused-with-result-1",
    breaks: ["LGN-02"],
    clients: () =>
      sends(CommandId.CID_LOGIN_RES_USERLOGIN, (body) =>
        body.result_code === REFUSED ? { ...body, result_code: ResultType.REFUSE_REASON_NO_MSG_SERVER } : undefined,
      ),
  },
  {
    id: "refused-without-words",
    breaks: ["LGN-02"],
    clients: () =>
      sends(CommandId.CID_LOGIN_RES_USERLOGIN, (body) =>
        body.result_code === REFUSED ? { ...body, result_string: "" } : undefined,
      ),
  },
  { id: "refused-stays-open", breaks: ["LGN-02"], clients: () => ({ staysOpen: ({ isRefused }) => isRefused }) },
  {
    id: "refused-with-user-info",
    breaks: ["LGN-02"],
    clients: () =>
      sends(CommandId.CID_LOGIN_RES_USERLOGIN, (body) => {
        if (body.result_code !== REFUSED) return undefined;
        const [name, text] = ["", ""];
        const numbers = { user_id: 1, user_gender: 1, department_id: 1, status: 0 };
        const names = { user_nick_name: name, user_real_name: name, user_tel: name, user_domain: name };
        return { ...body, user_info: { ...numbers, ...names, avatar_url: text, email: text } };
      }),
  },
  {
    id: "any-password-taken",
    breaks: ["LGN-02"],
    clients: () => takes(CommandId.CID_LOGIN_REQ_USERLOGIN, (body) => ({ ...body, password: loginPassword(PASSWORD) })),
  },
  {
    id: "plain-password-taken",
    breaks: ["LGN-02"],
    clients: () =>
      takes(CommandId.CID_LOGIN_REQ_USERLOGIN, (body) =>
        body.password === PASSWORD ? { ...body, password: loginPassword(PASSWORD) } : undefined,
      ),
  },
  {
    id: "online-status-not-echoed",
    breaks: ["LGN-03"],
    clients: () =>
      sends(CommandId.CID_LOGIN_RES_USERLOGIN, (body) => ({
        ...body,
        online_status: UserStatType.USER_STATUS_ONLINE,
      })),
  },
  {
    id: "online-status-shown-to-others",
    breaks: ["LGN-03"],
    clients: () =>
      sends(CommandId.CID_BUDDY_LIST_STATUS_NOTIFY, ({ user_stat }, { all }) => {
        const asked = all.find(({ userId }) => userId === user_stat.user_id)?.onlineStatus;
        return asked ? { user_stat: { ...user_stat, status: asked } } : undefined;
      }),
  },
  {
    id: "second-login-answered",
    breaks: ["LGN-04"],
    clients: () =>
      takes(CommandId.CID_LOGIN_REQ_USERLOGIN, (_, line, pdu) => {
        if (line.userId === 0) return undefined;
        const answer = { server_time: 1, result_code: REFUSED, result_string: "again?" };
        line.toClient(pdu.with(CommandId.CID_LOGIN_RES_USERLOGIN, answer));
        return "nothing";
      }),
  },
  {
    id: "failures-not-counted",
    breaks: ["LGN-06"],
    // Another name for each wrong password: the right one's count stays at 0.
    clients: () =>
      takes(CommandId.CID_LOGIN_REQ_USERLOGIN, (body) =>
        body.password === loginPassword(PASSWORD) ? undefined : { ...body, user_name: `${body.user_name} ?` },
      ),
  },
  {
    id: "lock-out-in-the-same-words",
    breaks: ["LGN-06"],
    clients: () =>
      sends(CommandId.CID_LOGIN_RES_USERLOGIN, (body) =>
        body.result_code === REFUSED ? { ...body, result_string: "no" } : undefined,
      ),
  },
  {
    id: "success-clears-no-failures",
    breaks: ["LGN-06"],
    clients: () => {
      const failures = new Map<string, number>();
      return takes(CommandId.CID_LOGIN_REQ_USERLOGIN, (body) => {
        const count = failures.get(body.user_name) ?? 0;
        if (body.password !== loginPassword(PASSWORD)) failures.set(body.user_name, count + 1);
        return count >= FAILURES_BEFORE_LOCK ? { ...body, password: "" } : undefined;
      });
    },
  },
  {
    id: "lock-out-of-everybody",
    breaks: ["LGN-06"],
    clients: () => {
      let failures = 0;
      return takes(CommandId.CID_LOGIN_REQ_USERLOGIN, (body) => {
        if (body.password !== loginPassword(PASSWORD)) failures++;
        return failures >= FAILURES_BEFORE_LOCK ? { ...body, password: "" } : undefined;
      });
    },
  },
  {
    id: "leavers-may-log-in",
    breaks: ["LGN-07"],
    storage: storageFault("accounts", (sound) => ({
      async credentials(name) {
        const found = await sound.credentials(name);
        return found === undefined ? undefined : { ...found, user: { ...found.user, status: 0 } };
      },
    })),
  },
  {
    id: "names-in-any-case",
    breaks: ["LGN-08"],
    clients: () =>
      takes(CommandId.CID_LOGIN_REQ_USERLOGIN, (body) => ({ ...body, user_name: body.user_name.toLowerCase() })),
  },
  {
    id: "name-cut-at-nul",
    breaks: ["LGN-08"],
    clients: () =>
      takes(CommandId.CID_LOGIN_REQ_USERLOGIN, (body) => ({ ...body, user_name: body.user_name.split("\0")[0] ?? "" })),
  },
  {
    id: "name-with-quotes-breaks-the-query",
    breaks: ["LGN-08"],
    clients: () => ignores(CommandId.CID_LOGIN_REQ_USERLOGIN, ({ user_name }) => /['"]/.test(user_name)),
  },
  {
    id: "name-beyond-three-byte-utf8-closes",
    breaks: ["LGN-08"],
    clients: () =>
      takes(CommandId.CID_LOGIN_REQ_USERLOGIN, ({ user_name }, line) => {
        if (/[\u{10000}-\u{10ffff}]/u.test(user_name)) line.close();
        return undefined;
      }),
  },
  {
    id: "long-name-ends-all-logins",
    breaks: ["LGN-08"],
    clients: () => {
      let isBroken = false;
      return ignores(CommandId.CID_LOGIN_REQ_USERLOGIN, ({ user_name }) => {
        isBroken ||= user_name.length > 1000;
        return isBroken;
      });
    },
  },
  {
    id: "one-device-in-all",
    breaks: ["LGN-09"],
    clients: () =>
      takes(CommandId.CID_LOGIN_REQ_USERLOGIN, (body) => ({ ...body, client_type: ClientType.CLIENT_TYPE_WINDOWS })),
  },
  { id: "kick-not-told", breaks: ["LGN-10"], clients: () => neverSends(CommandId.CID_LOGIN_KICK_USER) },
  {
    id: "kick-with-wrong-reason",
    breaks: ["LGN-10"],
    clients: () =>
      sends(CommandId.CID_LOGIN_KICK_USER, (body) => ({
        ...body,
        kick_reason: KickReasonType.KICK_REASON_MOBILE_KICK,
      })),
  },
  {
    id: "kick-of-user-0",
    breaks: ["LGN-10"],
    clients: () => sends(CommandId.CID_LOGIN_KICK_USER, (body) => ({ ...body, user_id: 0 })),
  },
  {
    id: "kick-of-same-client-type-only",
    breaks: ["LGN-10"],
    clients: () => {
      const KNOWN_AFTER_MS = 50;
      return sends(CommandId.CID_LOGIN_KICK_USER, ({ user_id }, line, pdu) => {
        // By then the newer connection has its answer, so it is known whose it is.
        line.later(KNOWN_AFTER_MS, () => {
          const others = line.all.filter((each) => each !== line && each.userId === user_id);
          if (others.some(({ clientType }) => clientType === line.clientType)) line.toClient(pdu.bytes);
        });
        return "nothing";
      });
    },
  },
  {
    id: "kick-of-the-other-class-too",
    breaks: ["LGN-10"],
    clients: () =>
      sends(CommandId.CID_LOGIN_KICK_USER, (_, line, pdu) => {
        const others = line.all.filter((each) => each.userId === line.userId && each.isMobile !== line.isMobile);
        for (const other of others) other.toClient(pdu.bytes);
        return undefined;
      }),
  },
  {
    id: "kick-not-sent-across-servers",
    breaks: ["LGN-11"],
    route: () => ignores(CommandId.CID_OTHER_SERVER_KICK_USER),
  },
  {
    id: "kick-across-servers-of-pcs-only",
    breaks: ["LGN-11"],
    route: () => ignores(CommandId.CID_OTHER_SERVER_KICK_USER, ({ client_type }) => (client_type & MOBILE) !== 0),
  },
  { id: "logout-not-answered", breaks: ["LGN-13"], clients: () => neverSends(CommandId.CID_LOGIN_RES_LOGINOUT) },
  {
    id: "logout-with-result-1",
    breaks: ["LGN-13"],
    clients: () => sends(CommandId.CID_LOGIN_RES_LOGINOUT, () => ({ result_code: 1 })),
  },
  {
    id: "logout-stays-open",
    breaks: ["LGN-13"],
    clients: () => {
      const loggedOut = new WeakSet<FaultyLine>();
      return {
        ...takes(CommandId.CID_LOGIN_REQ_LOGINOUT, (_, line) => {
          loggedOut.add(line);
          return undefined;
        }),
        staysOpen: (line) => loggedOut.has(line),
      };
    },
  },
  { id: "kick-of-pc-ignored", breaks: ["LGN-14"], clients: () => ignores(CommandId.CID_LOGIN_REQ_KICKPCCLIENT) },
  {
    id: "kick-of-pc-only-answered",
    breaks: ["LGN-14"],
    clients: () =>
      neverSends(
        CommandId.CID_LOGIN_KICK_USER,
        ({ kick_reason }) => kick_reason === KickReasonType.KICK_REASON_MOBILE_KICK,
      ),
  },
  {
    id: "kick-of-pc-with-reason-1",
    breaks: ["LGN-14"],
    clients: () =>
      sends(CommandId.CID_LOGIN_KICK_USER, (body) => ({
        ...body,
        kick_reason: KickReasonType.KICK_REASON_DUPLICATE_USER,
      })),
  },
  {
    id: "kick-of-pc-on-own-server-only",
    breaks: ["LGN-14"],
    route: () =>
      ignores(CommandId.CID_OTHER_SERVER_KICK_USER, ({ reason }) => reason === KickReasonType.KICK_REASON_MOBILE_KICK),
  },
  {
    id: "pc-kicks-pc",
    breaks: ["LGN-14"],
    clients: () =>
      takes(CommandId.CID_LOGIN_REQ_KICKPCCLIENT, (_, line, pdu) => {
        const { userId: user_id } = line;
        if (!line.isMobile) line.toClient(pdu.with(CommandId.CID_LOGIN_RES_KICKPCCLIENT, { user_id, result_code: 0 }));
        return undefined;
      }),
  },
  { id: "token-not-answered", breaks: ["LGN-15"], clients: () => neverSends(CommandId.CID_LOGIN_RES_DEVICETOKEN) },
  {
    id: "token-of-pc-answered",
    breaks: ["LGN-15"],
    clients: () =>
      takes(CommandId.CID_LOGIN_REQ_DEVICETOKEN, ({ user_id }, line, pdu) => {
        if (!line.isMobile) line.toClient(pdu.with(CommandId.CID_LOGIN_RES_DEVICETOKEN, { user_id }));
        return undefined;
      }),
  },
  {
    id: "do-not-disturb-forgotten",
    breaks: ["LGN-16"],
    storage: storageFault("push", () => ({ setPushShield: async () => {} })),
  },
  {
    id: "do-not-disturb-of-everybody",
    breaks: ["LGN-16"],
    clients: () => {
      let last = 0;
      return together(
        takes(CommandId.CID_LOGIN_REQ_PUSH_SHIELD, ({ shield_status }) => {
          last = shield_status;
          return undefined;
        }),
        sends(CommandId.CID_LOGIN_RES_QUERY_PUSH_SHIELD, (body) => ({ ...body, shield_status: last })),
      );
    },
  },
  {
    id: "do-not-disturb-answered-without-status",
    breaks: ["LGN-16"],
    clients: () => sends(CommandId.CID_LOGIN_RES_PUSH_SHIELD, ({ shield_status, ...body }) => body),
  },
  {
    id: "kicked-by-server-error",
    breaks: ["LGN-09"],
    clients: () =>
      sends(CommandId.CID_LOGIN_RES_USERLOGIN, (_, line, pdu) => {
        const older = line.all.filter((each) => each !== line && each.userId === line.userId && !each.isMobile);
        const kick = { user_id: line.userId, kick_reason: KickReasonType.KICK_REASON_DUPLICATE_USER };
        for (const each of older) if (line.isMobile) each.toClient(encodePdu(CommandId.CID_LOGIN_KICK_USER, kick));
        return [pdu.bytes];
      }),
  },
  {
    id: "login-with-another-nick-name",
    breaks: ["LGN-01"],
    clients: () =>
      sends(CommandId.CID_LOGIN_RES_USERLOGIN, ({ user_info, ...body }) =>
        user_info === undefined
          ? undefined
          : { ...body, user_info: { ...user_info, user_nick_name: user_info.user_real_name } },
      ),
  },
];
