import { type ClientTypeName, clientTypes, isMobile } from "../../../client/client-type.js";
import { CommandId } from "../../../codec/generated/commands.js";
import { KickReasonType } from "../../../codec/generated/enums.js";
import type { ConformanceCase, ServerName } from "../conformance-case.js";
import { defineCase } from "../define-case.js";
import { expectEqual } from "../expect-that.js";
import type { LoggedInClient } from "../logged-in-client.js";

const all = Object.keys(clientTypes) as ClientTypeName[];
const pairs = all.flatMap((older) => all.map((newer) => ({ older, newer })));
const isSameClass = ({ older, newer }: { older: ClientTypeName; newer: ClientTypeName }) =>
  isMobile(clientTypes[older]) === isMobile(clientTypes[newer]);

export const lgnDeviceCases: readonly ConformanceCase[] = [
  ...pairs
    .filter((pair) => !isSameClass(pair))
    .map(({ older, newer }) =>
      defineCase({
        id: `lgn.together.${older}-${newer}`,
        requirements: ["LGN-09"],
        level: "must",
        title: `keeps a user on ${older} logged in when he logs in on ${newer} too`,
        why: "people use a PC and a phone at once",
        needs: { accounts: 1 },
        async run(context) {
          const first = await context.login(context.account(0), { clientType: older });
          const second = await context.login(context.account(0), { clientType: newer });
          for (const client of [first, second]) {
            const unread = await client.request(CommandId.CID_MSG_UNREAD_CNT_REQUEST, { user_id: client.userId });
            expectEqual("user_id of 0x0308", unread.user_id, client.userId);
            await client.peer.expectNothing(CommandId.CID_LOGIN_KICK_USER);
          }
        },
      }),
    ),

  ...pairs.filter(isSameClass).map(({ older, newer }) =>
    defineCase({
      id: `lgn.kick.${older}-${newer}`,
      requirements: ["LGN-10"],
      level: "must",
      title: `kicks a user's ${older} connection when he logs in on ${newer}`,
      why: "one device of a class is the rule; the older one must learn that it is no longer the one",
      needs: { accounts: 1 },
      async run(context) {
        const first = await context.login(context.account(0), { clientType: older });
        const second = await context.login(context.account(0), { clientType: newer });
        await expectKick(first, KickReasonType.KICK_REASON_DUPLICATE_USER);
        await second.peer.expectNothing(CommandId.CID_LOGIN_KICK_USER);
      },
    }),
  ),

  defineCase({
    id: "lgn.kick-spares-other-class",
    requirements: ["LGN-10", "LGN-09"],
    level: "must",
    title: "leaves the phone alone when a second PC login kicks the first",
    why: "only the class that logged in again is replaced",
    needs: { accounts: 1 },
    async run(context) {
      const phone = await context.login(context.account(0), { clientType: "android" });
      const older = await context.login(context.account(0), { clientType: "windows" });
      await context.login(context.account(0), { clientType: "mac" });
      await expectKick(older, KickReasonType.KICK_REASON_DUPLICATE_USER);
      await phone.peer.expectNothing(CommandId.CID_LOGIN_KICK_USER);
    },
  }),

  ...(
    [
      { id: "pc", older: "windows", newer: "mac", first: "target", second: "peer" },
      { id: "pc-back", older: "mac", newer: "windows", first: "peer", second: "target" },
      { id: "mobile", older: "ios", newer: "android", first: "target", second: "peer" },
    ] satisfies { id: string; older: ClientTypeName; newer: ClientTypeName; first: ServerName; second: ServerName }[]
  ).map(({ id, older, newer, first, second }) =>
    defineCase({
      id: `lgn.kick-across-servers.${id}`,
      requirements: ["LGN-11"],
      level: "must",
      title: `kicks a user's ${older} connection when he logs in on ${newer} at another msg_server`,
      why: "login_server spreads logins; the rule must hold for the cluster, not for each server",
      needs: { accounts: 2, secondServer: true },
      async run(context) {
        const witness = await context.login(context.account(1), { server: second });
        const kicked = await context.login(context.account(0), { clientType: older, server: first });
        // This login, too, goes round as one that kicks; a message takes the same way behind it, so it has arrived by then.
        const { content } = await kicked.say(witness.userId);
        await witness.expectMessage(content);
        const kept = await context.login(context.account(0), { clientType: newer, server: second });
        await expectKick(kicked, KickReasonType.KICK_REASON_DUPLICATE_USER);
        await kept.peer.expectNothing(CommandId.CID_LOGIN_KICK_USER);
      },
    }),
  ),

  defineCase({
    id: "lgn.together-across-servers",
    requirements: ["LGN-09"],
    level: "must",
    title: "keeps a user's PC logged in when his phone logs in at another msg_server",
    why: "the two devices rarely end up on the same server",
    needs: { accounts: 2, secondServer: true },
    async run(context) {
      const pc = await context.login(context.account(0));
      const phone = await context.login(context.account(0), { clientType: "ios", server: "peer" });
      // By the time that a message has gone from one server to the other, a kick would have too.
      const friend = await context.login(context.account(1), { server: "peer" });
      const { content } = await friend.say(pc.userId);
      await pc.expectMessage(content);
      await pc.peer.expectNothing(CommandId.CID_LOGIN_KICK_USER);
      await phone.peer.expectNothing(CommandId.CID_LOGIN_KICK_USER);
    },
  }),

  defineCase({
    id: "lgn.kicked-is-closed",
    requirements: ["LGN-12"],
    level: "should",
    title: "closes a kicked connection once it has been told",
    why: "a kicked device that does not hang up by itself would go on reading and writing in the user's name",
    needs: { accounts: 1 },
    async run(context) {
      const older = await context.login(context.account(0));
      await context.login(context.account(0));
      await expectKick(older, KickReasonType.KICK_REASON_DUPLICATE_USER);
      await older.peer.expectClosed();
    },
  }),
];

async function expectKick({ peer, userId }: LoggedInClient, reason: KickReasonType): Promise<void> {
  const { body, seqNum } = await peer.expect(CommandId.CID_LOGIN_KICK_USER);
  expectEqual("0x0107", body, { user_id: userId, kick_reason: reason });
  expectEqual("seq_num of 0x0107", seqNum, 0);
}
