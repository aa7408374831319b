import type { Account } from "../../../client/account.js";
import { ExpectationError } from "../../../client/expectation-error.js";
import { Patience } from "../../../client/patience.js";
import { CommandId } from "../../../codec/generated/commands.js";
import { SessionType } from "../../../codec/generated/enums.js";
import type { IMMsgDataAck } from "../../../codec/generated/messages.js";
import type { CaseContext } from "../case-context.js";
import type { ConformanceCase } from "../conformance-case.js";
import { defineCase } from "../define-case.js";
import { expectEqual, expectThat } from "../expect-that.js";
import type { LoggedInClient } from "../logged-in-client.js";

const PIPELINED = 10;
/** MSG-08: so many a second; a burst may meet one boundary of the window, or two on a slow machine. */
const ACCEPTED_A_SECOND = 20;
const BURST = 100;
/** Of the time that an answer may take: a message whose ack has not come by then was dropped, or the next one shows it. */
const DROPPED_AFTER_SHARE = 0.1;
const PROBE_INTERVAL_MS = 300;

export const msgIdCases: readonly ConformanceCase[] = [
  defineCase({
    id: "msg.ids-of-a-pair",
    requirements: ["MSG-02"],
    level: "must",
    title: "numbers the messages of two users in one sequence for both directions",
    why: "clients page through history and find gaps by it",
    needs: { accounts: 2 },
    async run(context) {
      const [one, other] = await context.loginAll(context.account(0), context.account(1));
      const before = await one.latestMsgId(other.userId);
      const ids = [];
      for (const [from, to] of [
        [one, other],
        [other, one],
        [other, one],
        [one, other],
      ] as const) {
        ids.push((await from.say(to.userId)).ack.msg_id);
      }
      expectEqual(
        "ids",
        ids,
        ids.map((_, at) => before + 1 + at),
      );
      expectEqual("0x030c of one", await one.latestMsgId(other.userId), before + ids.length);
      expectEqual("0x030c of the other", await other.latestMsgId(one.userId), before + ids.length);
    },
  }),

  defineCase({
    id: "msg.ids-start-at-one",
    requirements: ["MSG-02", "MSG-17"],
    level: "must",
    title: "gives the first message of two users id 1; before it their last id is 0",
    why: "0 means `no message` to clients",
    needs: { accounts: 5 },
    async run(context) {
      const accounts = [0, 1, 2, 3, 4].map((n) => context.account(n));
      const [one, other] = await strangersAmong(context, accounts);
      expectEqual("id of the first message", (await one.say(other.userId)).ack.msg_id, 1);
      expectEqual("id of the first answer", (await other.say(one.userId)).ack.msg_id, 2);
    },
  }),

  defineCase({
    id: "msg.concurrent-first-messages",
    requirements: ["MSG-02"],
    level: "should",
    title: "gives pipelined first messages of two users the ids 1, 2, 3 and so on, each once",
    why: "two relations for one pair lose half of its messages for ever",
    // The original servers are left with a broken pair, which must not meet another case.
    needs: { expendable: 3 },
    async run(context) {
      const [one, other] = await strangersAmong(context, context.expendable);
      const seqNums = Array.from({ length: PIPELINED }, () =>
        one.peer.send(CommandId.CID_MSG_DATA, one.messageTo(other.userId)),
      );
      const ids: number[] = [];
      for (const seqNum of seqNums) {
        ids.push((await one.peer.expectAnswer(CommandId.CID_MSG_DATA, seqNum)).body.msg_id);
      }
      expectEqual(
        "ids",
        ids.sort((a, b) => a - b),
        ids.map((_, at) => at + 1),
      );
      const history = await one.history(other.userId, { count: PIPELINED + 1 });
      expectEqual("messages in the history:", history.length, PIPELINED);
    },
  }),

  defineCase({
    id: "msg.latest-id-of-strangers",
    requirements: ["MSG-17"],
    level: "must",
    title: "answers 0 as the last message id of a session that has none",
    why: "a client asks before it knows whether anything was ever said",
    needs: { accounts: 2 },
    async run(context) {
      const [user, other] = await context.loginAll(context.account(0), context.account(1));
      const { ack } = await user.say(other.userId);
      const answer = await user.request(CommandId.CID_MSG_GET_LATEST_MSG_ID_REQ, {
        user_id: user.userId,
        session_type: SessionType.SESSION_TYPE_SINGLE,
        session_id: other.userId,
      });
      expectEqual("0x030c", answer, {
        user_id: user.userId,
        session_type: SessionType.SESSION_TYPE_SINGLE,
        session_id: other.userId,
        latest_msg_id: ack.msg_id,
      });
      expectEqual("latest_msg_id of a session with nobody", await user.latestMsgId(context.unknownId()), 0);
    },
  }),

  ...[
    {
      id: "msg.empty",
      title: "ignores an empty message",
      why: "an empty bubble, or a client that sends too early",
      change: () => ({ msg_data: Buffer.alloc(0) }),
    },
    {
      id: "msg.receiver-zero",
      title: "ignores a message to receiver 0",
      why: "0 is what a field holds that was never set",
      change: () => ({ to_session_id: 0 }),
    },
    {
      id: "msg.to-oneself",
      requirement: "MSG-07",
      title: "ignores a one-to-one message to oneself",
      why: "a pair of users has two different ones; storage and clients rely on it",
      change: (userId: number) => ({ to_session_id: userId }),
    },
  ].map(({ id, requirement = "MSG-06", title, why, change }) =>
    defineCase({
      id,
      requirements: [requirement],
      level: "must",
      title: `${title}: no ack, no delivery, no id used up`,
      why,
      needs: { accounts: 2 },
      async run(context) {
        const [sender, receiver] = await context.loginAll(context.account(0), context.account(1));
        const phone = await context.login(context.account(0), { clientType: "ios" });
        const before = await sender.say(receiver.userId);
        await phone.expectMessage(before.content);
        const ignored = { ...sender.messageTo(receiver.userId), ...change(sender.userId) };
        const seqNum = sender.peer.send(CommandId.CID_MSG_DATA, ignored);
        const ids: number[] = [];
        await sender.peer.expectNoAnswer(seqNum, async () => {
          for (let n = 0; n < 2; n++) {
            const after = await sender.say(receiver.userId);
            ids.push(after.ack.msg_id);
            await receiver.expectMessage(after.content);
            await phone.expectMessage(after.content);
          }
        });
        expectEqual("ids of the next messages", ids, [before.ack.msg_id + 1, before.ack.msg_id + 2]);
        for (const { peer } of [receiver, phone]) {
          await peer.expectNothing(
            CommandId.CID_MSG_DATA,
            ({ from_user_id, msg_data }) => from_user_id === sender.userId && msg_data.equals(ignored.msg_data),
          );
        }
      },
    }),
  ),

  defineCase({
    id: "msg.rate-limit",
    requirements: ["MSG-08"],
    level: "must",
    title: "accepts at most 20 messages a second from a connection and drops the rest without an ack",
    why: "one client in a loop must not take the whole database",
    needs: { accounts: 2 },
    async run(context) {
      const [sender, receiver] = await context.loginAll(context.account(0), context.account(1));
      // The pair exists before the burst: some servers mishandle concurrent first messages (MSG-02).
      const before = await sender.say(receiver.userId);
      for (let n = 0; n < BURST; n++) sender.peer.send(CommandId.CID_MSG_DATA, sender.messageTo(receiver.userId));
      const probe = await firstAcceptedAfterBurst(context, sender, receiver.userId);
      const ackedIds = () => [
        probe,
        ...sender.peer.inbox.flatMap(({ commandId, body }) =>
          commandId === CommandId.CID_MSG_DATA_ACK ? [(body as IMMsgDataAck).msg_id] : [],
        ),
      ];
      // A database with many threads may come to the probe before the last of the burst: their acks are waited for.
      const acked = await context.eventually(
        `${ACCEPTED_A_SECOND} acks or so, one for each id used up`,
        async () => ackedIds(),
        (ids) => ids.length >= ACCEPTED_A_SECOND && Math.max(...ids) - before.ack.msg_id === ids.length,
      );
      const accepted = acked.length - 1;
      expectThat(
        accepted <= 3 * ACCEPTED_A_SECOND,
        `about ${ACCEPTED_A_SECOND} of ${BURST} messages accepted, at most ${3 * ACCEPTED_A_SECOND}`,
        accepted,
      );
    },
  }),
];

