import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CaptureEvent } from "../../../src/codec/capture/capture-event.js";
import { CaptureDecoder, type CaptureOptions } from "../../../src/codec/capture/capture-pdus.js";
import { CommandId } from "../../../src/codec/generated/commands.js";
import { encodePdu, framePdu } from "../../../src/codec/pdu.js";
import { eventLines } from "../../helpers/captured-bytes.js";
import { ipv4, type TcpFields, tcp } from "../../helpers/packet-bytes.js";

/** Five PDUs of 16 to 200 bytes. */
const pdus = [0, 30, 90, 184, 2].map((size, index) =>
  framePdu(CommandId.CID_OTHER_HEARTBEAT, Buffer.alloc(size, index + 1), { seqNum: index + 1 }),
);
const stream = Buffer.concat(pdus);
const first = 1000;
const lines = linesOf(pdus);

describe("a stream of segments", () => {
  const cuts = [0, 7, 16, 50, 62, 100, 101, 200, 300, stream.length];
  const segments = cuts.slice(1).map((end, index) => data(cuts[index] ?? 0, end));

  it.each<[string, readonly Part[]]>([
    ["in order", segments],
    ["in reverse", segments.toReversed()],
    ["each sent twice", segments.flatMap((part) => [part, part])],
    ["all sent twice", [...segments, ...segments]],
    [
      "cut again at other places when sent again",
      [data(0, 40), data(30, 90), data(20, 120), data(100, 330), data(5, stream.length)],
    ],
    ["with keep-alives of one byte before the next", [data(0, 100), data(99, 100), data(100, stream.length)]],
    ["with empty segments between", segments.flatMap((part) => [{ sequence: first, payload: Buffer.alloc(0) }, part])],
    ["in one piece", [data(0, stream.length)]],
    ["byte by byte", Array.from(stream, (_, at) => data(at, at + 1))],
  ])("comes out whole: %s", (_, parts) => {
    expect(read([syn(), ...parts])).toEqual(lines);
  });

  it("comes out whole however it is cut, repeated and shuffled", () => {
    const piece = fc.tuple(fc.nat(stream.length - 1), fc.integer({ min: 1, max: 120 }));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.infiniteStream(fc.nat()), (pieces, random) => {
        const parts = [...segments, ...pieces.map(([at, size]) => data(at, Math.min(stream.length, at + size)))];
        const shuffled = parts
          .map((part) => ({ part, key: random.next().value as number }))
          .sort((a, b) => a.key - b.key)
          .map(({ part }) => part);
        expect(read([syn(), ...shuffled])).toEqual(lines);
      }),
      { numRuns: 200 },
    );
  });

  it("comes out whole where the sequence number wraps", () => {
    const near = 0xffff_ffff - 60;
    const wrapped = segments.map((part) => ({ ...part, sequence: part.sequence - first + near }));
    expect(read([{ sequence: near - 1, flags: "S" }, ...wrapped])).toEqual(lines);
    expect(read([{ sequence: near - 1, flags: "S" }, ...wrapped.toReversed()])).toEqual(lines);
  });

  it("goes both ways at once", () => {
    const back = segments.map((part) => ({ ...part, isBack: true, sequence: part.sequence + 70_000 }));
    const both = segments.flatMap((part, index) => [part, back[index] as Part]);
    const opening = [syn(), { sequence: first + 70_000 - 1, flags: "S.", isBack: true }];
    const [c2s, s2c] = ["c2s", "s2c"].map((direction) =>
      read([...opening, ...both]).filter((line) => line.startsWith(direction)),
    );
    expect(c2s).toEqual(lines);
    expect(s2c).toEqual(lines.map((line) => line.replace("c2s", "s2c")));
  });

  it("takes a SYN that comes late for the beginning of what is there already", () => {
    expect(read([data(0, 100), syn(), data(100, stream.length)])).toEqual(lines);
  });

  it("takes data that a SYN carries", () => {
    const fastOpen = { ...syn(), payload: stream.subarray(0, 50) };
    expect(read([fastOpen, data(50, stream.length)])).toEqual(lines);
  });

  it("gives what a FIN carries, and what came behind a hole before it", () => {
    const fin = { ...data(300, stream.length), flags: "FP." };
    expect(read([syn(), data(0, 100), fin, data(100, 300)])).toEqual(lines);
  });
});

