import type { PduPeer } from "../../../client/peer.js";
import { CommandId } from "../../../codec/generated/commands.js";
import { SessionType } from "../../../codec/generated/enums.js";
import { encodePdu } from "../../../codec/pdu.js";
import { HEADER_SIZE } from "../../../codec/pdu-header.js";
import type { CaseContext } from "../case-context.js";
import { defineCase } from "../define-case.js";
import { expectEqual, expectThat } from "../expect-that.js";

/** Long enough for a segment of its own, TCP_NODELAY being set; there is no event to wait for. */
const SEGMENT_GAP_MS = 4;
/** FRM-15: more than any server should hold for one client that does not read. */
const UNREAD_BYTES = 32 << 20;
const LARGE_MESSAGES = 15;
const LARGE_MESSAGE_BYTES = 4096;
const BETWEEN_PROBES_MS = 50;
/** Of the time after which a silent connection is closed: well before that. */
const SHARE_OF_SILENCE = 0.7;

export const frmStreamCases = [
  defineCase({
    id: "frm.several-in-one-segment",
    requirements: ["FRM-02"],
    level: "must",
    title: "handles several PDUs of one segment, all of them and in order",
    why: "clients pipeline; a server that takes one PDU for each read loses or delays the rest",
    async run(context) {
      const peer = await context.dial();
      const seqNums = Array.from({ length: 20 }, () => peer.send(CommandId.CID_OTHER_HEARTBEAT, {}));
      await peer.expectHeartbeat();
      expectEqual(
        "echoes in the order sent:",
        peer.inbox.map(({ seqNum }) => seqNum).filter((seqNum) => seqNums.includes(seqNum)),
        seqNums,
      );
    },
  }),

  defineCase({
    id: "frm.split-in-header",
    requirements: ["FRM-03"],
    level: "must",
    title: "handles a PDU that arrives in two pieces, cut at each byte of its header",
    why: "TCP cuts where it likes; a server that expects whole headers breaks on slow networks only",
    async run(context) {
      // A connection for each cut, side by side: one that nobody has logged in on does not last for all of them (CON-02).
      const cuts = Array.from({ length: HEADER_SIZE - 1 }, (_, index) => index + 1);
      await Promise.all(
        cuts.map(async (cut) => {
          const peer = await context.dial();
          const seqNum = peer.nextSeqNum();
          const bytes = encodePdu(CommandId.CID_OTHER_HEARTBEAT, {}, { seqNum });
          peer.sendBytes(bytes.subarray(0, cut));
          await context.pause(SEGMENT_GAP_MS);
          peer.sendBytes(bytes.subarray(cut));
          await peer.expectAnswer(CommandId.CID_OTHER_HEARTBEAT, seqNum, { what: `cut after ${cut} bytes` });
        }),
      );
    },
  }),

  defineCase({
    id: "frm.split-in-body",
    requirements: ["FRM-03"],
    level: "must",
    title: "handles a PDU that arrives in two pieces, cut at each byte of its body",
    why: "a body that was not waited for is decoded short, and the rest is taken for the next header",
    needs: { accounts: 1 },
    async run(context) {
      const { peer, userId } = await context.login(context.account(0));
      const whole = encodePdu(CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST, { user_id: userId, latest_update_time: 0 });
      for (let cut = 16; cut < whole.length; cut++) {
        const seqNum = peer.nextSeqNum();
        whole.writeUInt16BE(seqNum, 12);
        peer.sendBytes(Buffer.from(whole.subarray(0, cut)));
        await context.pause(SEGMENT_GAP_MS);
        peer.sendBytes(Buffer.from(whole.subarray(cut)));
        await peer.expectAnswer(CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST, seqNum, {
          what: `cut after ${cut} bytes`,
        });
      }
    },
  }),

  defineCase({
    id: "frm.byte-by-byte",
    requirements: ["FRM-03"],
    level: "must",
    title: "handles a request that arrives byte by byte",
    why: "the smallest pieces that TCP can make; what holds here holds for any cut",
    needs: { accounts: 1 },
    async run(context) {
      // Of a user, not of a stranger: a busy machine may take longer to send than a login may take (CON-02).
      const { peer, userId } = await context.login(context.account(0));
      const seqNum = peer.nextSeqNum();
      const request = { user_id: userId, user_id_list: [userId] };
      const bytes = encodePdu(CommandId.CID_BUDDY_LIST_USER_INFO_REQUEST, request, { seqNum });
      for (let at = 0; at < bytes.length; at++) {
        peer.sendBytes(bytes.subarray(at, at + 1));
        await context.pause(1);
      }
      const { body } = await peer.expectAnswer(CommandId.CID_BUDDY_LIST_USER_INFO_REQUEST, seqNum);
      expectEqual(
        "users",
        body.user_info_list.map(({ user_id }) => user_id),
        [userId],
      );
    },
  }),

  defineCase({
    id: "frm.pdu-and-a-half",
    requirements: ["FRM-02", "FRM-03"],
    level: "must",
    title: "handles a segment that ends inside the second of its PDUs",
    why: "the rest of a read must be kept for the next one",
    async run(context) {
      const peer = await context.dial();
      const [first, second] = [peer.nextSeqNum(), peer.nextSeqNum()];
      const bytes = Buffer.concat([
        encodePdu(CommandId.CID_OTHER_HEARTBEAT, {}, { seqNum: first }),
        encodePdu(CommandId.CID_OTHER_HEARTBEAT, {}, { seqNum: second }),
      ]);
      peer.sendBytes(bytes.subarray(0, 25));
      await peer.expectAnswer(CommandId.CID_OTHER_HEARTBEAT, first);
      peer.sendBytes(bytes.subarray(25));
      await peer.expectAnswer(CommandId.CID_OTHER_HEARTBEAT, second);
    },
  }),

  defineCase({
    id: "frm.length-zero",
    requirements: ["FRM-04"],
    level: "must",
    needs: { accounts: 1 },
    title: "closes the connection when a PDU's length is 0",
    why: "a length of 0 never ends: a server that goes on reading spins or stays mute",
    async run(context) {
      const { peer } = await context.login(context.account(0));
      await peer.expectHeartbeat();
      //            length   ver  flag sid  cid  seq  rsv
      peer.sendHex("00000000 0001 0000 0007 0701 0009 0000");
      await expectClosedForWhatCame(context, peer);
    },
  }),

  ...[1, 4, 15].map((length) =>
    defineCase({
      id: `frm.length-below-header.${length}`,
      requirements: ["FRM-05"],
      level: "should",
      needs: { accounts: 1 },
      title: `closes the connection when a PDU's length is ${length}, less than its header`,
      why: "no such PDU exists: a server that skips so many bytes is out of step from then on and misreads everything",
      async run(context) {
        const { peer } = await context.login(context.account(0));
        await peer.expectHeartbeat();
        peer.sendHex(`${length.toString(16).padStart(8, "0")} 0001 0000 0007 0701 0009 0000`);
        await expectClosedForWhatCame(context, peer);
      },
    }),
  ),

  ...[
    { id: "frm.length-2-gib", hex: "7fffffff", words: "2 GiB" },
    { id: "frm.length-4-gib", hex: "ffffffff", words: "4 GiB" },
  ].map(({ id, hex, words }) =>
    defineCase({
      id,
      requirements: ["FRM-06"],
      level: "should",
      needs: { accounts: 1 },
      title: `closes the connection when a PDU announces ${words}, before the body comes`,
      why: "a stranger must not choose how much memory the server holds for him",
      async run(context) {
        const { peer } = await context.login(context.account(0));
        await peer.expectHeartbeat();
        peer.sendHex(`${hex} 0001 0000 0007 0701 0009 0000`);
        await expectClosedForWhatCame(context, peer);
      },
    }),
  ),

  defineCase({
    id: "frm.unread-answers",
    requirements: ["FRM-15"],
    level: "should",
    needs: { accounts: 2 },
    title: "closes a connection that asks for 32 MiB and reads none of it, and serves others meanwhile",
    why: "a client that hangs, or means ill, must not fill the server's memory",
    async run(context) {
      const [glutton, other] = await context.loginAll(context.account(0), context.account(1));
      const content = Buffer.alloc(LARGE_MESSAGE_BYTES, "x");
      for (let n = 0; n < LARGE_MESSAGES; n++) await other.say(glutton.userId, { content });
      const answer = await glutton.history(other.userId, { count: LARGE_MESSAGES });
      expectEqual("messages in the history:", answer.length, LARGE_MESSAGES);
      glutton.peer.stopReading();
      const requests = Math.ceil(UNREAD_BYTES / (LARGE_MESSAGES * LARGE_MESSAGE_BYTES));
      for (let n = 0; n < requests; n++) {
        glutton.peer.send(CommandId.CID_MSG_LIST_REQUEST, {
          user_id: glutton.userId,
          session_type: SessionType.SESSION_TYPE_SINGLE,
          session_id: other.userId,
          msg_id_begin: 0,
          msg_cnt: LARGE_MESSAGES,
        });
      }
      const deadlineMs = performance.now() + context.timing.answerMs;
      while (glutton.peer.isOpen && performance.now() < deadlineMs) {
        await other.peer.expectHeartbeat();
        // Who does not read learns of a close only by writing.
        glutton.peer.send(CommandId.CID_OTHER_HEARTBEAT, {});
        await context.pause(BETWEEN_PROBES_MS);
      }
      glutton.peer.goOnReading();
      await glutton.peer.expectClosed();
      await other.peer.expectHeartbeat();
    },
  }),

  defineCase({
    id: "frm.http-request",
    requirements: ["FRM-06"],
    level: "should",
    needs: { accounts: 1 },
    title: "closes the connection when an HTTP request comes to the PDU port",
    why: "browsers and health checks find the port; read as a length, `GET ` announces 1.1 GiB",
    async run(context) {
      const { peer } = await context.login(context.account(0));
      await peer.expectHeartbeat();
      peer.sendBytes(Buffer.from("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "latin1"));
      await expectClosedForWhatCame(context, peer);
    },
  }),
];

/** A server that only waits for more closes too, in the end: for silence (CON-02, CON-03), which is another matter. */
async function expectClosedForWhatCame({ timing }: CaseContext, peer: PduPeer): Promise<void> {
  const { answerMs, pcIdleTimeoutMs } = timing;
  const afterMs = await peer.expectClosed({ withinMs: Math.min(answerMs, pcIdleTimeoutMs * SHARE_OF_SILENCE) });
  expectThat(afterMs < pcIdleTimeoutMs, "a close for what came", `a close after ${Math.round(afterMs)} ms of silence`);
}
