/**
 * The baseline of bench/message-path.ts: the least that a relay in Node.js can do with the project's own outbox. For each
 * message it writes an ack of the usual size to the sender and the message's bytes to the partner (connections 0 and 1
 * are partners, 2 and 3, …); nothing is decoded, stored or looked up. Prints its port.
 */
import { CommandId } from "../src/codec/generated/commands.js";
import { encodePdu } from "../src/codec/pdu.js";
import { clientLimits, readCommandId } from "../src/codec/pdu-header.js";
import { listen } from "../src/net/listen.js";
import type { PduLink } from "../src/net/pdu-link.js";

const links: PduLink[] = [];
const partners = new Map<PduLink, number>();
const ack = encodePdu(CommandId.CID_MSG_DATA_ACK, { user_id: 1000, session_id: 1001, msg_id: 1000, session_type: 1 });

const listener = await listen(
  { host: "127.0.0.1", port: 0 },
  { limits: clientLimits, connectionsMax: 20_000 },
  (accepted) => {
    partners.set(accepted, links.length ^ 1);
    links.push(accepted);
    return {
      onPdu(link, bytes, start, end) {
        if (readCommandId(bytes, start) !== CommandId.CID_MSG_DATA) return;
        link.sendBytes(ack);
        links[partners.get(link) ?? -1]?.sendBytes(bytes, start, end);
      },
      onClose() {},
    };
  },
);
process.stdout.write(`${listener.address.port}\n`);
