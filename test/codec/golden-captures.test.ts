import { describe, expect, it } from "vitest";
import { decodeBody, encodeBody } from "../../src/codec/body-codec.js";
import type { CapturedPdu } from "../../src/codec/capture/capture-event.js";
import { framePdu } from "../../src/codec/pdu.js";
import { HEADER_SIZE, readHeader } from "../../src/codec/pdu-header.js";
import { ProtocolError } from "../../src/codec/protocol-error.js";
import type { JsonObject } from "../../src/codec/record/body-json.js";
import { pduFromJson } from "../../src/codec/record/pdu-from-json.js";
import { type PduOrigin, recordOf } from "../../src/codec/record/pdu-record.js";
import { commandById, hexId } from "../../src/codec/registry.js";
import { capturePdus } from "../helpers/capture-pdus.js";
import { goldenCapture, goldenCaptures, readCapture } from "../helpers/captured-bytes.js";
import { TtkProcess } from "../helpers/ttk-process.js";

const origin: PduOrigin = { seq: 1, time: null, conn: null, dir: null, offset: 0 };

/**
 * Bodies that really lack a required field, in order: two requests with a number outside its enum (FRM-12), which the servers
 * dropped, and the empty answer that the C++ servers give to a device token.
 */
const lacking: Readonly<Record<(typeof goldenCaptures)[number], readonly string[]>> = {
  "client-session.pcap": [],
  "cluster-session.pcap": ["0x0405 group_type", "0x0309 session_type", "0x0109 user_id"],
};

describe.each(goldenCaptures)("%s", (name) => {
  it("decodes and re-encodes to the bytes that were captured, but for bodies that lack a required field", async () => {
    const lacks: string[] = [];
    for (const { bytes } of await pdusOf(name)) {
      const header = readHeader(bytes, 0);
      const command = commandById(header.commandId);
      if (command === undefined) throw new Error(`${hexId(header.commandId)} is not known`);
      try {
        const body = decodeBody(command.id, bytes, HEADER_SIZE);
        expect(framePdu(command.id, encodeBody(command.id, body), header)).toEqual(bytes);
      } catch (error) {
        if (!(error instanceof ProtocolError) || error.code !== "BODY_MISSING_REQUIRED") throw error;
        lacks.push(`${hexId(command.id)} ${error.detail.field}`);
      }
    }
    expect(lacks).toEqual(lacking[name]);
  });

  it("comes back byte for byte from the JSON that decode prints", async () => {
    for (const { bytes } of await pdusOf(name)) {
      const record = recordOf(bytes, origin);
      if (record.error !== null) continue;
      const json = JSON.parse(JSON.stringify(record)) as JsonObject;
      expect(pduFromJson(json)).toEqual(bytes);
    }
  });

  it("gives the same PDUs however its file is cut into chunks", async () => {
    const whole = await pdusOf(name);
    for (const chunkSize of [997, 4096]) {
      expect((await pdusOf(name, chunkSize)).map(({ bytes }) => bytes)).toEqual(whole.map(({ bytes }) => bytes));
    }
  });

  it("has the PDUs that a reader without TCP reassembly finds on the clients' port", async () => {
    const onPort = (await pdusOf(name)).filter(({ connection }) => connection.server.port === 8000);
    expect(onPort.map(({ bytes }) => bytes)).toEqual(capturePdus(name, 8000).map(({ bytes }) => bytes));
  });
});

describe("ttk decode", () => {
  it("prints one record for each PDU of a whole cluster, and says which lack a required field", async () => {
    const child = new TtkProcess(["decode", "fixtures/captures/cluster-session.pcap", "--format", "json"]);
    expect(await child.end()).toBe(0);
    const records = child.stdout.trimEnd().split("\n");
    expect(records).toHaveLength(1135);
    const errors = records.map((line) => JSON.parse(line)).filter(({ error }) => error !== null);
    expect(errors.map(({ header, error }) => `${hexId(header.commandId)} ${error.code}`)).toEqual([
      "0x0405 BODY_MISSING_REQUIRED",
      "0x0309 BODY_MISSING_REQUIRED",
      "0x0109 BODY_MISSING_REQUIRED",
    ]);
  });
});

async function pdusOf(name: (typeof goldenCaptures)[number], chunkSize?: number): Promise<readonly CapturedPdu[]> {
  const { events } = await readCapture(goldenCapture(name), chunkSize === undefined ? {} : { chunkSize });
  return events.filter((event) => event.kind === "pdu");
}
