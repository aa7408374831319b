import { CommandId } from "../../../../codec/generated/commands.js";
import { ResultType } from "../../../../codec/generated/enums.js";
import { expectEqual, expectThat } from "../../expect-that.js";
import { DiscoveryCode, defineLoginCase, type LoginContext, usualRequest } from "../../login-context.js";

const overHttp = { ports: ["http"] as const };
const byPdu = { ports: ["http", "clients"] as const };
const LONG_REQUEST_BYTES = 2048;

export const lsvDiscoveryCases = [
  defineLoginCase({
    id: "lsv.nobody-known",
    requirements: ["LSV-03"],
    level: "must",
    title: "answers GET /msg_server with code 1 while no msg_server is known",
    sends: "GET /msg_server",
    why: "clients tell people that the service is down by it, instead of trying for ever",
    needs: overHttp,
    async run(context) {
      await context.untilNobodyIsOffered();
      const { msg } = await context.untilCode(DiscoveryCode.nobodyKnown);
      expectThat(typeof msg === "string", "a text as msg", msg);
    },
  }),

  defineLoginCase({
    id: "lsv.json-fields",
    requirements: ["LSV-03"],
    level: "must",
    title: "answers a JSON object with every field of the protocol, each of its type",
    sends: "0x0709, then GET /msg_server",
    why: "shipped clients read these fields and crash without them",
    needs: overHttp,
    async run(context) {
      const answer = await offered(context);
      expectEqual("code", answer.code, DiscoveryCode.ok);
      for (const field of ["msg", "priorIP", "backupIP", "port", "msfsPrior", "msfsBackup", "discovery"]) {
        expectThat(typeof answer[field] === "string", `a text as ${field}`, answer[field]);
      }
    },
  }),

  ...[
    { id: "query", path: "/msg_server?client=ttk" },
    { id: "longer", path: "/msg_server_v2" },
    { id: "below", path: "/msg_server/x" },
  ].map(({ id, path }) =>
    defineLoginCase({
      id: `lsv.path.${id}`,
      requirements: ["LSV-03"],
      level: "must",
      title: `answers ${path} as it answers /msg_server`,
      sends: `0x0709, then GET ${path}`,
      why: "clients put their version and more behind the path",
      needs: overHttp,
      async run(context) {
        const { priorIP } = await offered(context);
        const answer = await context.ask(path);
        expectEqual("answer", [answer.code, answer.priorIP], [DiscoveryCode.ok, priorIP]);
      },
    }),
  ),

  ...["/", "/index.html", "/msg_serve", "/MSG_SERVER"].map((path, index) =>
    defineLoginCase({
      id: `lsv.other-path.${["root", "page", "shorter", "upper-case"][index]}`,
      requirements: ["LSV-03"],
      level: "should",
      title: `answers 404 to ${path}`,
      sends: `GET ${path}`,
      why: "monitors and scanners ask for anything; a connection that just ends looks like a crash",
      needs: overHttp,
      async run(context) {
        const { status, end } = await context.exchange(usualRequest(path));
        expectEqual(`status to GET ${path}`, status ?? `none (${end})`, 404);
      },
    }),
  ),

  defineLoginCase({
    id: "lsv.long-request",
    requirements: ["LSV-03"],
    level: "should",
    title: "answers 431 to a request above 1024 bytes",
    sends: `GET /msg_server with ${LONG_REQUEST_BYTES} bytes of headers`,
    why: "whoever sends it learns what is wrong",
    needs: overHttp,
    async run(context) {
      const padding = "x".repeat(LONG_REQUEST_BYTES);
      const request = `GET /msg_server HTTP/1.1\r\nHost: login_server\r\nX-Padding: ${padding}\r\n\r\n`;
      const { status, end } = await context.exchange(request);
      expectEqual("status", status ?? `none (${end})`, 431);
    },
  }),

  defineLoginCase({
    id: "lsv.http-1.0",
    requirements: ["LSV-03"],
    level: "must",
    title: "answers a request of HTTP/1.0 without headers",
    sends: "GET /msg_server HTTP/1.0",
    why: "the shipped clients of old phones and health checks ask so",
    needs: overHttp,
    async run(context) {
      await context.untilNobody();
      const { status, body, end } = await context.exchange("GET /msg_server HTTP/1.0\r\n\r\n");
      expectEqual("status", status ?? `none (${end})`, 200);
      expectThat(body.includes('"code"'), "the JSON of the protocol", body.toString("utf8"));
    },
  }),

  defineLoginCase({
    id: "lsv.many-at-once",
    requirements: ["LSV-03"],
    level: "must",
    title: "answers many who ask at the same time, each of them",
    sends: "100 times GET /msg_server, all at once",
    why: "after a power cut everybody comes back in the same minute",
    needs: overHttp,
    async run(context) {
      const { priorIP } = await offered(context);
      const answers = await Promise.all(Array.from({ length: 100 }, () => context.ask()));
      expectEqual("answers that name it", answers.filter((answer) => answer.priorIP === priorIP).length, 100);
    },
  }),

  defineLoginCase({
    id: "lsv.pdu-offer",
    requirements: ["LSV-02", "FRM-08"],
    level: "should",
    title: "answers 0x0101 with the msg_server's addresses and port, seq_num included",
    sends: "0x0709, then 0x0101 of a client",
    why: "clients without HTTP find their msg_server by it",
    needs: byPdu,
    async run(context) {
      await context.untilNobody();
      const server = await context.register({ ip1: "10.7.0.2", ip2: "192.168.7.2", port: 8124 });
      await context.untilOffered(server);
      const { result_code, prior_ip, backip_ip, port } = await context.askByPdu();
      expectEqual("answer", [result_code, prior_ip, backip_ip, port], [0, "10.7.0.2", "192.168.7.2", 8124]);
    },
  }),

  defineLoginCase({
    id: "lsv.pdu-nobody-known",
    requirements: ["LSV-02"],
    level: "should",
    title: "answers 0x0101 with result_code 1 while no msg_server is known",
    sends: "0x0101 of a client",
    why: "clients tell people that the service is down by it",
    needs: byPdu,
    async run(context) {
      await context.untilNobody();
      const { result_code } = await context.askByPdu();
      expectEqual("result_code", result_code, ResultType.REFUSE_REASON_NO_MSG_SERVER);
    },
  }),

  defineLoginCase({
    id: "lsv.pdu-all-full",
    requirements: ["LSV-02"],
    level: "should",
    title: "answers 0x0101 with result_code 2 when every msg_server is full",
    sends: "0x0709 of a full msg_server, then 0x0101 of a client",
    why: "clients tell people to try again later by it",
    needs: byPdu,
    async run(context) {
      await context.untilNobody();
      await context.register({ max_conn_cnt: 4, cur_conn_cnt: 4 });
      await context.untilCode(DiscoveryCode.allFull);
      const { result_code } = await context.askByPdu();
      expectEqual("result_code", result_code, ResultType.REFUSE_REASON_MSG_SERVER_FULL);
    },
  }),

  defineLoginCase({
    id: "lsv.pdu-fewest-users",
    requirements: ["LSV-02"],
    level: "should",
    title: "answers 0x0101 with the msg_server that has the fewest users and is not full",
    sends: "0x0709 of three msg_servers, one of them full, then 0x0101 of a client",
    why: "the same choice, however a client asks",
    needs: byPdu,
    async run(context) {
      await context.untilNobody();
      await context.register({ ip1: "10.1.1.1", max_conn_cnt: 2, cur_conn_cnt: 2 });
      const heavy = await context.register({ ip1: "10.1.1.9", cur_conn_cnt: 9 });
      await context.untilOffered(heavy);
      const light = await context.register({ ip1: "10.1.1.8", cur_conn_cnt: 8 });
      await context.untilOffered(light);
      expectEqual("prior_ip", (await context.askByPdu()).prior_ip, light.info.ip1);
    },
  }),

  defineLoginCase({
    id: "lsv.pdu-closes",
    requirements: ["LSV-02"],
    level: "should",
    title: "closes the connection after the answer to 0x0101",
    sends: "0x0101 of a client",
    why: "a client that has its answer has no more to say here, and connections are few",
    needs: byPdu,
    async run(context) {
      const client = await context.connect("clients", "client");
      await client.request(CommandId.CID_LOGIN_REQ_MSGSERVER, {});
      await client.expectClosed();
    },
  }),
];

/** A msg_server is registered and handed out. */
async function offered(context: LoginContext) {
  await context.untilNobody();
  return context.untilOffered(await context.register({ ip1: "10.7.0.3" }));
}
