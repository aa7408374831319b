import { Readable } from "node:stream";
import { expect, it } from "vitest";
import { decodeCommand } from "../../../src/cli/commands/decode.js";
import { pcap } from "../../helpers/capture-file.js";
import { goldenCapture, packetsOf } from "../../helpers/captured-bytes.js";
import { fakeHost } from "../../helpers/fake-host.js";

const packets = packetsOf(goldenCapture("client-session.pcap"));

it("a capture whose link type is not read ends in a line that names it and counts, and as nothing selected", async () => {
  const host = fakeHost({ stdin: Readable.from([pcap(packets, { linkType: 147 })]) });
  const decoding = decodeCommand(host).parseAsync(["-"], { from: "user" });
  await expect(decoding).rejects.toMatchObject({ exitCode: 2, message: expect.stringMatching(/^no PDU in the input/) });
  expect(host.written).toEqual({
    stdout: "",
    stderr:
      "69 packets, from packet 1 on, are not read: link type 147 (USER0)\n" +
      "69 packets, 0 connections, 0 PDUs, 69 packets without TCP\n",
  });
});
