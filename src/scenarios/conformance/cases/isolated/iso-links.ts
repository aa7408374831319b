import { ExpectationError } from "../../../../client/expectation-error.js";
import { Patience } from "../../../../client/patience.js";
import type { PlayedLink, PlayedServer } from "../../../../client/played-server.js";
import { type CommandBody, CommandId } from "../../../../codec/generated/commands.js";
import { ResultType, UserStatType } from "../../../../codec/generated/enums.js";
import { expectEqual, expectThat } from "../../expect-that.js";
import { defineIsolatedCase, type IsolatedClient, type IsolatedContext } from "../../isolated-context.js";
import { answer } from "../../surrounded-context.js";

const { USER_STATUS_ONLINE: ONLINE } = UserStatType;
/** LGN-05: within which logins work again once the link is back. */
const LOGINS_BACK_MS = 2000;
/** So many users spread over however many links there are. */
const USERS_FOR_ALL_LINKS = 24;
const PORT_MAX = 65_535;
const EARLY_SHARE = 0.9;
/** Of the time that an answer may take: so long is waited for a question to the database before it is put again. */
const ASKED_WITHIN_SHARE = 0.2;

export const isoLinkCases = [
  defineIsolatedCase({
    id: "iso.lsv.registers",
    requirements: ["LSV-01"],
    level: "must",
    title:
      "registers at the login_server whenever its link opens, with its addresses, its limit and the users that it has",
    sends: "two logins; the login_server goes away and comes back",
    why: "after a restart of the login_server nobody would be sent here until this msg_server restarts, too",
    waitsForTimeout: true,
    async run(context) {
      await context.logIn();
      await context.logIn();
      await context.restart(context.login);
      const { body, seqNum } = await context.login.expect(CommandId.CID_OTHER_MSG_SERV_INFO, isNew);
      const { ip1, ip2, port, max_conn_cnt, cur_conn_cnt, host_name } = body;
      for (const [name, text] of Object.entries({ ip1, ip2, host_name })) {
        expectThat(text !== "", `a ${name}`, "an empty text");
      }
      expectThat(port > 0 && port <= PORT_MAX, "a TCP port", port);
      expectThat(cur_conn_cnt >= 2, "cur_conn_cnt of the two users at least", cur_conn_cnt);
      expectThat(max_conn_cnt >= cur_conn_cnt, "max_conn_cnt of no less than the users", max_conn_cnt);
      expectEqual("seq_num", seqNum, 0);
    },
  }),

  defineIsolatedCase({
    id: "iso.rte.snapshot",
    requirements: ["RTE-01", "RTE-08", "RTE-11"],
    level: "must",
    title: "tells a route_server whose link opens that it is the master, and of every user who is logged in",
    sends: "logins on a PC and a phone; the route_server goes away and comes back",
    why: "a route_server that restarted knows nobody: everybody would be offline",
    waitsForTimeout: true,
    async run(context) {
      const pc = await context.logIn(context.newUser(), "mac");
      const phone = await context.logIn(context.newUser(), "ios");
      await context.restart(context.route);
      const { body } = await context.route.expect(CommandId.CID_OTHER_ONLINE_USER_INFO, isNew);
      for (const { userId, clientType } of [pc, phone]) {
        const entries = body.user_stat_list.filter(({ user_id }) => user_id === userId);
        expectEqual(`entries of user ${userId}`, entries, [
          { user_id: userId, status: ONLINE, client_type: clientType },
        ]);
      }
      const { body: role } = await context.route.expect(CommandId.CID_OTHER_ROLE_SET, isNew);
      expectEqual("master", role.master, 1);
    },
  }),

  defineIsolatedCase({
    id: "iso.rte.goes-on-without",
    requirements: ["RTE-11"],
    level: "should",
    title: "delivers messages between its own users while there is no route_server",
    sends: "the route_server goes away; 0x0301 between two users who are logged in here",
    why: "people on the same msg_server need no other",
    waitsForTimeout: true,
    async run(context) {
      const [sender, receiver] = [await context.logIn(), await context.logIn()];
      await context.whileAway(context.route, async () => {
        const stored = await sender.say(sender.messageTo(receiver.userId), 5);
        expectEqual("msg_id", (await receiver.expectMessage(stored)).msg_id, 5);
      });
    },
  }),

  ...[
    { role: "db", result: ResultType.REFUSE_REASON_NO_DB_SERVER, title: "db_proxy_server" },
    { role: "login", result: ResultType.REFUSE_REASON_NO_LOGIN_SERVER, title: "login_server" },
    { role: "route", result: ResultType.REFUSE_REASON_NO_ROUTE_SERVER, title: "route_server" },
  ].map(({ role, result, title }) =>
    defineIsolatedCase({
      id: `iso.refuses-without.${role}`,
      requirements: ["LGN-05"],
      level: "must",
      title: `refuses logins with ${result} while it has no link to a ${title}, keeps those who are logged in, and logs in again within 2 s of its return`,
      sends: `the ${title} goes away; a login; the ${title} comes back; a login`,
      why: "clients try another msg_server when they are told why, and wait for ever when they are not",
      waitsForTimeout: true,
      judgesLogin: true,
      async run(context) {
        const before = await context.logIn();
        await context.whileAway(context[role as "db" | "login" | "route"], async () => {
          // It may take a moment until it has seen the end of the last link.
          const peer = await context.eventually(
            "a login that is answered without the database",
            () => tryLogin(context),
            (refused) => refused !== undefined && refused.result === result,
          );
          expectThat(peer !== undefined && peer.text !== "", "a result_string", "none");
          await before.peer.expectHeartbeat();
        });
        const patience = new Patience(LOGINS_BACK_MS);
        await context.logIn();
        expectThat(
          !patience.isOver,
          `a login within ${LOGINS_BACK_MS} ms of the link's return`,
          `${Math.round(patience.spentMs)} ms`,
        );
        await before.peer.expectHeartbeat();
      },
    }),
  ),

  defineIsolatedCase({
    id: "iso.dbp.survives-loss",
    requirements: ["LGN-05", "DBP-04"],
    level: "must",
    title: "serves clients again that were logged in when the database's links were lost with requests pending",
    sends: "0x0210, unanswered; the db_proxy_server goes away and comes back; 0x0210",
    why: "a restart of the database must not mean that everybody has to log in again",
    waitsForTimeout: true,
    async run(context) {
      const client = await context.logIn();
      client.peer.send(CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST, { user_id: client.userId, latest_update_time: 7 });
      await context.db.expect(
        CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST,
        ({ latest_update_time }) => latest_update_time === 7,
      );
      await context.restart(context.db);
      await client.expectDatabaseServes();
    },
  }),

  defineIsolatedCase({
    id: "iso.dbp.several-links",
    requirements: ["DBP-05"],
    level: "must",
    title: "keeps several links to its databases, and asks what a login needs on other ones than the rest",
    sends: `logins and pulls of ${USERS_FOR_ALL_LINKS} users`,
    why: "a flood of logins must not hold up the messages of those who are there",
    async run(context) {
      const [atLogin, rest] = [new Set<PlayedLink>(), new Set<PlayedLink>()];
      for (let n = 0; n < USERS_FOR_ALL_LINKS; n++) {
        const user = context.newUser();
        const peer = await context.dial();
        peer.send(CommandId.CID_LOGIN_REQ_USERLOGIN, context.loginRequest(user));
        const asked = await context.expectValidation(user);
        atLogin.add(asked.link);
        answer(asked, CommandId.CID_OTHER_VALIDATE_RSP, { user_name: user.name, result_code: 1 });
        await peer.close();
      }
      const client = await context.logIn();
      for (let n = 0; n < USERS_FOR_ALL_LINKS; n++) {
        client.peer.send(CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST, {
          user_id: client.userId,
          latest_update_time: n,
        });
        const asked = await context.db.expect(CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST);
        rest.add(asked.link);
      }
      expectThat(context.db.links.length >= 2, "two links to the db_proxy_server at least", context.db.links.length);
      const shared = [...atLogin].filter((link) => rest.has(link)).map(({ label }) => label);
      expectEqual("links that serve both:", shared, []);
    },
  }),

  defineIsolatedCase({
    id: "iso.dbp.stop-receiving",
    requirements: ["DBP-04"],
    level: "must",
    title:
      "sends nothing more on links whose db_proxy_server says so, takes what is pending there, and uses the others",
    sends: "0x0210, unanswered; 0x0702 on that link; its answer; more 0x0210",
    why: "a database is taken out of service without a client noticing",
    waitsForTimeout: true,
    async run(context) {
      const client = await context.logIn();
      const links = context.db.links.length;
      if (links < 2) context.block("the msg_server has one link to the db_proxy_server only");
      const ask = (latest_update_time: number) =>
        client.peer.send(CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST, { user_id: client.userId, latest_update_time });
      const seqNum = ask(0);
      const pending = await context.db.expect(CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST);
      pending.link.send(CommandId.CID_OTHER_STOP_RECV_PACKET, { result: 0 });
      const departments = { user_id: client.userId, latest_update_time: 0, dept_list: [] };
      answer(pending, CommandId.CID_BUDDY_LIST_DEPARTMENT_RESPONSE, departments);
      await client.peer.expectAnswer(CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST, seqNum);
      const used = new Set<string>();
      for (let n = 1; n <= USERS_FOR_ALL_LINKS; n++) {
        ask(n);
        used.add((await context.db.expect(CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST)).link.label);
      }
      const wasLeftAlone = !used.has(pending.link.label);
      // It is dialled anew, and then serves the cases that follow.
      pending.link.destroy();
      await context.untilBack(context.db, links);
      expectThat(wasLeftAlone, `no request on ${pending.link.label}`, [...used].join(", "));
    },
  }),

  defineIsolatedCase({
    id: "iso.dbp.undecodable",
    requirements: ["FRM-10", "FRM-09", "DBP-02"],
    level: "must",
    title: "ignores what it cannot decode and does not know from the database, and keeps the links",
    sends: "the database answers bodies that are cut off, an unknown command, and what nobody asked for",
    why: "a database of another version must not stop it",
    async run(context) {
      const client = await context.logIn();
      const links = context.db.links;
      for (const link of links) {
        for (const command of [
          CommandId.CID_OTHER_VALIDATE_RSP,
          CommandId.CID_BUDDY_LIST_DEPARTMENT_RESPONSE,
          CommandId.CID_MSG_UNREAD_CNT_RESPONSE,
          0x0999,
        ]) {
          link.sendFramed(command, Buffer.from("0a", "hex"), { seqNum: 1 });
        }
      }
      await client.expectDatabaseServes();
      expectEqual(
        "links that it closed:",
        links.filter(({ isOpen }) => !isOpen).map(({ label }) => label),
        [],
      );
    },
  }),

  ...[
    { id: "login-time", words: "what a login needs", of: "the rest" },
    { id: "rest", words: "the rest", of: "what a login needs" },
  ].map(({ id, words, of }) =>
    defineIsolatedCase({
      id: `iso.dbp.falls-back.${id}`,
      requirements: ["DBP-05"],
      level: "must",
      title: `asks for ${words} on a link that serves ${of} when no other is left`,
      sends: "0x0103 and 0x0210; all links to the db_proxy_servers but one are lost; the same again",
      why: "one database that is down for an hour must not keep everybody out, or everybody waiting",
      waitsForTimeout: true,
      async run(context) {
        const client = await context.logIn();
        const asking = { "login-time": askAtLogin, rest: askTheRest };
        const [own, other] = id === "rest" ? [asking.rest, asking["login-time"]] : [asking["login-time"], asking.rest];
        const left = await other(context, client);
        if (context.db.links.length < 2) context.block("the msg_server has one link to the db_proxy_server only");
        if (left === undefined) return context.block(`the msg_server does not ask the database for ${of}`);
        await context.whileOnlyOneIsLeft(context.db, left, async () => {
          // What it asked on a link whose end it had not seen yet is lost.
          await context.eventually(
            `a question for ${words} on the link that is left`,
            async () => (await own(context, client)) === left,
            (isAsked) => isAsked,
          );
        });
      },
    }),
  ),

  ...[
    { role: "db", title: "db_proxy_server" },
    { role: "route", title: "route_server" },
    { role: "login", title: "login_server" },
  ].map(({ role, title }) =>
    defineIsolatedCase({
      id: `iso.silent-server.${role}`,
      requirements: ["RTE-09"],
      level: "must",
      title: `closes its links to a ${title} that has been silent for 30 s, dials again, and keeps its clients`,
      sends: `the ${title} goes away, comes back, and says nothing, not even heartbeats`,
      why: "a server whose machine lost its network cannot say that it is gone: what it is asked would wait for ever",
      waitsForTimeout: true,
      async run(context) {
        const { linkTimeoutMs, redialMs, answerMs } = context.timing;
        const server = context[role as "db" | "route" | "login"];
        const client = await context.logIn();
        await context.whileSilent(server, async () => {
          const [silent] = server.links;
          if (silent === undefined) return context.block(`the msg_server has no link to the ${title}`);
          const openMs = await silent.expectClosed(linkTimeoutMs + answerMs);
          expectThat(
            openMs >= linkTimeoutMs * EARLY_SHARE,
            `a close after ${linkTimeoutMs} ms of silence, not before`,
            `a close after ${Math.round(openMs)} ms`,
          );
          await server.expectLinks(1, redialMs + answerMs);
        });
        await client.peer.expectHeartbeat();
      },
    }),
  ),

  defineIsolatedCase({
    id: "iso.rte.two.master",
    requirements: ["RTE-08", "RTE-01"],
    level: "must",
    title:
      "tells presence to both of two route_servers, and forwards over the older link only, which alone is the master",
    sends: "a second route_server appears; a login; 0x0601",
    why: "over both everybody would get everything twice; with presence on one, half would be offline when it goes",
    needs: { instances: { route: 2 } },
    waitsForTimeout: true,
    async run(context) {
      const client = await context.logIn();
      await context.whileTwoRouteServers(async (second) => {
        const on = (link: PlayedLink) => (_: unknown, pdu: { readonly link: PlayedLink }) => pdu.link === link;
        const { body } = await context.route.expect(CommandId.CID_OTHER_ONLINE_USER_INFO, on(second));
        const ids = body.user_stat_list.map(({ user_id }) => user_id);
        expectThat(ids.includes(client.userId), `user ${client.userId} in 0x0708 on ${second.label}`, ids);
        await expectForwarding(context, client, (link) => link !== second);
        const other = await context.logIn();
        for (const link of context.route.links) {
          await context.route.expect(
            CommandId.CID_OTHER_USER_STATUS_UPDATE,
            ({ user_id }, pdu) => user_id === other.userId && pdu.link === link,
            { what: `of user ${other.userId} on ${link.label}` },
          );
        }
        const made = context.route.inbox.filter((pdu) => pdu.commandId === CommandId.CID_OTHER_ROLE_SET);
        const times = made.filter(({ link }) => link === second).length;
        expectEqual(`times that ${second.label} was made the master:`, times, 0);
      });
    },
  }),

  defineIsolatedCase({
    id: "iso.rte.two.failover",
    requirements: ["RTE-08"],
    level: "must",
    title: "makes the second route_server the master when the first one is lost, and keeps to it until it is lost, too",
    sends:
      "a second route_server appears; 0x0601; the first one goes away; 0x0601; it comes back; 0x0601; the second goes away",
    why: "with two route_servers the loss of one must cost nothing",
    needs: { instances: { route: 2 } },
    waitsForTimeout: true,
    async run(context) {
      const { redialMs, answerMs } = context.timing;
      const client = await context.logIn();
      await context.whileTwoRouteServers(async (second) => {
        await expectForwarding(context, client, (link) => link !== second);
        context.route.goAway({ only: 0 });
        try {
          const { body } = await context.route.expect(CommandId.CID_OTHER_ROLE_SET, (_, { link }) => link === second, {
            what: `on ${second.label}`,
          });
          expectEqual("master", body.master, 1);
          await expectForwarding(context, client, (link) => link === second);
        } finally {
          await context.route.comeBack({ only: 0 });
        }
        await context.route.expectLinks(2, redialMs + answerMs);
        await expectForwarding(context, client, (link) => link === second);
      });
      const isFirst = (_: unknown, { link }: { readonly link: PlayedLink }) => link.at === 0;
      await context.route.expect(CommandId.CID_OTHER_ROLE_SET, isFirst, { what: "on the link that is left" });
    },
  }),

  ...(["db", "route", "login"] as const).map((role) =>
    defineIsolatedCase({
      id: `iso.heartbeats.${role}`,
      requirements: ["RTE-09"],
      level: "must",
      title: `sends a heartbeat on a silent link to the ${role === "db" ? "db_proxy_server" : `${role}_server`} every 5 s`,
      sends: "nothing",
      why: "a server takes a silent msg_server for dead after 30 s, and forgets its users",
      waitsForTimeout: true,
      run: (context) => expectHeartbeat(context, context[role]),
    }),
  ),
];

