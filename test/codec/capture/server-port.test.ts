import { describe, expect, it } from "vitest";
import { isFromDialler } from "../../../src/codec/capture/server-port.js";
import { CommandId } from "../../../src/codec/generated/commands.js";
import { encodePdu } from "../../../src/codec/pdu.js";
import { pcap } from "../../helpers/capture-file.js";
import { eventLines, readCapture } from "../../helpers/captured-bytes.js";
import { ethernet, ipv4, tcp } from "../../helpers/packet-bytes.js";

const request = encodePdu(CommandId.CID_MSG_UNREAD_CNT_REQUEST, { user_id: 1 }, { seqNum: 7 });
const answer = encodePdu(CommandId.CID_MSG_UNREAD_CNT_RESPONSE, { user_id: 1, total_cnt: 0, unreadinfo_list: [] });
const heartbeat = encodePdu(CommandId.CID_OTHER_HEARTBEAT, {});

describe("who dialled, where nobody saw it", () => {
  it("is told by a command that goes one way only", () => {
    expect([request, answer, heartbeat].map((pdu) => isFromDialler(pdu, 0, pdu.length))).toEqual([
      true,
      false,
      undefined,
    ]);
    expect(isFromDialler(request, 1, request.length)).toBeUndefined();
  });

  it.each([
    [request, "c2s"],
    [answer, "s2c"],
  ] as const)("counts more than which port is lower", async (payload, direction) => {
    for (const [from, to] of [
      [32_772, 35_751],
      [35_751, 32_772],
    ] as const) {
      const frame = ethernet(ipv4(tcp({ from, to, sequence: 1, flags: "P.", payload })));
      const { events } = await readCapture(pcap([{ bytes: frame, seconds: 1, nanos: 0 }]));
      expect(eventLines(events)).toEqual([`${direction} 0 ${payload.toString("hex")}`]);
    }
  });
});
