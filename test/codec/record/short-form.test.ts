import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BodyJsonError } from "../../../src/codec/record/body-json.js";
import { pduFromJson } from "../../../src/codec/record/pdu-from-json.js";
import { recordOf } from "../../../src/codec/record/pdu-record.js";
import { commandNamed, jsonFromShortForm } from "../../../src/codec/record/short-form.js";
import { commands } from "../../../src/codec/registry.js";
import { hex } from "../../helpers/hex.js";

const files: Readonly<Record<string, Buffer>> = { "avatar.png": Buffer.from([0xff, 0x00]) };
const options = { readFile: (path: string) => files[path] ?? Buffer.alloc(0) };
const read = (line: string) => jsonFromShortForm(line.split(" "), options);
const problemOf = (line: string): string => {
  try {
    return `no problem: ${JSON.stringify(read(line))}`;
  } catch (error) {
    if (error instanceof BodyJsonError) return error.message;
    throw error;
  }
};

describe("short form", () => {
  it("makes the bytes of a login as a shipped client sends them", () => {
    const json = read("IMLoginReq user_name=user1 password=md5:secret online_status=online client_type=ios");
    const expected = hex(`
      0000003d 0001 0000 0001 0103 0000 0000
      0a 05 7573657231                     # user_name
      12 20 ${Buffer.from("5ebe2294ecd0e0f08eab7690d2a6ee69").toString("hex")} # password, protocol.md's example
      18 01                                # online_status
      20 11                                # client_type
    `);
    expect(pduFromJson(json).toString("hex")).toBe(expected.toString("hex"));
  });

  it("encrypts text: with the shipped key, or another one", () => {
    const line =
      "IMMsgData from_user_id=1 to_session_id=2 msg_id=0 create_time=0 msg_type=single_text msg_data=text:hello";
    const body = read(line).body as Record<string, unknown>;
    expect(Buffer.from(String(body.msg_data), "base64").toString()).toBe("nnZSBwfPCz60q69ddmfIJA==");
    const textKey = "another key of thirty-two bytes!";
    const other = pduFromJson(jsonFromShortForm(line.split(" "), { ...options, textKey }));
    const origin = { seq: 1, time: null, conn: null, dir: null, offset: 0 };
    expect(recordOf(other, origin, { textKey }).text).toBe("hello");
  });

  it.each([
    ["IMLoginReq", "CID_LOGIN_REQ_USERLOGIN"],
    ["IM.Login.IMLoginReq", "CID_LOGIN_REQ_USERLOGIN"],
    ["imloginreq", "CID_LOGIN_REQ_USERLOGIN"],
    ["CID_LOGIN_REQ_USERLOGIN", "CID_LOGIN_REQ_USERLOGIN"],
    ["cid_login_req_userlogin", "CID_LOGIN_REQ_USERLOGIN"],
    ["0x0103", "CID_LOGIN_REQ_USERLOGIN"],
    ["259", "CID_LOGIN_REQ_USERLOGIN"],
  ])("takes %s for %s", (name, command) => {
    expect(commandNamed(name).name).toBe(command);
  });

  it.each([
    [
      "a nested field",
      "IMUserStatNotify user_stat.user_id=7 user_stat.status=online",
      { user_stat: { user_id: 7, status: "USER_STATUS_ONLINE" } },
    ],
    ["a list by repetition", "IMUsersInfoReq user_id_list=1 user_id_list=2", { user_id_list: [1, 2] }],
    ["a list at once", "IMUsersInfoReq user_id_list=[1,0x10]", { user_id_list: [1, 16] }],
    ["an empty list", "IMUsersInfoReq user_id_list=[]", { user_id_list: [] }],
    [
      "a list of messages by repetition",
      "IMUsersStatRsp user_stat_list.user_id=4 user_stat_list.status=1 user_stat_list.user_id=5",
      { user_stat_list: [{ user_id: 4, status: 1 }, { user_id: 5 }] },
    ],
    [
      "a list of messages by index",
      "IMUsersStatRsp user_stat_list[0].user_id=4 user_stat_list[1].user_id=5 user_stat_list[0].status=offline",
      { user_stat_list: [{ user_id: 4, status: "USER_STATUS_OFFLINE" }, { user_id: 5 }] },
    ],
    ["a message as JSON", 'IMUserStatNotify user_stat={"user_id":7}', { user_stat: { user_id: 7 } }],
    ["an enum outside its range", "IMUserStatNotify user_stat.status=99", { user_stat: { status: 99 } }],
    ["bytes", "IMMsgData msg_data=hex:00ff", { msg_data: "AP8=" }],
    ["bytes of a file", "IMMsgData msg_data=@avatar.png", { msg_data: "/wA=" }],
    ["bytes as they are", "IMMsgData msg_data=md5", { msg_data: "bWQ1" }],
    ["base64", "IMMsgData msg_data=base64:AP8=", { msg_data: "AP8=" }],
    ["a string that looks like a prefix", "IMLoginReq user_name=plain:md5:x", { user_name: "md5:x" }],
    ["a value with =", "IMLoginReq user_name=a=b", { user_name: "a=b" }],
  ])("reads %s", (_, line, body) => {
    expect(read(line).body).toEqual(body);
  });

  it.each([
    ["IMLogiReq", '"IMLogiReq" is neither a message nor a command; did you mean "IMLoginReq"?'],
    ["0x9999", '"0x9999" is neither a message nor a command; ttk schema lists them'],
    ["IMLoginReq user_nam=x", 'user_nam: IMLoginReq has no field "user_nam"; did you mean "user_name"?'],
    ["IMLoginReq constructor=x", 'constructor: IMLoginReq has no field "constructor"'],
    ["IMLoginReq __proto__=x", '__proto__: IMLoginReq has no field "__proto__"'],
    ["IMLoginReq user_name", '"user_name": field=value is expected'],
    ["IMLoginReq user_name.x=1", "user_name.x: user_name (string) has no fields"],
    ["IMLoginReq client_type=symbian", 'client_type: "symbian" is not in ClientType; there are'],
    ["IMLoginReq client_type=client_type", 'client_type: "client_type" may mean CLIENT_TYPE_WINDOWS or'],
    ["IMLoginReq user_name[0]=x", "user_name[0]: user_name is no list"],
    ["IMUsersInfoReq user_id=-1", 'user_id: a whole number from 0 to 4294967295 is expected, not "-1"'],
    ["IMUsersInfoReq user_id=4294967296", "a whole number from 0 to 4294967295"],
    ["IMUsersInfoReq user_id_list[7]=1", "user_id_list[7]: the list has 0 entries; the next one is [0]"],
    ["IMUserStatNotify user_stat=7", "user_stat: an object is expected"],
    ["IMUserStatNotify user_stat={", "user_stat: "],
    ["IMMsgData msg_data=hex:0g", 'msg_data: "g" is no hex digit'],
    ["IMMsgData msg_data=hex:0", "msg_data: hex has two digits a byte"],
    ["IMMsgData msg_data=base64:?", "msg_data: base64 is expected"],
    ["IMLoginReq a-b=1", 'a-b: "a-b" is no field name'],
  ])("says what is wrong with %s", (line, problem) => {
    expect(problemOf(line)).toContain(problem);
  });

  it.each(["[1]", "[null]"])("says what has no fields when an entry was given as %s", (list) => {
    const words = ["IMUsersStatRsp", `user_stat_list=${list}`, "user_stat_list.status=1"];
    expect(() => jsonFromShortForm(words, options)).toThrow(
      /^user_stat_list\.status: user_stat_list was given as (1|null)/,
    );
  });

  it("never fails otherwise, whatever words it is given", () => {
    const word = fc.oneof(
      fc.string(),
      fc.stringMatching(/^[a-z_]{1,12}(\[\d{1,7}\])?(\.[a-z_]+)?=.{0,12}$/),
      fc.constantFrom("user_stat_list.status=1", "user_stat_list[0]={}", "user_stat_list=[1]", "user_stat_list=[null]"),
    );
    const name = fc.oneof(fc.constantFrom(...commands.map(({ messageName }) => messageName)), fc.string());
    fc.assert(
      fc.property(name, fc.array(word, { maxLength: 6 }), (message, words) => {
        try {
          pduFromJson(jsonFromShortForm([message, ...words], options), { partial: true });
        } catch (error) {
          expect(error).toBeInstanceOf(BodyJsonError);
        }
      }),
    );
  });
});
