import type { Account } from "../../../client/account.js";
import { CommandId } from "../../../codec/generated/commands.js";
import { ResultType, UserStatType } from "../../../codec/generated/enums.js";
import type { IMLoginReq, IMLoginRes } from "../../../codec/generated/messages.js";
import { loginPassword } from "../../../codec/password.js";
import type { CaseContext } from "../case-context.js";
import type { ConformanceCase } from "../conformance-case.js";
import { defineCase } from "../define-case.js";
import { expectEqual, expectThat } from "../expect-that.js";

const { USER_STATUS_ONLINE, USER_STATUS_OFFLINE, USER_STATUS_LEAVE } = UserStatType;
const WRONG_PASSWORD = "not the password";
/** LGN-06 */
const FAILURES_BEFORE_LOCK = 11;

export const lgnLoginCases: readonly ConformanceCase[] = [
  defineCase({
    id: "lgn.success",
    requirements: ["LGN-01"],
    level: "must",
    title: "lets a user in with the right name and password and tells who he is",
    why: "everything else begins with it",
    needs: { accounts: 1 },
    judgesLogin: true,
    async run(context) {
      const answer = await attempt(context, context.loginRequest(context.account(0)));
      expectEqual("result_code", answer.result_code, ResultType.REFUSE_REASON_NONE);
      expectThat(answer.result_string !== undefined, "a result_string", answer);
      expectEqual("online_status", answer.online_status, USER_STATUS_ONLINE);
      expectThat(answer.user_info !== undefined, "user_info", answer);
      expectThat(answer.user_info.user_id > 0, "a user_id", answer.user_info.user_id);
      expectThat(answer.user_info.sign_info !== undefined, "sign_info in user_info", answer.user_info);
      expectThat(answer.server_time > 0, "server_time", answer.server_time);
    },
  }),

  defineCase({
    id: "lgn.wrong-password",
    requirements: ["LGN-02"],
    level: "must",
    title: "refuses a wrong password with result 6 and closes the connection; the right one works after it",
    why: "6 is what clients show as `wrong name or password`",
    needs: { accounts: 1 },
    async run(context) {
      const account = context.account(0);
      await expectRefused(context, { ...context.loginRequest(account), password: loginPassword(WRONG_PASSWORD) });
      // Clears the failure count too (LGN-06), so that later runs find the account as it was.
      await context.login(account);
    },
  }),

  defineCase({
    id: "lgn.plain-password",
    requirements: ["LGN-02"],
    level: "must",
    title: "refuses the plain text of the password: what counts is its MD5",
    why: "a server that takes both has the plain text, or compares the wrong thing",
    needs: { accounts: 1 },
    async run(context) {
      const account = context.account(0);
      await expectRefused(context, { ...context.loginRequest(account), password: account.password });
      await context.login(account);
    },
  }),

  defineCase({
    id: "lgn.unknown-name",
    requirements: ["LGN-02"],
    level: "must",
    title: "refuses an unknown name with result 6 and closes the connection",
    why: "the same answer as to a wrong password: it does not tell which names exist",
    needs: { accounts: 1 },
    async run(context) {
      await context.login(context.account(0));
      const name = `nobody-${context.uniqueWord()}`;
      await expectRefused(context, { ...context.loginRequest(context.account(0)), user_name: name });
    },
  }),

  defineCase({
    id: "lgn.leaver",
    requirements: ["LGN-07", "LGN-02"],
    level: "must",
    title: "refuses somebody whose status is not 0 with result 6, though name and password are right",
    why: "who has left the company keeps the password, and must not read on",
    needs: { accounts: 1, leaver: true },
    async run(context) {
      // On the same server, a right name and password are enough for others.
      await context.login(context.account(0));
      await expectRefused(context, context.loginRequest(context.leaver));
    },
  }),

  ...[
    { id: "online", status: USER_STATUS_ONLINE },
    { id: "offline", status: USER_STATUS_OFFLINE },
    { id: "leave", status: USER_STATUS_LEAVE },
  ].map(({ id, status }) =>
    defineCase({
      id: `lgn.online-status.${id}`,
      requirements: ["LGN-03"],
      level: "must",
      title: `accepts and echoes online_status ${status}; other users see ONLINE`,
      why: "presence has two values for others; a third would show as unknown",
      needs: { accounts: 2 },
      async run(context) {
        const observer = await context.login(context.account(0));
        const answer = await attempt(context, context.loginRequest(context.account(1), { onlineStatus: status }));
        expectEqual("result_code", answer.result_code, ResultType.REFUSE_REASON_NONE);
        expectEqual("online_status", answer.online_status, status);
        const userId = answer.user_info?.user_id ?? 0;
        await observer.expectPresence(userId, USER_STATUS_ONLINE);
      },
    }),
  ),

  defineCase({
    id: "lgn.second-login",
    requirements: ["LGN-04"],
    level: "must",
    title: "ignores a second login request on a connection",
    why: "a connection belongs to one user for its whole life",
    needs: { accounts: 2 },
    async run(context) {
      const { peer, userId } = await context.login(context.account(0));
      const again = peer.send(CommandId.CID_LOGIN_REQ_USERLOGIN, context.loginRequest(context.account(0)));
      const other = peer.send(CommandId.CID_LOGIN_REQ_USERLOGIN, context.loginRequest(context.account(1)));
      const unread = await peer.request(CommandId.CID_MSG_UNREAD_CNT_REQUEST, { user_id: userId });
      await peer.expectNoAnswer(again);
      await peer.expectNoAnswer(other);
      expectEqual("user_id of 0x0308", unread.user_id, userId);
    },
  }),

  defineCase({
    id: "lgn.lock-out",
    requirements: ["LGN-06"],
    level: "must",
    title: "refuses even the right password after 11 failures, and says so in other words",
    why: "passwords could be guessed at network speed",
    needs: { accounts: 1, expendable: 3 },
    async run(context) {
      const account = await firstNotLockedOut(context);
      const wrong = { ...context.loginRequest(account), password: loginPassword(WRONG_PASSWORD) };
      let wrongPasswordWords = "";
      for (let failure = 0; failure < FAILURES_BEFORE_LOCK; failure++) {
        const answer = await attempt(context, wrong);
        expectEqual("result_code", answer.result_code, ResultType.REFUSE_REASON_DB_VALIDATE_FAILED);
        if (failure === 0) wrongPasswordWords = answer.result_string ?? "";
      }
      const answer = await attempt(context, context.loginRequest(account));
      expectEqual(
        "result_code with the right password",
        answer.result_code,
        ResultType.REFUSE_REASON_DB_VALIDATE_FAILED,
      );
      expectThat(
        (answer.result_string ?? "") !== "" && answer.result_string !== wrongPasswordWords,
        `a result_string other than "${wrongPasswordWords}"`,
        answer.result_string,
      );
      const other = await attempt(context, context.loginRequest(context.account(0)));
      expectEqual("result_code of another user", other.result_code, ResultType.REFUSE_REASON_NONE);
    },
  }),

  defineCase({
    id: "lgn.success-clears-failures",
    requirements: ["LGN-06"],
    level: "must",
    title: "forgets a name's failures when a login succeeds",
    why: "people mistype for years; without it everybody is locked out in the end",
    needs: { expendable: 3 },
    async run(context) {
      const account = await firstNotLockedOut(context);
      const right = context.loginRequest(account);
      const wrong = { ...right, password: loginPassword(WRONG_PASSWORD) };
      for (const round of ["first", "second"]) {
        for (let failure = 0; failure < FAILURES_BEFORE_LOCK - 1; failure++) {
          const answer = await attempt(context, wrong);
          expectEqual("result_code", answer.result_code, ResultType.REFUSE_REASON_DB_VALIDATE_FAILED);
        }
        const answer = await attempt(context, right);
        expectEqual(`result_code after the ${round} 10 failures`, answer.result_code, ResultType.REFUSE_REASON_NONE);
      }
    },
  }),

  defineCase({
    id: "lgn.name-case",
    requirements: ["LGN-08"],
    level: "must",
    title: "does not take a name in other case for the user",
    why: "two users may differ in case only",
    needs: { accounts: 1 },
    async run(context) {
      const account = context.account(0);
      const upper = account.name.toUpperCase();
      const otherCase = upper === account.name ? account.name.toLowerCase() : upper;
      if (otherCase === account.name) context.block(`the name ${account.name} has no letters`);
      await context.login(account);
      await expectRefused(context, { ...context.loginRequest(account), user_name: otherCase });
    },
  }),

  defineCase({
    id: "lgn.sql-in-name",
    requirements: ["LGN-08"],
    level: "should",
    title: "takes SQL in a name for a name",
    why: "whoever can write the query can log in as anybody",
    needs: { accounts: 1 },
    async run(context) {
      const account = context.account(0);
      await context.login(account);
      // Matches the user only where the name is pasted into the query; nobody else could be hit.
      const user_name = `nobody' or name='${account.name}`;
      const answer = await attempt(context, { ...context.loginRequest(account), user_name });
      expectEqual("result_code", answer.result_code, ResultType.REFUSE_REASON_DB_VALIDATE_FAILED);
    },
  }),

  ...[
    { id: "quotes", words: "quotes and backslashes", name: `\\'"\`;--%_` },
    { id: "emoji", words: "emoji", name: "🦊🦊🦊" },
    { id: "nul", words: "a NUL", name: "\u0000" },
    { id: "10-kb", words: "10,000 letters", name: "n".repeat(10_000) },
  ].map(({ id, words, name }) =>
    defineCase({
      id: `lgn.strange-name.${id}`,
      requirements: ["LGN-08"],
      level: "should",
      title: `refuses a name of ${words} and goes on serving`,
      why: "names come from anybody, before any check of who it is",
      needs: { accounts: 1 },
      async run(context) {
        const account = context.account(0);
        const user_name = id === "nul" ? `${account.name}${name}` : name;
        const answer = await attempt(context, { ...context.loginRequest(account), user_name });
        expectEqual("result_code", answer.result_code, ResultType.REFUSE_REASON_DB_VALIDATE_FAILED);
        await context.login(account);
      },
    }),
  ),
];

/** One login request on a connection of its own, and its answer. */
async function attempt(context: CaseContext, request: IMLoginReq): Promise<IMLoginRes> {
  const peer = await context.dial();
  return peer.request(CommandId.CID_LOGIN_REQ_USERLOGIN, request);
}

/** LGN-02 */
async function expectRefused(context: CaseContext, request: IMLoginReq): Promise<void> {
  const peer = await context.dial();
  const answer = await peer.request(CommandId.CID_LOGIN_REQ_USERLOGIN, request);
  expectEqual("result_code", answer.result_code, ResultType.REFUSE_REASON_DB_VALIDATE_FAILED);
  expectThat((answer.result_string ?? "") !== "", "a result_string that says why", answer);
  expectThat(answer.user_info === undefined, "no user_info", answer);
  await peer.expectClosed();
}

async function firstNotLockedOut(context: CaseContext): Promise<Account> {
  for (const account of context.expendable) {
    const answer = await attempt(context, context.loginRequest(account));
    if (answer.result_code === ResultType.REFUSE_REASON_NONE) return account;
  }
  const names = context.expendable.map(({ name }) => name).join(", ");
  return context.block(`${names} cannot log in: locked out by an earlier run? That lasts 30 minutes`);
}
