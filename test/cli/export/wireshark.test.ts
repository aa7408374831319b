import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import protobuf from "protobufjs/light.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { wiresharkFiles } from "../../../src/cli/export/export-files.js";
import type { CapturedPdu } from "../../../src/codec/capture/capture-event.js";
import { CommandId } from "../../../src/codec/generated/commands.js";
import { encodePdu, framePdu } from "../../../src/codec/pdu.js";
import type { JsonObject, JsonValue } from "../../../src/codec/record/body-json.js";
import { recordOf } from "../../../src/codec/record/pdu-record.js";
import { messageType } from "../../../src/codec/schema.js";
import { pcap } from "../../helpers/capture-file.js";
import { goldenCapture, goldenCaptures, readCapture } from "../../helpers/captured-bytes.js";
import { hex } from "../../helpers/hex.js";
import { ipv4, tcp } from "../../helpers/packet-bytes.js";
import { hasTool, runTool } from "../../helpers/tool.js";

/** One PDU as either side sees it: header fields and body fields by filter name, repeated ones in order. */
interface SeenPdu {
  readonly frame: number;
  readonly fields: Readonly<Record<string, readonly string[]>>;
}

interface OurPdu extends SeenPdu {
  readonly isBroken: boolean;
}

describe.skipIf(!hasTool("tshark"))("tshark with the exported dissector", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "ttk-wireshark-"));
    writeFileSync(join(folder, "teamtalk.lua"), wiresharkFiles("0").get("teamtalk.lua") ?? "");
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(goldenCaptures)("sees every PDU of %s as our own decoder does, field by field", async (name) => {
    const path = fileURLToPath(new URL(`../../../fixtures/captures/${name}`, import.meta.url));
    const ours = await seenByUs(goldenCapture(name));
    const theirs = seenByTshark(path);
    expect(theirs.length).toBe(ours.length);
    for (const [index, { isBroken, ...pdu }] of ours.entries()) {
      // The dissector shows what it can of a body that we refuse.
      if (isBroken) expect(theirs[index]).toMatchObject(pdu);
      else expect(theirs[index]).toEqual(pdu);
    }
  });

  it("finds PDUs on any port by their content, and a boundary where a capture begins inside a PDU", async () => {
    const pdus = [1, 2, 3].map((user_id) =>
      encodePdu(CommandId.CID_MSG_UNREAD_CNT_REQUEST, { user_id }, { seqNum: user_id }),
    );
    const file = capture([Buffer.concat(pdus)], 5333);
    const midStream = capture([Buffer.concat(pdus).subarray(5)], 8000);
    const commands = (bytes: Buffer): string[] => seenIn(bytes).map(({ fields }) => String(fields["teamtalk.seq_num"]));
    expect(commands(file)).toEqual(["1", "2", "3"]);
    expect(commands(midStream)).toEqual(["2", "3"]);
  });

  it("marks what is wrong with a body, and goes on with the next PDU", () => {
    const login = CommandId.CID_LOGIN_REQ_USERLOGIN;
    const bad = [
      framePdu(login, hex("0a 01 61")),
      framePdu(login, hex("0a 50 61")),
      framePdu(login, hex("0f")),
      framePdu(login, hex("0a 01 61 12 01 62 18 04 20 11")),
      framePdu(0x0799, hex("01")),
      framePdu(0x0715, hex("")),
    ];
    const good = encodePdu(CommandId.CID_OTHER_HEARTBEAT, {}, { seqNum: 9 });
    const file = join(folder, "bad.pcap");
    writeFileSync(file, capture([Buffer.concat([...bad, good])], 8000));
    const marks = ["missing_required", "truncated", "malformed", "unknown_command"];
    const fields = ["-e", "teamtalk.command_id", ...marks.flatMap((mark) => ["-e", `teamtalk.${mark}`])];
    const [line = ""] = tshark(file, ["-T", "fields", ...fields])
      .trimEnd()
      .split("\n");
    const [commands, ...counts] = line.split("\t").map((cell) => cell.split(",").filter((text) => text !== "").length);
    expect([commands, counts.map((count) => count > 0)]).toEqual([7, [true, true, true, true]]);
  });

  it("reads packed numbers, unknown fields and UTF-8", () => {
    const body = hex("08 01 12 02 02 03 f2 01 02 6869");
    const name = encodePdu(CommandId.CID_BUDDY_LIST_CHANGE_SIGN_INFO_REQUEST, { user_id: 1, sign_info: "你好" });
    const [packed, utf8] = seenIn(capture([framePdu(CommandId.CID_BUDDY_LIST_USER_INFO_REQUEST, body), name], 8000));
    expect(packed?.fields["teamtalk.imusersinforeq.user_id_list"]).toEqual(["2", "3"]);
    expect(packed?.fields["teamtalk.unknown_field"]).toEqual(["f2:01:02:68:69"]);
    expect(utf8?.fields["teamtalk.imchangesigninforeq.sign_info"]).toEqual(["你好"]);
  });

  function seenIn(file: Buffer): SeenPdu[] {
    writeFileSync(join(folder, "in.pcap"), file);
    return seenByTshark(join(folder, "in.pcap"));
  }

  function tshark(file: string, args: readonly string[]): string {
    return runTool("tshark", ["-X", `lua_script:${join(folder, "teamtalk.lua")}`, "-r", file, ...args]);
  }

  function seenByTshark(file: string): SeenPdu[] {
    const packets = JSON.parse(
      tshark(file, ["-Y", "teamtalk", "-T", "json", "--no-duplicate-keys", "-J", "frame teamtalk"]),
    ) as { _source: { layers: { frame: Record<string, string>; teamtalk: JsonObject | JsonObject[] } } }[];
    return packets.flatMap(({ _source: { layers } }) => {
      const frame = Number(layers.frame["frame.number"]);
      const pdus = [layers.teamtalk].flat().filter((pdu) => "teamtalk.command_id" in pdu);
      return pdus.map((pdu) => ({ frame, fields: flattened(pdu) }));
    });
  }
});

