import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, it } from "vitest";
import { CommandId } from "../../src/codec/generated/commands.js";
import { MsgType } from "../../src/codec/generated/enums.js";
import { loginPassword } from "../../src/codec/password.js";
import { type Address, parseAddress } from "../../src/net/address.js";
import { ServerPeer } from "../helpers/server-peer.js";
import { TtkProcess } from "../helpers/ttk-process.js";

const TIMEOUT_MS = 60_000;
const ROUNDS = 40;
const folder = mkdtempSync(join(tmpdir(), "ttk-proxies-"));
afterAll(() => rmSync(folder, { recursive: true }));
const running: TtkProcess[] = [];
const peers: ServerPeer[] = [];
afterEach(async () => {
  for (const { link } of peers.splice(0)) link.destroy();
  for (const one of running) one.kill();
  await Promise.all(running.splice(0).map((one) => one.end()));
});
let files = 0;

/** A msg_server's links to two db_proxy_servers, each a process of its own, over one SQLite file. */
async function twoProxies(): Promise<[ServerPeer, ServerPeer]> {
  const storage = ["--storage", `sqlite:${join(folder, `${++files}.db`)}`, "--users", "10"];
  const start = async () => {
    const process = new TtkProcess(["serve", "db", "--ports", "auto", "--json", "--quiet", ...storage]);
    running.push(process);
    const { roles } = JSON.parse(await process.line(() => true)) as { roles: { address: string }[] };
    const peer = await ServerPeer.dial(parseAddress(`${roles[0]?.address}`) as Address);
    peers.push(peer);
    return peer;
  };
  return [await start(), await start()];
}

it(
  "miss no change in an incremental pull, whichever of them stored it and whichever is asked (PUL-09)",
  async () => {
    const [one, other] = await twoProxies();
    let latest_update_time = 0;
    const newest = new Map<number, number>();
    const pull = async (from: ServerPeer) => {
      from.send(CommandId.CID_BUDDY_LIST_RECENT_CONTACT_SESSION_REQUEST, { user_id: 1, latest_update_time });
      const answer = await from.expect(CommandId.CID_BUDDY_LIST_RECENT_CONTACT_SESSION_RESPONSE);
      for (const { session_id, latest_msg_id, updated_time } of answer.contact_session_list) {
        newest.set(session_id, latest_msg_id);
        latest_update_time = Math.max(latest_update_time, updated_time);
      }
    };
    const say = async (by: ServerPeer, from_user_id: number) => {
      by.send(CommandId.CID_MSG_DATA, {
        from_user_id,
        to_session_id: 1,
        msg_id: 0,
        create_time: 0,
        msg_type: MsgType.MSG_TYPE_SINGLE_TEXT,
        msg_data: Buffer.from("news"),
      });
      return (await by.expect(CommandId.CID_MSG_DATA)).msg_id;
    };
    for (let round = 0; round < ROUNDS; round++) {
      const [first, second] = round % 2 === 0 ? [one, other] : [other, one];
      const from = 2 + (round % 4);
      // Stored by one while the other lists.
      const [id] = await Promise.all([say(first, from), pull(second)]);
      await pull(round % 3 === 0 ? first : second);
      expect(newest.get(from), `round ${round}`).toBe(id);
      expect(id).toBe(Math.floor(round / 4) + 1);
    }
  },
  TIMEOUT_MS,
);

it("lock a name after eleven failures at the two of them together, and after a success count anew (LGN-06)", async () => {
  const [one, other] = await twoProxies();
  const validate = async (at: ServerPeer, password: string) => {
    at.send(CommandId.CID_OTHER_VALIDATE_REQ, { user_name: "user2", password: loginPassword(password) });
    return (await at.expect(CommandId.CID_OTHER_VALIDATE_RSP)).result_code;
  };
  const fail = async (times: number) => {
    for (let n = 0; n < times; n++) expect(await validate(n % 2 === 0 ? one : other, "wrong")).toBe(1);
  };
  await fail(10);
  expect(await validate(one, "secret")).toBe(0);
  await fail(11);
  expect([await validate(one, "secret"), await validate(other, "secret")]).toEqual([6, 6]);
});