/** On a link of now: what came on one that was lost may still wait to be taken. */
function isNew(_: unknown, { link }: { readonly link: PlayedLink }): boolean {
  return link.isOpen;
}

/** What a client sends for others goes to route_servers over one link, which is the one that is meant. */
async function expectForwarding(
  context: IsolatedContext,
  client: IsolatedClient,
  isMeant: (link: PlayedLink) => boolean,
): Promise<void> {
  const cmd_msg_data = context.uniqueWord();
  client.peer.send(CommandId.CID_SWITCH_P2P_CMD, {
    from_user_id: client.userId,
    to_user_id: context.unknownId(),
    cmd_msg_data,
  });
  const isIt = (body: { readonly cmd_msg_data: string }) => body.cmd_msg_data === cmd_msg_data;
  const { link } = await context.route.expect(CommandId.CID_SWITCH_P2P_CMD, isIt);
  expectThat(isMeant(link), "0x0601 on the link to the master", link.label);
  // Presence goes to all: what went to another link before it has come by then.
  const probe = async () => {
    const { userId } = await context.logIn();
    for (const open of context.route.links) {
      await context.route.expect(
        CommandId.CID_OTHER_USER_STATUS_UPDATE,
        ({ user_id }, pdu) => user_id === userId && pdu.link === open,
      );
    }
  };
  await context.route.expectNothing(CommandId.CID_SWITCH_P2P_CMD, isIt, probe, "a second time");
}