/** tshark puts what is below a field beside it, under the same name with `_tree`. */
function flattened(layer: JsonObject, into: Record<string, string[]> = {}): Record<string, string[]> {
  for (const [name, value] of Object.entries(layer)) {
    if (/^teamtalk\.(attach\.|message$)|^_ws/.test(name)) continue;
    for (const entry of [value].flat() as JsonValue[]) {
      if (typeof entry === "object" && entry !== null) flattened(entry as JsonObject, into);
      else into[name] = [...(into[name] ?? []), String(entry)];
    }
  }
  return into;
}

async function seenByUs(file: Buffer): Promise<OurPdu[]> {
  const { events } = await readCapture(file);
  return events.filter((event) => event.kind === "pdu").map(seenPdu);
}

function seenPdu(pdu: CapturedPdu): OurPdu {
  const { header, message, body } = recordOf(pdu.bytes, { seq: 1, time: null, conn: null, dir: null, offset: 0 });
  if (header === null) throw new Error("no header");
  const fields: Record<string, string[]> = {
    "teamtalk.length": [String(header.length)],
    "teamtalk.version": [String(header.version)],
    "teamtalk.flag": [`0x${header.flag.toString(16).padStart(4, "0")}`],
    "teamtalk.service_id": [String(header.serviceId)],
    "teamtalk.command_id": [`0x${header.commandId.toString(16).padStart(4, "0")}`],
    "teamtalk.seq_num": [String(header.seqNum)],
    "teamtalk.reserved": [String(header.reserved)],
  };
  if (message !== null && body !== null) addFields(messageType(message), body, fields);
  return { frame: pdu.packetNumber, fields, isBroken: body === null };
}

function addFields(type: protobuf.Type, body: JsonObject, into: Record<string, string[]>): void {
  for (const [name, value] of Object.entries(body)) {
    const filter = `teamtalk.${type.name.toLowerCase()}.${name}`;
    const field = type.fields[name]?.resolve();
    for (const entry of [value].flat() as JsonValue[]) {
      if (field?.resolvedType instanceof protobuf.Type) addFields(field.resolvedType, entry as JsonObject, into);
      else into[filter] = [...(into[filter] ?? []), textOf(field, entry)];
    }
  }
}

function textOf(field: protobuf.Field | undefined, value: JsonValue): string {
  if (field?.resolvedType instanceof protobuf.Enum) return String(field.resolvedType.values[String(value)]);
  if (field?.type === "bytes")
    return Buffer.from(String(value), "base64")
      .toString("hex")
      .replaceAll(/(..)(?!$)/g, "$1:");
  return String(value);
}

/** One connection that carries the payloads to a port, a segment each. */
function capture(payloads: readonly Buffer[], port: number): Buffer {
  let sequence = 1;
  const segments = payloads.map((payload) => {
    const packet = ipv4(tcp({ from: 40_000, to: port, sequence, flags: "P.", payload }));
    sequence += payload.length;
    return packet;
  });
  return pcap(
    segments.map((bytes) => ({ bytes })),
    { linkType: 101 },
  );
}
