import { createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { CommandId } from "../../src/codec/generated/commands.js";
import { encodePdu } from "../../src/codec/pdu.js";
import { readCommandId, readSeqNum } from "../../src/codec/pdu-header.js";
import { TtkProcess } from "../helpers/ttk-process.js";

const started: TtkProcess[] = [];
const servers: Server[] = [];
afterEach(() => {
  for (const one of started.splice(0)) one.kill();
  for (const one of servers.splice(0)) one.close();
});

async function ttk(args: readonly string[], stdin = "") {
  const one = new TtkProcess(["encode", ...args], { stdin });
  started.push(one);
  const code = await one.end();
  return { code, stdout: one.stdout, stderr: one.stderr };
}

async function serverThat(answers: (pdu: Buffer, socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (pdu: Buffer) => answers(pdu, socket));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `127.0.0.1:${(server.address() as { port: number }).port}`;
}

const heartbeat = "00000010000100000007070100000000";

describe("ttk encode", () => {
  it.each([
    ["hex", ["0x0701"], `${heartbeat}\n`],
    ["base64", ["0x0701", "--format", "base64"], `${Buffer.from(heartbeat, "hex").toString("base64")}\n`],
    ["JSON", ["0x0701", "--json"], `{"hex":"${heartbeat}","length":16}\n`],
    ["a lie", ["IMHeartBeat", "--header", "length=15", "seqNum=7"], "0000000f000100000007070100070000\n"],
    ["a lie by difference", ["IMHeartBeat", "--header", "length=-1"], "0000000f000100000007070100000000\n"],
    ["a header before the words", ["--header", "seqNum=1", "0x0701"], "00000010000100000007070100010000\n"],
    ["a body of nonsense", ["0x0103", "--body", "hex:0a05"], "000000120001000000010103000000000a05\n"],
    ["an unknown command", ["0x9999", "--body", "hex:"], "00000010000100000099999900000000\n"],
    [
      "fields that lack required ones",
      ["IMLoginReq", "user_name=a", "--partial"],
      "000000130001000000010103000000000a0161\n",
    ],
    ["JSON as before", ['{"command":"CID_OTHER_HEARTBEAT"}'], `${heartbeat}\n`],
  ])("prints %s", async (_, args, stdout) => {
    expect(await ttk(args)).toEqual({ code: 0, stdout, stderr: "" });
  });

  it("prints a C array that compiles, numbered", async () => {
    const { stdout } = await ttk(["--format", "c"], `{"command":"0x0701"}\n{"command":"0x0701"}\n`);
    expect(stdout).toContain("static const unsigned char pdu1[16] = {\n  0x00, 0x00, 0x00, 0x10,");
    expect(stdout).toContain("unsigned char pdu2[16]");
  });

  it.each([
    [["IMLogiReq"], 'did you mean "IMLoginReq"?'],
    [["IMLoginReq"], "lacks required user_name, password, online_status, client_type"],
    [["IMLoginReq", "user_name=@no/such"], "@no/such: cannot be read (ENOENT)"],
    [["0x0701", "--key", "short"], "32 bytes are expected, not 5"],
    [["{"], "JSON 1: not JSON"],
    [[], "nothing to encode"],
  ])("exits 2 with one line for %j", async (args, problem) => {
    const { code, stderr } = await ttk(args);
    expect(code).toBe(2);
    expect(stderr).toContain(problem);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });

  it("sends, prints the answer decoded, and leaves once it is paired", async () => {
    const at = await serverThat((pdu, socket) => {
      const answer = encodePdu(CommandId.CID_MSG_TIME_RESPONSE, { server_time: 7 }, { seqNum: readSeqNum(pdu) });
      socket.write(answer);
    });
    const { code, stdout, stderr } = await ttk(["IMClientTimeReq", "--send", at, "--json", "--wait", "1h"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      command: "CID_MSG_TIME_RESPONSE",
      body: { server_time: 7 },
      dir: "s2c",
    });
    expect(stderr).toMatch(/^sent: .*0x0305 {2}CID_MSG_TIME_REQUEST {2}seq 1/);
  });

  it("logs in first", async () => {
    const seen: number[] = [];
    const at = await serverThat((pdu, socket) => {
      seen.push(readCommandId(pdu));
      const seqNum = readSeqNum(pdu);
      if (readCommandId(pdu) === CommandId.CID_LOGIN_REQ_USERLOGIN) {
        socket.write(encodePdu(CommandId.CID_LOGIN_RES_USERLOGIN, { server_time: 1, result_code: 0 }, { seqNum }));
      } else socket.write(pdu);
    });
    const { code, stdout } = await ttk(["0x0701", "--send", at, "--login", "user1:secret"]);
    expect(code).toBe(0);
    expect(seen).toEqual([CommandId.CID_LOGIN_REQ_USERLOGIN, CommandId.CID_OTHER_HEARTBEAT]);
    expect(stdout).toContain("CID_OTHER_HEARTBEAT");
    expect(stdout).not.toContain("CID_LOGIN");
  });

  it("exits 1 when a request gets no answer, and 0 when it was broken on purpose", async () => {
    const at = await serverThat((_, socket) => socket.end());
    const valid = await ttk(["IMClientTimeReq", "--send", at]);
    expect(valid).toMatchObject({ code: 1, stdout: "" });
    expect(valid.stderr).toContain("no answer to 0x0305 CID_MSG_TIME_REQUEST seq 1; the server closed the connection");
    expect(await ttk(["IMClientTimeReq", "--send", at, "--header", "length=15"])).toMatchObject({ code: 0 });
  });

  it("exits 3 when nobody listens, and when the login is refused", async () => {
    expect(await ttk(["0x0701", "--send", "127.0.0.1:1"])).toMatchObject({ code: 3 });
    const at = await serverThat((pdu, socket) => {
      const refusal = { server_time: 1, result_code: 6, result_string: "no" } as const;
      socket.write(encodePdu(CommandId.CID_LOGIN_RES_USERLOGIN, refusal, { seqNum: readSeqNum(pdu) }));
    });
    const refused = await ttk(["0x0701", "--send", at, "--login", "user1:wrong"]);
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain(`--login user1: ${at} refuses: result_code 6 no`);
  });

  it("survives a server that answers with garbage", async () => {
    const at = await serverThat((_, socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    const { code, stderr } = await ttk(["0x0701", "--send", at]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/no answer to 0x0701 .*; what came is no PDU: .* text "HTTP\/1\.1 400 Bad Request"\)\n$/);
    const login = await ttk(["0x0701", "--send", at, "--login", "user1:secret"]);
    expect(login.code).toBe(3);
    expect(login.stderr).toContain(`--login user1: ${at} gives an answer that is no PDU`);
  });
});