describe("bytes that the capture lacks", () => {
  it("cost the PDUs that they belong to, and no other", () => {
    // The second PDU is [16, 62), the third [62, 168).
    expect(read([syn(), data(0, 30), data(40, stream.length)])).toEqual([
      lines[0],
      "c2s 16 skipped 46 lost-segment",
      ...lines.slice(2),
    ]);
    expect(read([syn(), data(0, 30), data(70, stream.length)])).toEqual([
      lines[0],
      "c2s 16 skipped 14 lost-segment",
      "c2s 30 skipped 138 lost-segment",
      ...lines.slice(3),
    ]);
  });

  it("at the very beginning cost the first PDU alone", () => {
    expect(read([syn(), data(4, stream.length)])[0]).toMatch(/^c2s 0 skipped/);
    expect(read([syn(), data(4, stream.length)]).slice(1)).toEqual(lines.slice(1));
  });

  it("are given up once the receiver has acknowledged them and packets have passed", () => {
    const acknowledged = Array.from({ length: 200 }, () => ({
      sequence: 5,
      acknowledgement: first + stream.length,
      isBack: true,
    }));
    const events = collect([syn(), data(0, 30), data(62, stream.length), ...acknowledged]);
    expect(eventLines(events)).toEqual([lines[0], "c2s 16 skipped 46 lost-segment", ...lines.slice(2)]);
  });

  it("are lost to the snap length: the PDU is named with the bytes of it that are there", () => {
    const events = collect([syn(), data(0, 16), { ...data(16, 62), kept: 20 }, data(62, stream.length)]);
    expect(eventLines(events)).toEqual([lines[0], "c2s 16 skipped 46 snap-length", ...lines.slice(2)]);
    const skipped = events.find((event) => event.kind === "skipped");
    expect(skipped?.kind === "skipped" && skipped.bytes).toEqual(stream.subarray(16, 36));
    expect(skipped?.kind === "skipped" && skipped.message).toBe(
      "the capture kept only the beginning of a packet: 46 bytes left out",
    );
  });

  it("may come later, from a retransmission that was captured whole", () => {
    const cut = { ...data(16, 62), kept: 20 };
    expect(read([syn(), data(0, 16), cut, data(16, 62), data(62, stream.length)]).slice(-3)).toEqual(lines.slice(2));
  });

  it("end a stream inside a PDU: what is there is said to be cut off", () => {
    expect(read([syn(), data(0, 40)])).toEqual([lines[0], "c2s 16 skipped 24 cut-off"]);
  });
});

describe("a capture that begins in mid-stream", () => {
  it("finds the first boundary and says what it left out", () => {
    for (let at = 1; at < 16; at++) {
      expect(read([data(at, stream.length)])).toEqual([
        `c2s 0 skipped ${16 - at} mid-stream`,
        ...linesOf(pdus, 16 - at, 1),
      ]);
    }
  });

  it("finds it in any part of a PDU, and the PDU's own bytes do not mislead it", () => {
    const tricky = [framePdu(CommandId.CID_MSG_DATA, Buffer.concat([Buffer.alloc(20), pdus[1] as Buffer])), ...pdus];
    const whole = Buffer.concat(tricky);
    const [size] = [(tricky[0] as Buffer).length];
    expect(read([{ sequence: first, payload: whole.subarray(3) }]).slice(-5)).toEqual(linesOf(pdus, size - 3));
  });

  it("begins at once where the first segment begins a PDU", () => {
    expect(read([data(16, stream.length)])).toEqual(linesOf(pdus, 0, 1));
  });

  it("guesses the server from the ports", () => {
    const events = collect([{ ...data(0, 62), isBack: true }]);
    expect(eventLines(events)[0]).toMatch(/^s2c 0/);
  });
});

