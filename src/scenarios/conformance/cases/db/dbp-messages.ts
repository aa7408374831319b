import { encodeAudio } from "../../../../codec/audio-content.js";
import { CommandId } from "../../../../codec/generated/commands.js";
import { MsgType } from "../../../../codec/generated/enums.js";
import { type DatabaseContext, defineDatabaseCase, SINGLE } from "../../db-context.js";
import { expectEqual, expectThat } from "../../expect-that.js";
import { oneToOneWith } from "../../one-to-one.js";

const needs = { accounts: 2 };
const LONGEST_BYTES = 4096;

export const dbpMessageCases = [
  defineDatabaseCase({
    id: "dbp.message-stored",
    requirements: ["DBP-02", "MSG-01", "MSG-10"],
    level: "must",
    title: "answers a message as it came, with the id that it was stored under, and history has it from then on",
    sends: "0x0301, then 0x0309 on another link",
    why: "what is acknowledged by this answer must be found again",
    needs,
    async run(context) {
      const [sender, receiver] = await pair(context);
      const stored = await context.store(sender, receiver);
      expectEqual("users", [stored.from_user_id, stored.to_session_id], [sender, receiver]);
      expectThat(stored.msg_id > 0, "a msg_id", stored.msg_id);
      const other = await context.connectServer("another msg_server");
      for (const [user, peer] of [
        [sender, receiver],
        [receiver, sender],
      ] as const) {
        const [newest] = await context.history(user, peer, { count: 1, on: other });
        expectEqual(
          "newest message",
          [newest?.msg_id, newest?.from_session_id, newest?.msg_type, newest?.msg_data],
          [stored.msg_id, sender, stored.msg_type, stored.msg_data],
        );
        expectEqual("create_time", newest?.create_time, stored.create_time);
      }
    },
  }),

  defineDatabaseCase({
    id: "dbp.message-ids",
    requirements: ["MSG-02"],
    level: "must",
    title: "numbers the messages of two users one after the other, whoever of them writes",
    sends: "four messages, by turns from either side",
    why: "clients find gaps, and page through history, by these numbers",
    needs,
    async run(context) {
      const [one, two] = await pair(context);
      const first = (await context.store(one, two)).msg_id;
      const ids = [first];
      for (const [from, to] of [
        [two, one],
        [two, one],
        [one, two],
      ] as const) {
        ids.push((await context.store(from, to)).msg_id);
      }
      expectEqual("ids", ids, [first, first + 1, first + 2, first + 3]);
      expectEqual(
        "last id",
        [await context.latestId(one, two), await context.latestId(two, one)],
        [first + 3, first + 3],
      );
    },
  }),

  defineDatabaseCase({
    id: "dbp.latest-id-of-strangers",
    requirements: ["MSG-17", "MSG-15"],
    level: "must",
    title: "answers 0 as the last id, and no history, of two who never spoke",
    sends: "0x030b and 0x0309 for an unknown user; then for one who has a message",
    why: "clients open a talk before anything is said",
    needs,
    async run(context) {
      const [user, friend] = await pair(context);
      const stranger = context.unknownId();
      expectEqual("last id", await context.latestId(user, stranger), 0);
      expectEqual("history", await context.history(user, stranger), []);
      const { msg_id } = await context.store(user, friend);
      expectEqual("last id of a talk", await context.latestId(user, friend), msg_id);
    },
  }),

  defineDatabaseCase({
    id: "dbp.history-pages",
    requirements: ["MSG-15"],
    level: "must",
    title: "pages through history, newest first, from any id downwards",
    sends: "six messages; 0x0309 with several msg_id_begin and msg_cnt",
    why: "clients load what comes into view",
    needs,
    async run(context) {
      const [one, two] = await pair(context);
      const first = (await context.store(one, two)).msg_id;
      for (let n = 1; n < 6; n++) await context.store(n % 2 === 0 ? one : two, n % 2 === 0 ? two : one);
      const idsFrom = async (begin: number, count: number) =>
        (await context.history(one, two, { begin, count })).map(({ msg_id }) => msg_id);
      expectEqual("newest two", await idsFrom(0, 2), [first + 5, first + 4]);
      expectEqual("three from the fourth", await idsFrom(first + 3, 3), [first + 3, first + 2, first + 1]);
      expectEqual("one from the first", await idsFrom(first, 1), [first]);
    },
  }),

  defineDatabaseCase({
    id: "dbp.history-of-others",
    requirements: ["MSG-15"],
    level: "must",
    title: "never mixes the history of one talk with another's",
    sends: "messages of a user to two others; 0x0309 for each",
    why: "messages are private",
    needs: { accounts: 3 },
    async run(context) {
      const [user, one, two] = (await context.userIds(0, 1, 2)) as [number, number, number];
      const toOne = await context.store(user, one);
      const toTwo = await context.store(user, two);
      for (const [peer, mine, others] of [
        [one, toOne, toTwo],
        [two, toTwo, toOne],
      ] as const) {
        const contents = (await context.history(user, peer, { count: 50 })).map(({ msg_data }) => msg_data);
        expectThat(
          contents.some((data) => data.equals(mine.msg_data)),
          "the message of this talk",
          "it is missing",
        );
        expectThat(
          !contents.some((data) => data.equals(others.msg_data)),
          "no message of the other talk",
          "it is there",
        );
      }
    },
  }),

  defineDatabaseCase({
    id: "dbp.by-id",
    requirements: ["MSG-18"],
    level: "must",
    title: "gives exactly those of the messages asked for that exist, newest first",
    sends: "0x030d with two ids that exist and one that does not",
    why: "clients fill gaps by it",
    needs,
    async run(context) {
      const [one, two] = await pair(context);
      const older = (await context.store(one, two)).msg_id;
      const newer = (await context.store(two, one)).msg_id;
      const { msg_list } = await context.ask(CommandId.CID_MSG_GET_BY_MSG_ID_REQ, {
        user_id: one,
        session_type: SINGLE,
        session_id: two,
        msg_id_list: [older, newer, newer + 1000],
      });
      expectEqual(
        "ids",
        msg_list.map(({ msg_id }) => msg_id),
        [newer, older],
      );
      expectEqual("messages, as in 0x030a:", msg_list, await context.history(one, two, { begin: newer, count: 2 }));
    },
  }),

  ...[
    { id: "text", words: "UTF-8 text", content: () => Buffer.from("žluťoučký kůň 🦊 ' \" \\ % _ ; --") },
    { id: "longest", words: `text of ${LONGEST_BYTES} bytes`, content: () => Buffer.alloc(LONGEST_BYTES, "x") },
  ].map(({ id, words, content }) =>
    defineDatabaseCase({
      id: `dbp.content.${id}`,
      requirements: ["MSG-05"],
      level: "must",
      title: `gives ${words} back byte for byte`,
      sends: `0x0301 with ${words}, then 0x0309`,
      why: "encrypted text that lost a byte cannot be read",
      needs,
      run: (context) => expectKept(context, content()),
    }),
  ),

  defineDatabaseCase({
    id: "dbp.content.any-bytes",
    requirements: ["MSG-05"],
    level: "should",
    title: "gives any bytes back byte for byte, NUL and invalid UTF-8 included",
    sends: "0x0301 with each of the 256 bytes, then 0x0309",
    why: "other clients' content need not be text",
    needs,
    run: (context) => expectKept(context, Buffer.from(Array.from({ length: 256 }, (_, byte) => 255 - byte))),
  }),

  defineDatabaseCase({
    id: "dbp.content.audio",
    requirements: ["MSG-19"],
    level: "must",
    title: "gives audio back as it was sent",
    sends: "0x0301 of type 0x02 with a duration and bytes, then 0x0309",
    why: "audio is kept apart from text, and must come together again",
    needs,
    async run(context) {
      const [sender, receiver] = await pair(context);
      const msg_data = encodeAudio({
        durationSeconds: 7,
        audio: Buffer.from(Array.from({ length: 300 }, (_, n) => n & 0xff)),
      });
      const { msg_id } = await context.store(sender, receiver, { msg_data, msg_type: MsgType.MSG_TYPE_SINGLE_AUDIO });
      const [newest] = await context.history(receiver, sender, { count: 1 });
      expectEqual(
        "message",
        [newest?.msg_id, newest?.msg_type, newest?.msg_data],
        [msg_id, MsgType.MSG_TYPE_SINGLE_AUDIO, msg_data],
      );
    },
  }),

  defineDatabaseCase({
    id: "dbp.unread",
    requirements: ["MSG-11", "MSG-14", "PUL-08"],
    level: "must",
    title: "counts what the receiver has not read, and clears it on a read ack; the sender has nothing unread",
    sends: "three messages, 0x0307; 0x0303; 0x0307",
    why: "the number beside a talk",
    needs,
    async run(context) {
      const [sender, receiver] = await pair(context);
      const before = await context.unread(receiver, sender);
      const mine = await context.unread(sender, receiver);
      let last = await context.store(sender, receiver);
      for (let n = 1; n < 3; n++) last = await context.store(sender, receiver);
      expectEqual("unread of the receiver", await context.unread(receiver, sender), before + 3);
      expectEqual("unread of the sender", await context.unread(sender, receiver), mine);
      const { unreadinfo_list, total_cnt } = await context.ask(CommandId.CID_MSG_UNREAD_CNT_REQUEST, {
        user_id: receiver,
      });
      expectEqual(
        "total_cnt",
        total_cnt,
        unreadinfo_list.reduce((total, { unread_cnt }) => total + unread_cnt, 0),
      );
      const entry = oneToOneWith(unreadinfo_list, sender);
      expectEqual("last message", [entry?.latest_msg_id, entry?.latest_msg_data], [last.msg_id, last.msg_data]);
      await context.read(receiver, sender, last.msg_id);
      await context.eventually(
        "nothing unread",
        () => context.unread(receiver, sender),
        (count) => count === 0,
      );
    },
  }),

  defineDatabaseCase({
    id: "dbp.session",
    requirements: ["MSG-21", "PUL-06"],
    level: "must",
    title: "gives both sides a recent session with the last message",
    sends: "a message; 0x0201 of either side",
    why: "the talk comes up in both lists",
    needs,
    async run(context) {
      const [sender, receiver] = await pair(context);
      const stored = await context.store(sender, receiver);
      for (const [user, peer] of [
        [sender, receiver],
        [receiver, sender],
      ] as const) {
        const session = await context.session(user, peer);
        expectEqual(
          `last message in the session of user ${user}`,
          [session?.latest_msg_id, session?.latest_msg_data, session?.latest_msg_type],
          [stored.msg_id, stored.msg_data, stored.msg_type],
        );
      }
    },
  }),

  defineDatabaseCase({
    id: "dbp.session-removed",
    requirements: ["MSG-22"],
    level: "must",
    title:
      "removes a recent session with result 0 and its unread count, answers 1 when there is none, and brings it back with a new message",
    sends: "a message, 0x0206 twice, 0x0201; a message, 0x0201",
    why: "a talk that was put away comes back when there is something new",
    needs,
    async run(context) {
      const [sender, receiver] = await pair(context);
      await context.store(sender, receiver);
      const remove = () =>
        context.ask(CommandId.CID_BUDDY_LIST_REMOVE_SESSION_REQ, {
          user_id: receiver,
          session_type: SINGLE,
          session_id: sender,
        });
      expectThat((await context.session(receiver, sender)) !== undefined, "a session before", "there is none");
      expectEqual("result_code", (await remove()).result_code, 0);
      expectThat((await context.session(receiver, sender)) === undefined, "no session after", "it is still there");
      expectEqual("unread", await context.unread(receiver, sender), 0);
      expectEqual("result_code when there is none", (await remove()).result_code, 1);
      await context.store(sender, receiver);
      expectThat((await context.session(receiver, sender)) !== undefined, "the session is back", "there is none");
    },
  }),

  defineDatabaseCase({
    id: "dbp.unknown-receiver",
    requirements: ["MSG-12"],
    level: "should",
    title: "does not store a message to a user who does not exist (msg_id 0)",
    sends: "0x0301 to an unknown id, then to a user",
    why: "people would think that it was sent",
    needs,
    async run(context) {
      const [sender, receiver] = await pair(context);
      expectThat((await context.store(sender, receiver)).msg_id > 0, "a message to a user is stored", "it is not");
      expectEqual("msg_id", (await context.store(sender, context.unknownId())).msg_id, 0);
    },
  }),
];

async function pair(context: DatabaseContext): Promise<[number, number]> {
  return (await context.userIds(0, 1)) as [number, number];
}

async function expectKept(context: DatabaseContext, msg_data: Buffer): Promise<void> {
  const [sender, receiver] = await pair(context);
  const { msg_id } = await context.store(sender, receiver, { msg_data });
  // A database that refuses such bytes has spent an id on them: with one more message last id and history agree again.
  await context.store(sender, receiver);
  const [kept] = await context.history(receiver, sender, { begin: msg_id, count: 1 });
  expectEqual("msg_id", kept?.msg_id, msg_id);
  expectEqual("msg_data", kept?.msg_data, msg_data);
}