/** Two of the users, logged in, who have never written to each other. */
async function strangersAmong(
  context: CaseContext,
  accounts: readonly Account[],
): Promise<[LoggedInClient, LoggedInClient]> {
  const clients: LoggedInClient[] = [];
  for (const account of accounts) {
    const client = await context.tryLogin(account);
    if (typeof client === "string") continue;
    for (const other of clients) {
      if ((await client.latestMsgId(other.userId)) === 0) return [client, other];
    }
    clients.push(client);
  }
  const names = accounts.map(({ name }) => name).join(", ");
  return context.block(`no two of ${names} can log in and are new to each other; give more accounts, or run again`);
}

/**
 * Goes on sending until a message is acknowledged that was sent after the burst; returns its id. Those sent within the
 * second of the burst are dropped like the rest of it.
 */
async function firstAcceptedAfterBurst(context: CaseContext, sender: LoggedInClient, to: number): Promise<number> {
  const patience = new Patience(context.timing.answerMs);
  while (!patience.isOver) {
    await context.pause(PROBE_INTERVAL_MS);
    const seqNum = sender.peer.send(CommandId.CID_MSG_DATA, sender.messageTo(to));
    const msgId = await ackedId(sender, seqNum, context.timing.answerMs * DROPPED_AFTER_SHARE);
    if (msgId !== undefined) return msgId;
  }
  expectThat(false, "messages accepted again once the second is over", "none");
}

/** No answer but the ack itself tells: a read may overtake the message on its way through a server. */
async function ackedId(sender: LoggedInClient, seqNum: number, withinMs: number): Promise<number | undefined> {
  try {
    return (await sender.peer.expectAnswer(CommandId.CID_MSG_DATA, seqNum, { withinMs })).body.msg_id;
  } catch (error) {
    if (error instanceof ExpectationError && sender.peer.isOpen) return undefined;
    throw error;
  }
}
