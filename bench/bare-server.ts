/**
 * The baseline of bench/connections.ts: sockets and nothing else. Answers each PDU that it gets with a login answer of the
 * usual size, undecoded. Prints its port.
 */
import { createServer } from "node:net";
import { CommandId } from "../src/codec/generated/commands.js";
import { encodePdu } from "../src/codec/pdu.js";

const answer = encodePdu(CommandId.CID_LOGIN_RES_USERLOGIN, {
  server_time: 1_700_000_000,
  result_code: 0,
  result_string: "ok",
  online_status: 1,
  user_info: {
    user_id: 1000,
    user_gender: 1,
    user_nick_name: "Nick1000",
    avatar_url: "",
    department_id: 1,
    email: "user1000@example.com",
    user_real_name: "user1000",
    user_tel: "1381000",
    user_domain: "domain1000",
    status: 0,
    sign_info: "sign 1000",
  },
});

const server = createServer((socket) => {
  socket.setNoDelay(true);
  socket.on("data", () => socket.write(answer));
  socket.on("error", () => {});
});
server.listen(0, "127.0.0.1", () => process.stdout.write(`${(server.address() as { port: number }).port}\n`));