/** The link on which the database is asked about a login; `undefined` when it is not asked soon. */
async function askAtLogin(context: IsolatedContext): Promise<PlayedLink | undefined> {
  const user = context.newUser();
  const peer = await context.dial();
  peer.send(CommandId.CID_LOGIN_REQ_USERLOGIN, context.loginRequest(user));
  return linkOf(context, CommandId.CID_OTHER_VALIDATE_REQ, (body) => body.user_name === user.name);
}

/** The same of the departments, for which clients ask after their login. */
async function askTheRest(context: IsolatedContext, { peer, userId }: IsolatedClient): Promise<PlayedLink | undefined> {
  const latest_update_time = Math.floor(context.random() * 2 ** 31);
  peer.send(CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST, { user_id: userId, latest_update_time });
  const isIt = (body: { readonly latest_update_time: number }) => body.latest_update_time === latest_update_time;
  return linkOf(context, CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST, isIt);
}

async function linkOf<C extends CommandId>(
  { db, timing }: IsolatedContext,
  commandId: C,
  where: (body: CommandBody[C]) => boolean,
): Promise<PlayedLink | undefined> {
  try {
    return (await db.expect(commandId, where, { withinMs: timing.answerMs * ASKED_WITHIN_SHARE })).link;
  } catch (error) {
    if (error instanceof ExpectationError) return undefined;
    throw error;
  }
}