describe("what a peer sends that is no PDU", () => {
  const garbage = Buffer.from("ff".repeat(20), "hex");

  it("is left out, and the next PDU counts again", () => {
    const [one, two, ...rest] = pdus as [Buffer, Buffer, ...Buffer[]];
    const parts = pieces([one, garbage, two, ...rest]);
    expect(read([syn(), ...parts])).toEqual([
      lines[0],
      "c2s 16 skipped 20 length-out-of-range",
      ...linesOf(pdus, 36, 1),
    ]);
  });

  it("does not swallow what follows a length that lies", () => {
    const liar = framePdu(CommandId.CID_OTHER_HEARTBEAT, Buffer.alloc(0), { length: 400, seqNum: 99 });
    expect(read([syn(), ...pieces([liar, ...pdus])])).toEqual(["c2s 0 skipped 16 length-lies", ...linesOf(pdus, 16)]);
  });

  it("is reported once when it is HTTP, whatever the port", () => {
    const request = Buffer.from("GET /msg_server HTTP/1.1\r\nHost: a\r\n\r\n");
    const events = collect([syn(), { sequence: first, payload: request }]);
    expect(events.map((event) => event.kind === "other-traffic" && event.firstLine)).toEqual([
      "GET /msg_server HTTP/1.1",
    ]);
  });

  it("on another port is other traffic, and PDUs on another port are recognised", () => {
    const ports = { client: 50_000, server: 5432 };
    const noise = { sequence: first, payload: Buffer.from("select 1;".repeat(20)) };
    expect(read([syn(), noise, { sequence: first + noise.payload.length, flags: "F." }], ports)).toEqual([
      "s2c unknown",
    ]);
    expect(read([syn(), data(0, stream.length)], ports)).toEqual(lines);
  });

  it("is taken for PDUs where --port says so", () => {
    const ports = { client: 50_000, server: 5432 };
    const noise = { sequence: first, payload: Buffer.alloc(40, 1) };
    expect(read([syn(), noise], ports, { ports: new Set([5432]) })).toEqual(["c2s 0 skipped 40 not-a-header"]);
    expect(read([syn(), data(0, stream.length)], ports, { ports: new Set([8000]) })).toEqual([]);
  });
});

describe("connections that use the same addresses again", () => {
  it("are told apart by their SYN", () => {
    const again = pieces(pdus).map((part) => ({ ...part, sequence: part.sequence + 500_000 }));
    const parts = [syn(), ...pieces(pdus), { sequence: first + 500_000 - 1, flags: "S" }, ...again];
    const events = collect(parts);
    expect(eventLines(events)).toEqual([...lines, ...lines]);
    expect(new Set(events.map((event) => event.kind === "pdu" && event.connection.id)).size).toBe(2);
  });

  it("are told apart by a distant sequence number where the SYN is missing", () => {
    const again = pieces(pdus).map((part) => ({ ...part, sequence: part.sequence + 0x4000_0000 }));
    expect(read([syn(), ...pieces(pdus), ...again])).toEqual([...lines, ...lines]);
  });

  it("end with a reset: what was unfinished is said to be cut off", () => {
    const reset = { sequence: first + 40, flags: "R" };
    const opening = { sequence: first + 90_000 - 1, flags: "S" };
    const again = pieces(pdus).map((part) => ({ ...part, sequence: part.sequence + 90_000 }));
    expect(read([syn(), data(0, 40), reset, opening, ...again])).toEqual([
      lines[0],
      "c2s 16 skipped 24 cut-off",
      ...lines,
    ]);
  });

  it("are not begun again by a SYN, FIN or data that is repeated", () => {
    const fin = { sequence: first + stream.length, flags: "F." };
    expect(read([syn(), syn(), ...pieces(pdus), fin, fin, data(0, 50), syn()])).toEqual(lines);
  });
});

describe("many connections at once", () => {
  it("are kept apart, also when they have ended", () => {
    const pdu = pdus[1] as Buffer;
    const hosts = Array.from({ length: 6000 }, (_, index) => `10.${index >> 12}.${(index >> 6) & 63}.${index & 63}`);
    const events: CaptureEvent[] = [];
    const decoder = new CaptureDecoder((event) => events.push(event));
    let number = 0;
    const send = (from: string, sequence: number, payload: Buffer, flags = "P."): void => {
      const bytes = ipv4(tcp({ from: 40_000, to: 8000, sequence, payload, flags }), { from });
      decoder.onPacket({ number: ++number, linkType: 101, seconds: 1, nanos: 0, bytes });
    };
    for (const host of hosts) send(host, first - 1, Buffer.alloc(0), "S");
    for (const host of hosts) send(host, first, pdu.subarray(0, 20));
    for (const host of hosts) send(host, first + 20, pdu.subarray(20));
    for (const host of hosts) send(host, first + pdu.length, Buffer.alloc(0), "FR.");
    for (const host of hosts.slice(-100)) send(host, first, pdu.subarray(0, 20));
    decoder.end();
    expect(decoder.totals).toMatchObject({ connections: hosts.length, pdus: hosts.length });
    const senders = events.map((event) => event.kind === "pdu" && event.connection.client.address);
    expect(new Set(senders)).toEqual(new Set(hosts));
  });

  it("are forgotten after a silence that no server keeps a connection through, and go on as new ones", () => {
    const pdu = pdus[1] as Buffer;
    const events: CaptureEvent[] = [];
    const decoder = new CaptureDecoder((event) => events.push(event));
    let number = 0;
    const send = (from: string, seconds: number, sequence: number): void => {
      const bytes = ipv4(tcp({ from: 40_000, to: 8000, sequence, payload: pdu, flags: "P." }), { from });
      decoder.onPacket({ number: ++number, linkType: 101, seconds, nanos: 0, bytes });
    };
    send("10.0.0.1", 1000, first);
    send("10.0.0.2", 1000, first);
    send("10.0.0.2", 1800, first + pdu.length);
    send("10.0.0.2", 2600, first + 2 * pdu.length);
    send("10.0.0.1", 2600, first + pdu.length);
    decoder.end();
    expect(decoder.totals).toMatchObject({ connections: 3, pdus: 5 });
    const ids = events.map((event) => event.kind === "pdu" && event.connection.id);
    expect(ids).toEqual([1, 2, 2, 2, 3]);
  });
});

