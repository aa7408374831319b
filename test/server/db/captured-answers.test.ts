import { expect, it } from "vitest";
import { decodeBody } from "../../../src/codec/body-codec.js";
import { type CommandBody, CommandId } from "../../../src/codec/generated/commands.js";
import { SessionType } from "../../../src/codec/generated/enums.js";
import { encodePdu } from "../../../src/codec/pdu.js";
import { HEADER_SIZE, readCommandId, readSeqNum } from "../../../src/codec/pdu-header.js";
import type { Address } from "../../../src/net/address.js";
import { type DatabaseRequestId, databaseResponse } from "../../../src/server/db/database-port.js";
import { startDbProxyServer } from "../../../src/server/db/db-proxy-server.js";
import { teamtalk } from "../../../src/server/deviations.js";
import { capturePdus } from "../../helpers/capture-pdus.js";
import { capturedDeployment } from "../../helpers/captured-deployment.js";
import { ServerPeer } from "../../helpers/server-peer.js";

const DB_PORT = 10600;
type Edit<C extends CommandId> = (body: CommandBody[C]) => CommandBody[C];

/** What is not laid down by the requests alone, brought to one form. */
const edits: { readonly [C in CommandId]?: Edit<C> } = {
  // Words are free (LGN-02).
  [CommandId.CID_OTHER_VALIDATE_RSP]: (body) => ({ ...body, result_string: "" }),
  // In the order of a hash.
  [CommandId.CID_GROUP_CHANGE_MEMBER_RESPONSE]: (body) => ({
    ...body,
    cur_user_id_list: body.cur_user_id_list.toSorted((a, b) => a - b),
  }),
  // GRP-11: the sweep that gave the group's session its time comes every few seconds.
  [CommandId.CID_BUDDY_LIST_RECENT_CONTACT_SESSION_RESPONSE]: (body) => ({
    ...body,
    contact_session_list: body.contact_session_list.map((session) => ({
      ...session,
      updated_time: session.session_type === SessionType.SESSION_TYPE_GROUP ? 0 : session.updated_time,
    })),
  }),
  // An empty attach_data, where the request had none.
  [CommandId.CID_LOGIN_RES_DEVICETOKEN]: ({ user_id }) => ({ user_id }),
};

function inOneForm(pdu: Buffer): string {
  const commandId = readCommandId(pdu) as CommandId;
  const edit = edits[commandId] as Edit<CommandId> | undefined;
  if (edit === undefined) return pdu.toString("hex");
  const body = edit(decodeBody(commandId, pdu, HEADER_SIZE));
  return encodePdu(commandId, body, { seqNum: readSeqNum(pdu) }).toString("hex");
}

it("answers every request of the captured session as the original did, byte for byte (DBP-01 … DBP-03)", async () => {
  const { storage, clock } = await capturedDeployment();
  const role = await startDbProxyServer({
    listen: { host: "127.0.0.1", port: 0 },
    storage,
    clock,
    deviates: teamtalk,
  });
  const peers = new Map<number, ServerPeer>();
  try {
    const captured = capturePdus("cluster-session.pcap", DB_PORT).filter(
      ({ bytes }) => readCommandId(bytes) !== CommandId.CID_OTHER_HEARTBEAT,
    );
    let compared = 0;
    for (const [index, { from, bytes }] of captured.entries()) {
      if (from === DB_PORT) continue;
      const peer = peers.get(from) ?? (await ServerPeer.dial(role.addresses.servers as Address));
      peers.set(from, peer);
      if (readCommandId(bytes) === CommandId.CID_MSG_DATA) {
        const { create_time } = decodeBody(CommandId.CID_MSG_DATA, bytes, HEADER_SIZE);
        clock.turn(create_time - clock.nowSeconds);
      }
      peer.link.sendBytes(bytes);
      const command = readCommandId(bytes) as DatabaseRequestId;
      const response = databaseResponse[command];
      // A notice.
      if (response === undefined) continue;
      const answer = await peer.next();
      // PRE-05: the original answers nothing.
      if (command === CommandId.CID_BUDDY_LIST_CHANGE_AVATAR_REQUEST) continue;
      const original = captured.slice(index).find(({ bytes, to }) => to === from && readCommandId(bytes) === response);
      expect.soft(inOneForm(answer.bytes)).toBe(original && inOneForm(original.bytes));
      compared++;
    }
    expect(compared).toBeGreaterThan(80);
  } finally {
    for (const { link } of peers.values()) link.destroy();
    await role.stop(0);
  }
});