/** What became of a login that is answered without the database; `undefined` when the database was asked. */
async function tryLogin(context: IsolatedContext): Promise<{ result: ResultType; text: string } | undefined> {
  const user = context.newUser();
  const peer = await context.dial();
  const seqNum = peer.send(CommandId.CID_LOGIN_REQ_USERLOGIN, context.loginRequest(user));
  const asked = context.expectValidation(user).then(
    () => undefined,
    () => undefined,
  );
  const answered = peer
    .expectAnswer(CommandId.CID_LOGIN_REQ_USERLOGIN, seqNum)
    .then(({ body }) => ({ result: body.result_code, text: body.result_string ?? "" }));
  const first = await Promise.race([asked, answered]);
  answered.catch(() => {});
  if (first === undefined) await peer.close();
  return first;
}

/** On one link at least: which of them the cases before used is not known. */
async function expectHeartbeat(context: IsolatedContext, server: PlayedServer): Promise<void> {
  const { heartbeatIntervalMs, answerMs } = context.timing;
  const before = new Map(server.links.map((link) => [link, link.heartbeats]));
  const hasBeaten = () => server.links.some((link) => link.heartbeats > (before.get(link) ?? 0));
  await context.eventually(
    `a heartbeat on a link to the ${server.name}`,
    async () => server.links.map(({ heartbeats }) => heartbeats),
    hasBeaten,
    heartbeatIntervalMs + answerMs,
  );
}