describe("memory", () => {
  it("does not follow what a length field promises", () => {
    const promise = framePdu(CommandId.CID_MSG_DATA, Buffer.alloc(0), { length: 64 << 20 });
    const opening = Array.from({ length: 3000 }, (_, index) => index + 1024);
    const decoder = new CaptureDecoder(() => {});
    for (const [index, client] of opening.entries()) {
      const bytes = ipv4(tcp({ from: client, to: 8000, sequence: 1, payload: promise }));
      decoder.onPacket({ number: index + 1, linkType: 101, seconds: 0, nanos: 0, bytes });
    }
    decoder.end();
    expect(decoder.totals.connections).toBe(3000);
  });

  it("is bounded while a hole stays open", () => {
    const parts = Array.from({ length: 20_000 }, (_, index) => ({
      sequence: first + 100 + index * 1000,
      payload: Buffer.alloc(1000),
    }));
    expect(read([syn(), data(0, 16), ...parts])[0]).toBe(lines[0]);
  });
});

type Part = Pick<TcpFields, "sequence" | "flags" | "payload" | "acknowledgement"> & {
  readonly isBack?: boolean;
  /** Bytes of payload that the capture kept. */
  readonly kept?: number;
};

function syn(): Part {
  return { sequence: first - 1, flags: "S" };
}

/** The bytes of the stream from `start` to `end`. */
function data(start: number, end: number): Part & { payload: Buffer } {
  return { sequence: first + start, payload: stream.subarray(start, end), flags: "P." };
}

/** One segment for each. */
function pieces(payloads: readonly Buffer[]): Part[] {
  let sequence = first;
  return payloads.map((payload) => {
    const part = { sequence, payload, flags: "P." };
    sequence += payload.length;
    return part;
  });
}

function linesOf(all: readonly Buffer[], offset = 0, from = 0): string[] {
  let at = offset;
  return all.slice(from).map((pdu) => {
    const line = `c2s ${at} ${pdu.toString("hex")}`;
    at += pdu.length;
    return line;
  });
}

function collect(
  parts: readonly Part[],
  ports = { client: 40_000, server: 8000 },
  options: CaptureOptions = {},
): CaptureEvent[] {
  const events: CaptureEvent[] = [];
  const decoder = new CaptureDecoder((event) => events.push(event), options);
  for (const [index, { isBack = false, kept, ...fields }] of parts.entries()) {
    const [from, to] = isBack ? [ports.server, ports.client] : [ports.client, ports.server];
    const segment = tcp({ from, to, ...fields });
    const addresses = isBack ? { from: "10.0.0.2", to: "10.0.0.1" } : {};
    const packet = ipv4(segment, addresses);
    const bytes = kept === undefined ? packet : packet.subarray(0, 44 + kept);
    decoder.onPacket({ number: index + 1, linkType: 101, seconds: 1, nanos: 0, bytes });
  }
  decoder.end();
  return events;
}

function read(parts: readonly Part[], ports?: { client: number; server: number }, options?: CaptureOptions): string[] {
  return eventLines(collect(parts, ports, options));
}

it("knows the empty PDU for what it is", () => {
  expect(pdus[0]).toEqual(encodePdu(CommandId.CID_OTHER_HEARTBEAT, {}, { seqNum: 1 }));
});
