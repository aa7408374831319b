import { afterEach, expect, it } from "vitest";
import { CommandId } from "../../../src/codec/generated/commands.js";
import { encodePdu } from "../../../src/codec/pdu.js";
import { HEADER_SIZE, serverLimits } from "../../../src/codec/pdu-header.js";
import { listen, type PduListener } from "../../../src/net/listen.js";
import { FileClient } from "../../../src/server/msg/file-client.js";
import { silentLog } from "../../../src/server/server-log.js";
import { until } from "../../helpers/until.js";

/** Field 15, 5 bytes. */
const unknownField = Buffer.from("7a0568656c6c6f", "hex");
let fileServer: PduListener;
let client: FileClient;
afterEach(() => {
  client.stop();
  fileServer.close();
  for (const link of fileServer.connections) link.destroy();
});

it("keeps of a file_server's addresses what it knows, and nothing of the buffer that they came in", async () => {
  const address = { ip: "10.0.0.8", port: 8600 };
  const pdu = encodePdu(CommandId.CID_OTHER_FILE_SERVER_IP_RSP, { ip_addr_list: [address] });
  const told = Buffer.concat([pdu, unknownField]);
  told.writeUInt32BE(told.length, 0);
  // Within the address.
  told[HEADER_SIZE + 1] = (told[HEADER_SIZE + 1] as number) + unknownField.length;
  fileServer = await listen({ host: "127.0.0.1", port: 0 }, { limits: serverLimits }, () => ({
    onPdu: (link) => link.sendBytes(told),
    onClose: () => {},
  }));
  client = new FileClient({ role: "msg", servers: [fileServer.address], log: silentLog });
  client.links.start();
  await until(() => client.addresses.length > 0, "0x0734");
  expect(client.addresses).toStrictEqual([address]);
});
