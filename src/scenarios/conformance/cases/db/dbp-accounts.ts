import { clientTypes } from "../../../../client/client-type.js";
import { CommandId } from "../../../../codec/generated/commands.js";
import { loginPassword } from "../../../../codec/password.js";
import { defineDatabaseCase, SINGLE } from "../../db-context.js";
import { expectEqual, expectThat } from "../../expect-that.js";
import { overlookTokenAnswers } from "../../token-answer.js";

/** LGN-06: so many failures within 30 minutes lock a name. */
const FAILURES_TO_LOCK = 11;
const RESULT = { ok: 0, wrong: 1, tooManyFailures: 6 } as const;
const SIGN_INFO_MAX = 128;

export const dbpAccountCases = [
  defineDatabaseCase({
    id: "dbp.validate",
    requirements: ["DBP-01", "LGN-01"],
    level: "must",
    title: "answers a right name and password with result 0 and the user's data, the name and attach_data unchanged",
    sends: "0x0703 with a right name and password, then 0x0204 for that user",
    why: "the login's answer to the client is made of it",
    needs: { accounts: 1 },
    judgesLogin: true,
    async run(context) {
      const { name } = context.account(0);
      const { result_code, user_name, user_info } = await context.validate(context.account(0));
      expectEqual("answer", [result_code, user_name], [RESULT.ok, name]);
      const user_id = user_info?.user_id ?? 0;
      expectThat(user_id > 0, "user_info with a user_id", user_info);
      expectEqual("status", user_info?.status, 0);
      // What 0x0204 tells everybody of this user, field by field.
      const asked = { user_id, user_id_list: [user_id] };
      const { user_info_list } = await context.ask(CommandId.CID_BUDDY_LIST_USER_INFO_REQUEST, asked);
      expectEqual("user_info", user_info, user_info_list[0]);
    },
  }),

  ...[
    { id: "wrong-password", words: "a wrong password", wrong: (name: string) => ({ name, password: "not this one" }) },
    {
      id: "unknown-name",
      words: "an unknown name",
      wrong: (name: string) => ({ name: `nobody-${name}`, password: "secret" }),
    },
  ].map(({ id, words, wrong }) =>
    defineDatabaseCase({
      id: `dbp.validate-refused.${id}`,
      requirements: ["DBP-01", "LGN-02"],
      level: "must",
      title: `answers ${words} with result 1 and no user_info`,
      sends: `0x0703 with ${words}`,
      why: "user_info would log the client in, whatever the result says",
      needs: { accounts: 1 },
      async run(context) {
        const account = context.account(0);
        await context.userId(0);
        const { result_code, user_info } = await context.validate(wrong(account.name));
        expectEqual("result_code", result_code, RESULT.wrong);
        expectThat(user_info === undefined, "no user_info", user_info);
      },
    }),
  ),

  defineDatabaseCase({
    id: "dbp.validate-plain-password",
    requirements: ["DBP-01"],
    level: "must",
    title: "takes the MD5 that clients send, and not the plain password",
    sends: "0x0703 with the password as it is",
    why: "a store that takes both has a second password for everybody",
    needs: { accounts: 1 },
    async run(context) {
      await context.userId(0);
      const { name, password } = context.account(0);
      const answer = await context.ask(CommandId.CID_OTHER_VALIDATE_REQ, { user_name: name, password });
      expectThat(answer.result_code !== RESULT.ok && answer.user_info === undefined, "a refusal", answer);
    },
  }),

  defineDatabaseCase({
    id: "dbp.validate-sql",
    requirements: ["LGN-08", "DBP-01"],
    level: "should",
    title: "takes SQL in a name for a name",
    sends: "0x0703 with the name nobody' or name='…",
    why: "whoever can write the query can log in as anybody",
    needs: { accounts: 1 },
    async run(context) {
      await context.userId(0);
      const { name, password } = context.account(0);
      const user_name = `nobody' or name='${name}`;
      const answer = await context.ask(CommandId.CID_OTHER_VALIDATE_REQ, {
        user_name,
        password: loginPassword(password),
      });
      expectThat(answer.user_info === undefined, "no user_info", answer.user_info);
    },
  }),

  defineDatabaseCase({
    id: "dbp.validate-leaver",
    requirements: ["DBP-01", "LGN-07"],
    level: "must",
    title: "refuses somebody whose status is not 0, though name and password are right",
    sends: "0x0703 with the right name and password of such a user, after that of another one",
    why: "who has left the company keeps the password, and must not read on",
    needs: { accounts: 1, leaver: true },
    async run(context) {
      await context.userId(0);
      const { result_code, user_info } = await context.validate(context.leaver);
      // 6 after earlier runs of the last 30 minutes: a refusal counts as a failure (LGN-06).
      const refusals: readonly number[] = [RESULT.wrong, RESULT.tooManyFailures];
      expectThat(refusals.includes(result_code), `result_code ${refusals.join(" or ")}`, result_code);
      expectThat(user_info === undefined, "no user_info", user_info);
    },
  }),

  defineDatabaseCase({
    id: "dbp.validate-locked",
    requirements: ["DBP-01", "LGN-06"],
    level: "must",
    title: `answers 6 after ${FAILURES_TO_LOCK} failures of a name, to the right password, too`,
    sends: `${FAILURES_TO_LOCK} times 0x0703 with a wrong password, then the right one`,
    why: "passwords could be tried without end",
    needs: { expendable: 1 },
    async run(context) {
      const [account] = context.expendable;
      if (account === undefined) throw new Error("the case asked for an account to spoil");
      const before = await context.validate(account);
      if (before.result_code !== RESULT.ok) context.block(`${account.name} is locked already`);
      for (let n = 0; n < FAILURES_TO_LOCK; n++) await context.validate({ ...account, password: "not this one" });
      const { result_code, user_info } = await context.validate(account);
      expectEqual("result_code", result_code, RESULT.tooManyFailures);
      expectThat(user_info === undefined, "no user_info", user_info);
    },
  }),

  defineDatabaseCase({
    id: "dbp.users-by-id",
    requirements: ["DBP-02", "PUL-03"],
    level: "must",
    title: "gives the users that are asked for, and leaves unknown ids out",
    sends: "0x0204 with two users and an unknown id, and with none",
    why: "clients show names by it",
    needs: { accounts: 2 },
    async run(context) {
      const ids = await context.userIds(0, 1);
      const asked = [...ids, context.unknownId()];
      const { user_info_list } = await context.ask(CommandId.CID_BUDDY_LIST_USER_INFO_REQUEST, {
        user_id: ids[0] ?? 0,
        user_id_list: asked,
      });
      expectEqual("users", user_info_list.map(({ user_id }) => user_id).sort(ascending), ids.toSorted(ascending));
      const none = await context.ask(CommandId.CID_BUDDY_LIST_USER_INFO_REQUEST, {
        user_id: ids[0] ?? 0,
        user_id_list: [],
      });
      expectEqual("users when nobody is asked for", none.user_info_list, []);
    },
  }),

  defineDatabaseCase({
    id: "dbp.all-users",
    requirements: ["DBP-02", "PUL-02"],
    level: "must",
    title: "gives all users for time 0, and nobody for a time far ahead",
    sends: "0x0208 with time 0, and with a time in the year 2036",
    why: "clients keep their list of people by it",
    needs: { accounts: 2 },
    async run(context) {
      const ids = await context.userIds(0, 1);
      const user_id = ids[0] ?? 0;
      const all = await context.ask(CommandId.CID_BUDDY_LIST_ALL_USER_REQUEST, { user_id, latest_update_time: 0 });
      const listed = new Set(all.user_list.map((user) => user.user_id));
      expectThat(
        ids.every((id) => listed.has(id)),
        `users ${ids.join(" and ")} in the list`,
        `${listed.size} others`,
      );
      expectThat(all.latest_update_time > 0, "the time of the last change", all.latest_update_time);
      const { user_info_list } = await context.ask(CommandId.CID_BUDDY_LIST_USER_INFO_REQUEST, {
        user_id,
        user_id_list: [user_id],
      });
      const own = all.user_list.find((user) => user.user_id === user_id);
      expectEqual("details, as in 0x0205:", own, user_info_list[0]);
      const later = { user_id, latest_update_time: 2_100_000_000 };
      const none = await context.ask(CommandId.CID_BUDDY_LIST_ALL_USER_REQUEST, later);
      expectEqual("users changed since 2036", none.user_list.length, 0);
    },
  }),

  defineDatabaseCase({
    id: "dbp.departments",
    requirements: ["DBP-02", "PUL-01"],
    level: "must",
    title: "gives the departments, that of a user among them, their last change as time, and none for that time",
    sends: "0x0204 for a user's department; 0x0210 with time 0, then with the time of the answer",
    why: "people are found by it, and a client that pulls again must not load everything",
    needs: { accounts: 1 },
    async run(context) {
      const user_id = await context.userId(0);
      const asked = { user_id, user_id_list: [user_id] };
      const { user_info_list } = await context.ask(CommandId.CID_BUDDY_LIST_USER_INFO_REQUEST, asked);
      const home = user_info_list[0]?.department_id ?? 0;
      if (home === 0) context.block(`user ${user_id} is in no department`);
      const all = await context.ask(CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST, { user_id, latest_update_time: 0 });
      const ids = all.dept_list.map(({ dept_id }) => dept_id);
      // Tables that others fill may name one that they lack.
      if (!ids.includes(home))
        context.block(`department ${home}, where user ${user_id} is, is not among ${ids.join(", ")}`);
      const { latest_update_time } = all;
      expectThat(latest_update_time > 0, "the time of the last change", latest_update_time);
      const again = await context.ask(CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST, { user_id, latest_update_time });
      expectEqual("departments changed since", again.dept_list, []);
      expectEqual("time", again.latest_update_time, latest_update_time);
    },
  }),

  defineDatabaseCase({
    id: "dbp.sign-info",
    requirements: ["DBP-02", "PRE-04"],
    level: "must",
    title: "keeps a changed signature, and refuses one that is too long with result 1",
    sends: "0x0213 with a signature, and with one of 200 bytes; 0x0204",
    why: "everybody sees it",
    needs: { accounts: 1 },
    async run(context) {
      const user_id = await context.userId(0);
      const sign_info = `at lunch ${context.uniqueWord()}`;
      const set = await context.ask(CommandId.CID_BUDDY_LIST_CHANGE_SIGN_INFO_REQUEST, { user_id, sign_info });
      expectEqual("result_code", set.result_code, RESULT.ok);
      expectEqual("sign_info of 0x0214", set.sign_info, sign_info);
      const tooLong = "x".repeat(SIGN_INFO_MAX + 1);
      const refused = await context.ask(CommandId.CID_BUDDY_LIST_CHANGE_SIGN_INFO_REQUEST, {
        user_id,
        sign_info: tooLong,
      });
      expectEqual("result_code of one that is too long", refused.result_code, 1);
      const seen = await context.ask(CommandId.CID_BUDDY_LIST_USER_INFO_REQUEST, { user_id, user_id_list: [user_id] });
      expectEqual("sign_info", seen.user_info_list[0]?.sign_info, sign_info);
    },
  }),

  defineDatabaseCase({
    id: "dbp.push-shield",
    requirements: ["DBP-02", "LGN-16"],
    level: "must",
    title: "keeps a user's do-not-disturb setting",
    sends: "0x010c with 1 and with 0, each followed by 0x010e",
    why: "a phone that was told to be quiet at night rings",
    needs: { accounts: 1 },
    async run(context) {
      const user_id = await context.userId(0);
      for (const shield_status of [1, 0]) {
        const set = await context.ask(CommandId.CID_LOGIN_REQ_PUSH_SHIELD, { user_id, shield_status });
        expectEqual("answer", [set.result_code, set.shield_status], [RESULT.ok, shield_status]);
        const seen = await context.ask(CommandId.CID_LOGIN_REQ_QUERY_PUSH_SHIELD, { user_id });
        expectEqual("setting", [seen.result_code, seen.shield_status], [RESULT.ok, shield_status]);
      }
    },
  }),

  defineDatabaseCase({
    id: "dbp.device-token",
    requirements: ["DBP-03", "LGN-15"],
    level: "must",
    title:
      "gives the token that a user's phone has set, with the user's unread messages as count, and none once it is cleared",
    sends: "0x0108 with a token, two messages to the user, 0x0705; 0x0108 with an empty one, 0x0705",
    why: "pushes go there, and the number on the app's icon is that count",
    needs: { accounts: 2 },
    async run(context) {
      const [user, sender] = (await context.userIds(0, 1)) as [number, number];
      const link = await context.link();
      const device_token = `token-${context.uniqueWord()}`;
      // The original servers give no token of an iPhone at night when its owner is not to be disturbed (LGN-16).
      const client_type = clientTypes.android;
      link.send(CommandId.CID_LOGIN_REQ_DEVICETOKEN, { user_id: user, device_token, client_type });
      for (let n = 0; n < 2; n++) await context.store(sender, user);
      const tokens = () => context.ask(CommandId.CID_OTHER_GET_DEVICE_TOKEN_REQ, { user_id: [user] });
      // By the token: the original servers keep an entry with an empty one for a user who has cleared his.
      const { user_token_info } = await context.eventually("the token", tokens, (body) =>
        body.user_token_info.some(({ token }) => token === device_token),
      );
      const [info] = user_token_info;
      expectEqual("token", [info?.user_id, info?.token, info?.user_type], [user, device_token, client_type]);
      const { total_cnt } = await context.ask(CommandId.CID_MSG_UNREAD_CNT_REQUEST, { user_id: user });
      expectThat(total_cnt >= 2, "two unread messages at least", total_cnt);
      expectEqual("push_count", info?.push_count, total_cnt);
      link.send(CommandId.CID_LOGIN_REQ_DEVICETOKEN, { user_id: user, device_token: "", client_type });
      await context.eventually("no token", tokens, (body) =>
        body.user_token_info.every(({ token }) => token !== device_token),
      );
      await context.read(user, sender, await context.latestId(user, sender), SINGLE);
      overlookTokenAnswers(link);
    },
  }),
];

function ascending(a: number, b: number): number {
  return a - b;
}
