import { ClientType, UserStatType } from "../../../../codec/generated/enums.js";
import { defineRouteCase, type MsgServerLink } from "../../route-context.js";

const { CLIENT_TYPE_WINDOWS: WINDOWS, CLIENT_TYPE_MAC: MAC, CLIENT_TYPE_IOS: IOS } = ClientType;
const { USER_STATUS_ONLINE: ONLINE, USER_STATUS_OFFLINE: OFFLINE } = UserStatType;

export const rtePresenceCases = [
  defineRouteCase({
    id: "rte.pc-online-is-told",
    requirements: ["RTE-04"],
    level: "must",
    title: "tells all msg_servers, the one that reported it included, that a user came online on a PC",
    sends: "0x070a online of a Windows client",
    why: "a msg_server tells its clients only what route_server tells it",
    async run(context) {
      const links = await context.msgServers("A", "B", "C");
      const userId = context.unknownId();
      links[0].cameOnline(userId, WINDOWS);
      for (const link of links) await link.expectPresence(userId, ONLINE);
    },
  }),

  defineRouteCase({
    id: "rte.pc-offline-is-told",
    requirements: ["RTE-04"],
    level: "must",
    title: "tells all msg_servers, the one that reported it included, that a user's last PC client is gone",
    sends: "0x070a online and then offline of a Mac client",
    why: "people would write to somebody who is not there",
    async run(context) {
      const links = await context.msgServers("A", "B", "C");
      const userId = context.unknownId();
      links[0].cameOnline(userId, MAC);
      for (const link of links) await link.expectPresence(userId, ONLINE);
      links[0].wentOffline(userId, MAC);
      for (const link of links) await link.expectPresence(userId, OFFLINE);
    },
  }),

  defineRouteCase({
    id: "rte.further-pc-is-told",
    requirements: ["RTE-04"],
    level: "must",
    title: "tells all msg_servers again that a user is online when a further PC client comes",
    sends: "0x070a online of a Windows client at one msg_server, then at another",
    why: "it heals what a msg_server may have missed",
    async run(context) {
      const links = await context.msgServers("A", "B");
      const userId = context.unknownId();
      for (const home of links) {
        home.cameOnline(userId, WINDOWS);
        for (const link of links) await link.expectPresence(userId, ONLINE);
      }
    },
  }),

  defineRouteCase({
    id: "rte.offline-while-on-another-pc",
    requirements: ["RTE-04", "RTE-03"],
    level: "must",
    title: "tells nobody that a user went offline while another PC client of that user remains",
    sends: "0x070a online at two msg_servers, offline at one of them",
    why: "the user would look gone, though messages still arrive",
    async run(context) {
      const links = await context.msgServers("A", "B");
      const userId = context.unknownId();
      for (const home of links) {
        home.cameOnline(userId, WINDOWS);
        for (const link of links) {
          await link.expectPresence(userId, ONLINE);
          await link.expectPcLogin(userId, 1);
        }
      }
      links[0].wentOffline(userId, WINDOWS);
      for (const link of links) {
        await link.expectNoPresence(userId, links[0]);
        await link.expectNoPcLogin(userId, links[0]);
      }
    },
  }),

  defineRouteCase({
    id: "rte.mobile-is-not-told",
    requirements: ["RTE-04"],
    level: "must",
    title: "sends no 0x0203 when a phone comes or goes",
    sends: "0x070a online and offline of an iOS client",
    why: "presence is about PCs; a phone sleeps and wakes all day",
    async run(context) {
      const links = await context.msgServers("A", "B");
      const [home] = links;
      const userId = context.unknownId();
      home.cameOnline(userId, IOS);
      await expectSilence(links, userId, home);
      home.wentOffline(userId, IOS);
      await expectSilence(links, userId, home);
      // The user is one that is told about, once there is a PC.
      home.cameOnline(userId, WINDOWS);
      for (const link of links) await link.expectPresence(userId, ONLINE);
    },
  }),

  defineRouteCase({
    id: "rte.pc-login-with-pc",
    requirements: ["RTE-03"],
    level: "must",
    title: "sends 0x070e with 1 to all msg_servers, the sender included, when a PC client comes",
    sends: "0x070a online of a Windows client",
    why: "the user's phones go quiet by it",
    async run(context) {
      const links = await context.msgServers("A", "B", "C");
      const userId = context.unknownId();
      links[0].cameOnline(userId, WINDOWS);
      for (const link of links) await link.expectPcLogin(userId, 1);
    },
  }),

  defineRouteCase({
    id: "rte.pc-login-with-mobile",
    requirements: ["RTE-03"],
    level: "must",
    title: "sends 0x070e with 1 when a phone comes while a PC client of the user is online anywhere",
    sends: "0x070a online of a Windows client at one msg_server, then of an iOS client at another",
    why: "the phone that has just logged in has to learn that a PC is in use",
    async run(context) {
      const [atPc, atPhone] = await context.msgServers("A", "B");
      const userId = context.unknownId();
      atPc.cameOnline(userId, WINDOWS);
      for (const link of [atPc, atPhone]) await link.expectPcLogin(userId, 1);
      atPhone.cameOnline(userId, IOS);
      for (const link of [atPc, atPhone]) await link.expectPcLogin(userId, 1);
    },
  }),

  defineRouteCase({
    id: "rte.pc-login-without-pc",
    requirements: ["RTE-03"],
    level: "must",
    title: "sends no 0x070e with 1 when a phone comes and no PC client of the user is online",
    sends: "0x070a online of an iOS client, then of a Windows client",
    why: "the phone would go quiet though nobody sits at a PC",
    async run(context) {
      const links = await context.msgServers("A", "B");
      const [home] = links;
      const userId = context.unknownId();
      home.cameOnline(userId, IOS);
      for (const link of links) await link.expectNoPcLogin(userId, home, 1);
      home.cameOnline(userId, WINDOWS);
      for (const link of links) await link.expectPcLogin(userId, 1);
    },
  }),

  defineRouteCase({
    id: "rte.pc-login-ends",
    requirements: ["RTE-03"],
    level: "must",
    title: "sends 0x070e with 0 to all msg_servers when the last PC client leaves and a phone remains",
    sends: "0x070a online of a phone and a PC at different msg_servers, then offline of the PC",
    why: "the phone has to ring again",
    async run(context) {
      const [atPc, atPhone, other] = await context.msgServers("A", "B", "C");
      const links = [atPc, atPhone, other];
      const userId = context.unknownId();
      atPhone.cameOnline(userId, IOS);
      await atPhone.settle();
      atPc.cameOnline(userId, WINDOWS);
      for (const link of links) await link.expectPcLogin(userId, 1);
      atPc.wentOffline(userId, WINDOWS);
      for (const link of links) await link.expectPcLogin(userId, 0);
    },
  }),

  defineRouteCase({
    id: "rte.pc-login-goes-on",
    requirements: ["RTE-03"],
    level: "must",
    title: "sends no 0x070e with 0 while a PC client of the user remains",
    sends: "0x070a online of a phone, a Windows and a Mac client, offline of Windows, then of Mac",
    why: "the phone would ring beside a PC in use",
    async run(context) {
      const links = await context.msgServers("A", "B");
      const [home] = links;
      const userId = context.unknownId();
      for (const clientType of [IOS, WINDOWS, MAC]) home.cameOnline(userId, clientType);
      home.wentOffline(userId, WINDOWS);
      for (const link of links) await link.expectNoPcLogin(userId, home, 0);
      home.wentOffline(userId, MAC);
      for (const link of links) await link.expectPcLogin(userId, 0);
    },
  }),

  defineRouteCase({
    id: "rte.mobile-leaves",
    requirements: ["RTE-03"],
    level: "must",
    title: "sends no 0x070e with 0 when a phone leaves",
    sends: "0x070a online of a PC and two phones, offline of one phone, then of the PC",
    why: "0 means that no PC is left, which a phone's leaving says nothing about",
    async run(context) {
      const links = await context.msgServers("A", "B");
      const [home] = links;
      const userId = context.unknownId();
      for (const clientType of [WINDOWS, IOS, IOS]) home.cameOnline(userId, clientType);
      home.wentOffline(userId, IOS);
      for (const link of links) await link.expectNoPcLogin(userId, home, 0);
      home.wentOffline(userId, WINDOWS);
      for (const link of links) await link.expectPcLogin(userId, 0);
    },
  }),

  defineRouteCase({
    id: "rte.forgotten-at-once",
    requirements: ["RTE-02"],
    level: "should",
    title: "knows nothing more of a user whose last client left: no 0x070e with 0 follows",
    sends: "0x070a online of a Windows client at two msg_servers, then offline at each",
    why: "users who are remembered after they left fill the route_server until a msg_server restarts",
    async run(context) {
      // At two: the original forgets a user who was at one msg_server alone.
      const links = await context.msgServers("A", "B");
      const userId = context.unknownId();
      for (const home of links) {
        home.cameOnline(userId, WINDOWS);
        for (const link of links) await link.expectPcLogin(userId, 1);
      }
      const [first, last] = links;
      first.wentOffline(userId, WINDOWS);
      await first.settle();
      last.wentOffline(userId, WINDOWS);
      for (const link of links) {
        await link.expectPresence(userId, OFFLINE);
        await link.expectNoPcLogin(userId, last, 0);
      }
    },
  }),
];

async function expectSilence(links: readonly MsgServerLink[], userId: number, after: MsgServerLink): Promise<void> {
  for (const link of links) await link.expectNoPresence(userId, after);
}
