import { CommandId } from "../../../../codec/generated/commands.js";
import { encodePdu } from "../../../../codec/pdu.js";
import { expectEqual } from "../../expect-that.js";
import { DiscoveryCode, defineLoginCase, type LoginContext, type RegisteredServer } from "../../login-context.js";

const ports = ["http"] as const;
const MANY = 40;

export const lsvRegistrationCases = [
  defineLoginCase({
    id: "lsv.registered-is-offered",
    requirements: ["LSV-01", "LSV-03"],
    level: "must",
    title: "hands out a msg_server that has registered, by both of its addresses and its port",
    sends: "0x0709, then GET /msg_server",
    why: "clients find their msg_server no other way",
    needs: { ports },
    async run(context) {
      await context.untilNobody();
      const server = await context.register({ ip1: "10.7.0.1", ip2: "192.168.7.1", port: 8123 });
      const { code, priorIP, backupIP, port } = await context.untilOffered(server);
      expectEqual("answer", [code, priorIP, backupIP, port], [0, "10.7.0.1", "192.168.7.1", "8123"]);
    },
  }),

  defineLoginCase({
    id: "lsv.addresses-as-registered",
    requirements: ["LSV-01", "LSV-03"],
    level: "must",
    title: "hands out names and ports as they were registered, whatever they look like",
    sends: "0x0709 with a host name, an IPv6 address and port 65535, then GET /msg_server",
    why: "it is the msg_server that knows how clients reach it",
    needs: { ports },
    async run(context) {
      await context.untilNobody();
      const server = await context.register({ ip1: "im.example.com", ip2: "2001:db8::7", port: 65_535 });
      const { backupIP, port } = await context.untilOffered(server);
      expectEqual("answer", [backupIP, port], ["2001:db8::7", "65535"]);
    },
  }),

  defineLoginCase({
    id: "lsv.fewest-users",
    requirements: ["LSV-03", "LSV-01"],
    level: "must",
    title: "hands out the msg_server with the fewest users, in whatever order they registered",
    sends: "0x0709 of three msg_servers with 5, 3 and 4 users, then GET /msg_server",
    why: "load is spread by it",
    needs: { ports },
    async run(context) {
      await context.untilNobody();
      const heavy = await context.register({ ip1: "10.1.1.5", cur_conn_cnt: 5 });
      await context.untilOffered(heavy);
      const light = await context.register({ ip1: "10.1.1.3", cur_conn_cnt: 3 });
      await context.untilOffered(light);
      const middle = await context.register({ ip1: "10.1.1.4", cur_conn_cnt: 4 });
      expectEqual("the one handed out", (await context.ask()).priorIP, light.info.ip1);
      // Two more there, and the one between them is the lightest.
      grow(context, light, 2);
      await context.untilOffered(middle);
    },
  }),

  defineLoginCase({
    id: "lsv.user-count-grows",
    requirements: ["LSV-01", "LSV-03"],
    level: "must",
    title: "counts each user that a msg_server reports",
    sends: "0x0709 of two msg_servers, then 0x070b with 1, one at a time",
    why: "everybody would be sent to the msg_server that happened to register first",
    needs: { ports },
    async run(context) {
      await context.untilNobody();
      const one = await context.register({ ip1: "10.1.1.1", cur_conn_cnt: 10 });
      await context.untilOffered(one);
      const other = await context.register({ ip1: "10.1.1.2", cur_conn_cnt: 9 });
      await context.untilOffered(other);
      for (const [grown, next] of [
        [other, one],
        [one, other],
        [other, one],
      ] as const) {
        grow(context, grown, 2);
        await context.untilOffered(next);
      }
    },
  }),

  defineLoginCase({
    id: "lsv.user-count-shrinks",
    requirements: ["LSV-01", "LSV-03"],
    level: "must",
    title: "takes off each user who has left",
    sends: "0x0709 of two msg_servers with 10 and 8 users, then 0x070b with 2 from the first",
    why: "a msg_server that was busy in the morning would stay idle all day",
    needs: { ports },
    async run(context) {
      await context.untilNobody();
      const busy = await context.register({ ip1: "10.1.1.10", cur_conn_cnt: 10 });
      await context.untilOffered(busy);
      const idle = await context.register({ ip1: "10.1.1.8", cur_conn_cnt: 8 });
      await context.untilOffered(idle);
      for (let n = 0; n < 3; n++) busy.userLeft(context.unknownId());
      await context.untilOffered(busy);
    },
  }),

  defineLoginCase({
    id: "lsv.full-is-left-out",
    requirements: ["LSV-03"],
    level: "must",
    title: "hands out no msg_server that is full, though it has fewer users than another",
    sends: "0x0709 of a small msg_server with one place left and of a large one, then 0x070b with 1 from the small one",
    why: "clients would be refused where they are sent",
    needs: { ports },
    async run(context) {
      await context.untilNobody();
      const small = await context.register({ ip1: "10.1.1.1", max_conn_cnt: 5, cur_conn_cnt: 4 });
      await context.untilOffered(small);
      const large = await context.register({ ip1: "10.1.1.2", cur_conn_cnt: 500 });
      small.userCame(context.unknownId());
      await context.untilOffered(large);
      small.userLeft(context.unknownId());
      await context.untilOffered(small);
    },
  }),

  defineLoginCase({
    id: "lsv.all-full",
    requirements: ["LSV-03"],
    level: "must",
    title: "answers code 2 when every msg_server is full, and offers one again once it has a place",
    sends: "0x0709 of two msg_servers, one full, one with a place; 0x070b with 1, then with 2",
    why: "clients tell people to try again later by it",
    needs: { ports },
    async run(context) {
      await context.untilNobody();
      await context.register({ ip1: "10.1.1.1", max_conn_cnt: 5, cur_conn_cnt: 5 });
      await context.untilCode(DiscoveryCode.allFull);
      const nearly = await context.register({ ip1: "10.1.1.2", max_conn_cnt: 3, cur_conn_cnt: 2 });
      await context.untilOffered(nearly);
      nearly.userCame(context.unknownId());
      await context.untilCode(DiscoveryCode.allFull);
      nearly.userLeft(context.unknownId());
      await context.untilOffered(nearly);
    },
  }),

  defineLoginCase({
    id: "lsv.lost-is-not-offered",
    requirements: ["LSV-04"],
    level: "must",
    title: "hands out no msg_server whose link is lost",
    sends: "0x0709, then the link's end",
    why: "clients would dial a dead server until somebody restarts the login_server",
    needs: { ports },
    async run(context) {
      await context.untilNobody();
      const server = await context.register();
      await context.untilOffered(server);
      await server.peer.close();
      await context.untilCode(DiscoveryCode.nobodyKnown);
    },
  }),

  defineLoginCase({
    id: "lsv.lost-leaves-the-others",
    requirements: ["LSV-04"],
    level: "must",
    title: "hands out the msg_servers that are left when one is lost",
    sends: "0x0709 of two msg_servers, then the end of the link of the one with fewer users",
    why: "one crash must not keep everybody out",
    needs: { ports },
    async run(context) {
      await context.untilNobody();
      const stays = await context.register({ ip1: "10.1.1.9", cur_conn_cnt: 9 });
      await context.untilOffered(stays);
      const goes = await context.register({ ip1: "10.1.1.1", cur_conn_cnt: 1 });
      await context.untilOffered(goes);
      await goes.peer.close();
      await context.untilOffered(stays);
    },
  }),

  defineLoginCase({
    id: "lsv.comes-back",
    requirements: ["LSV-01", "LSV-04"],
    level: "must",
    title: "takes a msg_server that registers anew with the users that it has then",
    sends: "0x0709, the link's end, a new link with 0x0709 and a count of its own",
    why: "links break and come back; counts that survive them are wrong for ever",
    needs: { ports },
    async run(context) {
      await context.untilNobody();
      const before = await context.register({ ip1: "10.1.1.1", cur_conn_cnt: 50 });
      await context.untilOffered(before);
      await before.peer.close();
      await context.untilCode(DiscoveryCode.nobodyKnown);
      const other = await context.register({ ip1: "10.1.1.2", cur_conn_cnt: 20 });
      await context.untilOffered(other);
      const again = await context.register({ ip1: "10.1.1.1", cur_conn_cnt: 0 });
      await context.untilOffered(again);
    },
  }),

  defineLoginCase({
    id: "lsv.many",
    requirements: ["LSV-01", "LSV-03"],
    level: "must",
    title: `finds the lightest of ${MANY} msg_servers`,
    sends: `0x0709 of ${MANY} msg_servers, the lightest among the first`,
    why: "large deployments have that many",
    needs: { ports },
    async run(context) {
      await context.untilNobody();
      const servers: RegisteredServer[] = [];
      for (let n = 0; n < MANY; n++) {
        servers.push(await context.register({ ip1: `10.1.2.${n}`, cur_conn_cnt: n === 3 ? 1 : 10 + n }));
      }
      await context.untilOffered(servers[3] as RegisteredServer);
      grow(context, servers[3] as RegisteredServer, 100);
      await context.untilOffered(servers[0] as RegisteredServer);
    },
  }),

  defineLoginCase({
    id: "lsv.count-without-registration",
    requirements: ["LSV-01"],
    level: "must",
    title: "ignores a user count of a link that has not registered",
    sends: "0x070b before any 0x0709, then 0x0709 on the same link",
    why: "a msg_server may report a user while its registration is still under way",
    needs: { ports },
    async run(context) {
      await context.untilNobody();
      const link = await context.connectServer("msg_server that has not registered");
      const report = { user_action: 1, user_id: context.unknownId() };
      for (let n = 0; n < 3; n++) link.send(CommandId.CID_OTHER_USER_CNT_UPDATE, report, { seqNum: 0 });
      link.send(CommandId.CID_OTHER_MSG_SERV_INFO, {
        ip1: "10.1.1.1",
        ip2: "10.1.1.1",
        port: 8000,
        max_conn_cnt: 2,
        cur_conn_cnt: 1,
        host_name: "ttk",
      });
      // Had the three counted, it would be full.
      await context.eventually(
        "code 0 in the answer to GET /msg_server",
        () => context.ask(),
        ({ code }) => code === DiscoveryCode.ok,
      );
    },
  }),

  defineLoginCase({
    id: "lsv.undecodable",
    requirements: ["FRM-10", "FRM-09", "LSV-01"],
    level: "must",
    title: "ignores bodies that cannot be decoded and unknown commands of a msg_server, and goes on serving it",
    sends: "0x0709; 0x0709 and 0x070b cut off or without required fields, command 0x0999; then 0x070b until it is full",
    why: "a msg_server of another version must not confuse it",
    needs: { ports },
    async run(context) {
      await context.untilNobody();
      // The original servers take an undecodable 0x0709 for a first registration, and an undecodable 0x070b for a leaver:
      // this msg_server has registered before, and has users enough.
      const server = await context.register({ ip1: "10.1.1.77", max_conn_cnt: 20, cur_conn_cnt: 10 });
      await context.untilOffered(server);
      const broken = Buffer.from("0a09", "hex");
      for (const body of [broken, Buffer.alloc(0)]) {
        server.peer.sendFramed(CommandId.CID_OTHER_MSG_SERV_INFO, body);
        server.peer.sendFramed(CommandId.CID_OTHER_USER_CNT_UPDATE, body);
        server.peer.sendFramed(0x0999, body);
      }
      await context.untilOffered(server);
      grow(context, server, 12);
      await context.untilCode(DiscoveryCode.allFull);
    },
  }),

  defineLoginCase({
    id: "lsv.several-in-one-segment",
    requirements: ["FRM-02", "LSV-01"],
    level: "must",
    title: "handles a registration and user counts that come in one segment",
    sends: "0x0709 with one place left and 0x070b with 1, in one segment",
    why: "a msg_server writes what has collected at once",
    needs: { ports },
    async run(context) {
      await context.untilNobody();
      const server = await context.register({ ip1: "10.1.1.1", max_conn_cnt: 2, cur_conn_cnt: 1 });
      server.userCame(context.unknownId());
      await context.untilCode(DiscoveryCode.allFull);
    },
  }),

  defineLoginCase({
    id: "lsv.split",
    requirements: ["FRM-03", "LSV-01"],
    level: "must",
    title: "handles a registration that arrives byte by byte",
    sends: "0x0709, one byte a segment",
    why: "TCP cuts where it likes",
    needs: { ports },
    async run(context) {
      await context.untilNobody();
      // A heartbeat must not come between the bytes.
      const link = await context.connect("target", "msg_server");
      const bytes = encodePdu(CommandId.CID_OTHER_MSG_SERV_INFO, {
        ip1: "10.1.1.5",
        ip2: "10.1.1.5",
        port: 8000,
        max_conn_cnt: 2,
        cur_conn_cnt: 1,
        host_name: "ttk",
      });
      for (const byte of bytes) {
        link.sendBytes(Buffer.from([byte]));
        await context.pause(1);
      }
      expectEqual("the one handed out", (await context.untilCode(DiscoveryCode.ok)).priorIP, "10.1.1.5");
    },
  }),

  defineLoginCase({
    id: "lsv.length-zero",
    requirements: ["FRM-04", "LSV-04"],
    level: "must",
    title: "closes a link on which a PDU of length 0 comes, and hands out its msg_server no more",
    sends: "0x0709, then a header whose length is 0",
    why: "a stream that is out of step can only be started anew",
    needs: { ports },
    async run(context) {
      await context.untilNobody();
      const server = await context.register();
      await context.untilOffered(server);
      server.peer.sendHex("00000000 0001 0000 0007 0701 0000 0000");
      await server.peer.expectClosed();
      await context.untilCode(DiscoveryCode.nobodyKnown);
    },
  }),

  defineLoginCase({
    id: "lsv.heartbeats",
    requirements: ["RTE-09"],
    level: "must",
    title: "sends a msg_server a heartbeat when it has sent nothing for 5 s",
    sends: "0x0709, then nothing",
    why: "a msg_server takes a silent link for dead, dials again, and refuses logins meanwhile",
    needs: { ports },
    waitsForTimeout: true,
    async run(context) {
      await context.untilNobody();
      // One that says nothing itself: what comes is no echo.
      const server = await context.registerSilent();
      const { heartbeatIntervalMs, answerMs } = context.timing;
      await server.peer.expect(CommandId.CID_OTHER_HEARTBEAT, undefined, {
        withinMs: heartbeatIntervalMs + answerMs,
      });
    },
  }),

  defineLoginCase({
    id: "lsv.silent-is-lost",
    requirements: ["RTE-09", "LSV-04"],
    level: "must",
    title: "closes the link of a msg_server that has been silent for 30 s, and hands it out no more",
    sends: "0x0709, then nothing",
    why: "a machine that lost its network cannot say that it is gone",
    needs: { ports },
    waitsForTimeout: true,
    async run(context) {
      await context.untilNobody();
      const server = await context.registerSilent();
      await context.untilOffered(server);
      const { linkTimeoutMs, answerMs } = context.timing;
      await server.peer.expectClosed({ withinMs: linkTimeoutMs + answerMs });
      await context.untilCode(DiscoveryCode.nobodyKnown);
    },
  }),
];

function grow(context: LoginContext, server: RegisteredServer, users: number): void {
  for (let n = 0; n < users; n++) server.userCame(context.unknownId());
}
