import { expect, it } from "vitest";
import { decodeCommand } from "../../../src/cli/commands/decode.js";
import { CommandId } from "../../../src/codec/generated/commands.js";
import { MsgType } from "../../../src/codec/generated/enums.js";
import { encodePdu } from "../../../src/codec/pdu.js";
import { encryptText } from "../../../src/codec/text-content.js";
import { fakeHost } from "../../helpers/fake-host.js";

/** The row of a message that says so, from its `message` column on. */
async function rowOf(said: string): Promise<string> {
  const ids = { from_user_id: 1, to_session_id: 2, msg_id: 3, create_time: 4 };
  const body = { ...ids, msg_type: MsgType.MSG_TYPE_SINGLE_TEXT, msg_data: encryptText(said) };
  const pdu = encodePdu(CommandId.CID_MSG_DATA, body, { seqNum: 5 });
  const host = fakeHost();
  await decodeCommand(host).parseAsync([pdu.toString("hex"), "--format", "csv"], { from: "user" });
  const row = host.written.stdout.slice(host.written.stdout.indexOf("\r\n") + 2);
  return row.slice(row.indexOf("IM.Message.IMMsgData,"));
}

it.each([
  ["=1+1", "'=1+1"],
  ["+1", "'+1"],
  ["-1", "'-1"],
  ["@SUM(A1)", "'@SUM(A1)"],
  ["\t=1", "'\t=1"],
  ["\r=1", `"'\r=1"`],
  ["\n=1", `"'\n=1"`],
  ["＝1", "'＝1"],
  ['=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`],
  ["1=1", "1=1"],
  ["hello, =you", '"hello, =you"'],
  ["'=1", "'=1"],
])("a message that says %j is no formula in csv", async (said, cell) => {
  const row = await rowOf(said);
  expect(row.split(`,"{""from_user_id"":1,`)[0]).toBe(`IM.Message.IMMsgData,${cell},`);
});

it("numbers and what is no text of peers stay as they are in csv", async () => {
  const host = fakeHost();
  const args = ["00000010000100000007070100010000", "--format", "csv"];
  await decodeCommand(host).parseAsync(args, { from: "user" });
  const [, row] = host.written.stdout.split("\r\n");
  expect(row).toBe("1,,,,,0,16,0x0701,CID_OTHER_HEARTBEAT,1,IM.Other.IMHeartBeat,,,{}");
});
