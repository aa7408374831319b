import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { decodeBody } from "../../src/codec/body-codec.js";
import { CommandId } from "../../src/codec/generated/commands.js";
import { MsgType } from "../../src/codec/generated/enums.js";
import { encodePdu, framePdu } from "../../src/codec/pdu.js";
import { HEADER_SIZE, readSeqNum } from "../../src/codec/pdu-header.js";
import { ListenError } from "../../src/net/listen.js";
import { startTap, type TapOptions } from "../../src/tap/start-tap.js";
import { RuleError } from "../../src/tap/tap-rule.js";
import { capturePdus } from "../helpers/capture-pdus.js";
import { HandClock } from "../helpers/hand-clock.js";
import { TappedPair } from "../helpers/tapped-pair.js";

const pairs: TappedPair[] = [];
afterEach(async () => {
  await Promise.all(pairs.splice(0).map((pair) => pair.stop()));
});

async function tapped(options: Partial<TapOptions> = {}): Promise<TappedPair> {
  const pair = await TappedPair.start(options);
  pairs.push(pair);
  return pair;
}

const withRules = (...rules: string[]) => tapped({ rules });
const heartbeat = (seqNum: number) => encodePdu(CommandId.CID_OTHER_HEARTBEAT, {}, { seqNum });
const message = (msgId: number, toSessionId = 7) =>
  encodePdu(CommandId.CID_MSG_DATA, {
    from_user_id: 1,
    to_session_id: toSessionId,
    msg_id: msgId,
    create_time: 2,
    msg_type: MsgType.MSG_TYPE_SINGLE_TEXT,
    msg_data: Buffer.from("hello"),
  });
const all = (...pdus: Buffer[]) => Buffer.concat(pdus);
const captured = capturePdus("client-session.pcap", 8000);

describe("a tap without rules", () => {
  it("passes a recorded session both ways, byte for byte, and sees its PDUs", async () => {
    const pair = await tapped();
    const { client, server } = await pair.connect();
    const up = captured.filter(({ to }) => to === 8000).map(({ bytes }) => bytes);
    const down = captured.filter(({ from }) => from === 8000).map(({ bytes }) => bytes);
    expect(up.length).toBeGreaterThan(5);
    client.socket.write(all(...up));
    server.socket.write(all(...down));
    expect(await server.bytes(all(...up).length)).toEqual(all(...up));
    expect(await client.bytes(all(...down).length)).toEqual(all(...down));
    await pair.until(() => pair.pdus.length === up.length + down.length, "every PDU");
    expect(pair.pdus.filter(({ direction }) => direction === "c2s").map(({ received }) => received)).toEqual(up);
    expect(pair.tap.counts()).toMatchObject({
      connections: 1,
      open: 1,
      c2s: { pdus: up.length },
      s2c: { pdus: down.length },
    });
  });

  it("passes the first bytes of a PDU before the rest has come", async () => {
    const { client, server } = await (await tapped()).connect();
    client.socket.write(heartbeat(1).subarray(0, 5));
    expect(await server.bytes(5)).toEqual(heartbeat(1).subarray(0, 5));
  });

  it("passes a half-close on, and what comes after it the other way", async () => {
    const pair = await tapped();
    const { client, server } = await pair.connect();
    client.socket.end(heartbeat(1));
    await server.untilEnd();
    expect(server.received).toEqual(heartbeat(1));
    server.socket.end(heartbeat(2));
    await client.untilClosed();
    expect(client.received).toEqual(heartbeat(2));
    await pair.until(() => pair.closings.length === 1, "the closing");
    expect(pair.closings).toEqual(["ended"]);
    expect(pair.tap.counts().open).toBe(0);
  });

  it.each(["client", "server"] as const)("resets the other side when the %s breaks off", async (who) => {
    const pair = await tapped();
    const ends = await pair.connect();
    ends.client.socket.write(heartbeat(1));
    await ends.server.bytes(16);
    ends[who].socket.resetAndDestroy();
    await ends[who === "client" ? "server" : "client"].untilClosed();
    expect(ends[who === "client" ? "server" : "client"].closed).toBe("reset");
    expect(pair.closings).toEqual([`${who}-reset`]);
  });

  it.each([
    ["HTTP", Buffer.from("GET /msg_server HTTP/1.1\r\nHost: x\r\n\r\n"), "c2s 0"],
    ["a length below 16", Buffer.from("0000000f000100000007070100010000ffff", "hex"), "c2s 0"],
    ["noise after a PDU", all(heartbeat(1), Buffer.alloc(40)), "c2s 16"],
  ])("passes %s untouched", async (_, bytes, unframed) => {
    const pair = await tapped();
    const { client, server } = await pair.connect();
    client.socket.write(bytes);
    expect(await server.bytes(bytes.length)).toEqual(bytes);
    expect(pair.unframed).toEqual([unframed]);
  });

  it("serves many connections at once", async () => {
    const pair = await tapped();
    const ends = Array.from({ length: 200 }, () => pair.dial());
    for (const [index, { socket }] of ends.entries()) socket.write(heartbeat(index));
    await pair.until(() => pair.accepted.filter(({ received }) => received.length === 16).length === 200, "200 PDUs");
    for (const { socket, received } of pair.accepted) socket.write(received);
    await pair.until(() => ends.every(({ received }) => received.length === 16), "200 answers");
    expect(ends.map(({ received }) => readSeqNum(received))).toEqual(ends.map((_, index) => index));
  });

  it.each(["c2s", "s2c"] as const)("holds the sender back when nobody reads, %s", async (direction) => {
    const pair = await tapped({ bufferMaxBytes: 256 * 1024 });
    const { client, server } = await pair.connect();
    const [from, to] = direction === "c2s" ? [client, server] : [server, client];
    to.socket.pause();
    const size = 24 * 1024 * 1024;
    const pdu = framePdu(0x0701, Buffer.alloc(64 * 1024));
    let written = 0;
    while (written < size) {
      from.socket.write(pdu);
      written += pdu.length;
    }
    // Kernel buffers hold some megabytes each way; a tap without back-pressure would have taken everything.
    let before = -1;
    await new Promise<void>((resolve) => {
      const look = setInterval(() => {
        const now = pair.tap.counts()[direction].bytesReceived;
        if (now === before) {
          clearInterval(look);
          resolve();
        }
        before = now;
      }, 100);
    });
    expect(before).toBeLessThan(written - 2 * 1024 * 1024);
    expect(before - pair.tap.counts()[direction].bytesSent).toBeLessThan(1024 * 1024);
    let received = 0;
    to.socket.removeAllListeners("data");
    to.socket.on("data", (chunk: Buffer) => {
      received += chunk.length;
      pair.wake();
    });
    to.socket.resume();
    await pair.until(() => received === written, "all of it");
  });

  it("goes through several upstreams in turn, and passes over one that is gone", async () => {
    const spare = await tapped();
    const [first, second] = [await spare.serve(), await spare.serve()];
    const gone = { host: "127.0.0.1", port: 1 };
    const pair = await tapped({ to: [first, gone, second] });
    const ports: number[] = [];
    for (let count = 0; count < 4; count++) {
      const before = spare.accepted.length;
      pair.dial();
      await spare.until(() => spare.accepted.length > before, "a connection");
      ports.push(spare.accepted[before]?.socket.localPort ?? 0);
    }
    expect(ports).toEqual([first.port, second.port, second.port, first.port]);
  });

  it("turns clients away when no upstream can be reached, and goes on", async () => {
    const pair = await tapped({ to: { host: "127.0.0.1", port: 1 } });
    for (let count = 0; count < 2; count++) {
      const client = pair.dial();
      await client.untilClosed();
    }
    expect(pair.tap.counts()).toMatchObject({ connections: 0, refused: 2 });
  });

  it("turns clients away beyond connectionsMax", async () => {
    const pair = await tapped({ connectionsMax: 1 });
    await pair.connect();
    const second = pair.dial();
    await second.untilClosed();
    expect(pair.tap.counts()).toMatchObject({ open: 1, refused: 1 });
  });

  it("breaks everything off when it is stopped", async () => {
    const pair = await tapped();
    const { client, server } = await pair.connect();
    await pair.until(() => pair.tap.counts().connections === 1, "the two sides to be joined");
    await pair.tap.stop();
    await Promise.all([client.untilClosed(), server.untilClosed()]);
    expect(pair.closings).toEqual(["stopped"]);
  });

  it("leaves no socket behind when it is stopped while one side has ended", async () => {
    const pair = await tapped();
    const { client, server } = await pair.connect();
    server.socket.end();
    await client.untilEnd();
    await pair.tap.stop();
    await server.untilClosed();
    expect(pair.closings).toEqual(["stopped"]);
  });

  it("says that a port is in use", async () => {
    const pair = await tapped();
    await expect(startTap({ listen: pair.tap.address, to: pair.tap.address })).rejects.toBeInstanceOf(ListenError);
  });

  it("refuses a rule that it does not understand before it listens", async () => {
    await expect(tapped({ rules: ["drp"] })).rejects.toBeInstanceOf(RuleError);
  });
});

describe("rules", () => {
  it("drop: the third message from the server, and nothing else", async () => {
    const pair = await withRules("drop command=CID_MSG_DATA dir=s2c nth=3");
    const { client, server } = await pair.connect();
    const messages = [1, 2, 3, 4].map((id) => message(id));
    server.socket.write(all(...messages, heartbeat(9)));
    const left = all(message(1), message(2), message(4), heartbeat(9));
    expect(await client.bytes(left.length)).toEqual(left);
    client.socket.write(all(...messages));
    expect(await server.bytes(all(...messages).length)).toEqual(all(...messages));
    expect(pair.tap.counts().rules).toEqual([
      { rule: "drop command=CID_MSG_DATA dir=s2c nth=3", matched: 4, applied: 1, failed: 0 },
    ]);
    expect(pair.pdus.filter(({ forwarded }) => forwarded === undefined)).toHaveLength(1);
  });

  it("duplicate: so many copies behind the original", async () => {
    const { client, server } = await (await withRules("duplicate 2 command=0x0701 header.seqNum=2")).connect();
    client.socket.write(all(heartbeat(1), heartbeat(2), heartbeat(3)));
    const expected = all(heartbeat(1), heartbeat(2), heartbeat(2), heartbeat(2), heartbeat(3));
    expect(await server.bytes(expected.length)).toEqual(expected);
  });

  it("set: alters a field and encodes anew, header fields too, unknown fields kept", async () => {
    const pair = await withRules("set body.msg_id=300 body.msg_data=text:bye header.seqNum=5 command=IMMsgData");
    const { client, server } = await pair.connect();
    const unknown = Buffer.from("f8ff0101", "hex");
    const original = message(1);
    const withUnknown = framePdu(0x0301, all(original.subarray(HEADER_SIZE), unknown), { seqNum: 1 });
    client.socket.write(withUnknown);
    await pair.until(() => pair.pdus.length === 1, "the PDU");
    const { length = 0 } = pair.pdus[0]?.forwarded ?? {};
    const altered = await server.bytes(length);
    expect(readSeqNum(altered)).toBe(5);
    expect(altered.readUInt32BE(0)).toBe(altered.length);
    const body = decodeBody(CommandId.CID_MSG_DATA, altered, HEADER_SIZE);
    expect(body).toMatchObject({ msg_id: 300, to_session_id: 7, from_user_id: 1 });
    expect(altered.subarray(-unknown.length)).toEqual(unknown);
  });

  it("set: a length that lies", async () => {
    const { client, server } = await (await withRules("set header.length=15 command=0x0701")).connect();
    client.socket.write(heartbeat(1));
    expect((await server.bytes(16)).readUInt32BE(0)).toBe(15);
  });

  it("set: counts what it cannot alter, which passes as it is", async () => {
    const pair = await withRules("set body.msg_id=1 command=0x0301");
    const { client, server } = await pair.connect();
    const broken = framePdu(0x0301, Buffer.from("0a05", "hex"));
    client.socket.write(broken);
    expect(await server.bytes(broken.length)).toEqual(broken);
    expect(pair.tap.counts().rules[0]).toMatchObject({ matched: 1, applied: 0, failed: 1 });
  });

  it("unset: leaves a required field out", async () => {
    const pair = await withRules("unset body.msg_id command=0x0301");
    const { client, server } = await pair.connect();
    client.socket.write(message(1));
    const altered = await server.bytes(message(1).length - 2);
    expect(() => decodeBody(CommandId.CID_MSG_DATA, altered, HEADER_SIZE)).toThrow(/required/);
  });

  it("unset: counts what has no such field, which passes as it is, however it was encoded", async () => {
    const pair = await withRules("unset body.msg_id");
    const { client, server } = await pair.connect();
    // Its user_id is in two bytes where one would do.
    const long = framePdu(CommandId.CID_BUDDY_LIST_ALL_USER_REQUEST, Buffer.from("0881001002", "hex"));
    client.socket.write(all(heartbeat(1), long, message(1)));
    await server.bytes(16 + long.length + message(1).length - 2);
    expect(server.received.subarray(0, 16 + long.length)).toEqual(all(heartbeat(1), long));
    expect(pair.tap.counts().rules[0]).toMatchObject({ matched: 3, applied: 1, failed: 2 });
  });

  it("conditions on fields choose by value", async () => {
    const { client, server } = await (
      await withRules("drop body.to_session_id=7 body.msg_type=single_text", "drop body.msg_data=plain:other")
    ).connect();
    client.socket.write(all(message(1), message(2, 8), heartbeat(1)));
    const left = all(message(2, 8), heartbeat(1));
    expect(await server.bytes(left.length)).toEqual(left);
  });

  it("delay: each waits from its arrival, and order is kept", async () => {
    const clock = new HandClock();
    const pair = await tapped({ rules: ["delay 200ms command=0x0301"], clock });
    const { client, server } = await pair.connect();
    client.socket.write(all(heartbeat(1), message(1), heartbeat(2)));
    expect(await server.bytes(16)).toEqual(heartbeat(1));
    await pair.until(() => pair.pdus.length === 3, "three PDUs");
    expect(clock.nextInMs).toBe(200);
    clock.turn(199);
    expect(pair.tap.counts().c2s.bytesSent).toBe(16);
    clock.turn(1);
    const everything = all(heartbeat(1), message(1), heartbeat(2));
    expect(await server.bytes(everything.length)).toEqual(everything);
  });

  it("stall: nothing passes either way for a while, once", async () => {
    const clock = new HandClock();
    const pair = await tapped({ rules: ["stall 1.4s after=1"], clock });
    const { client, server } = await pair.connect();
    client.socket.write(heartbeat(1));
    await server.bytes(16);
    client.socket.write(heartbeat(2));
    await pair.until(() => pair.pdus.length === 2, "the second PDU");
    server.socket.write(heartbeat(3));
    await pair.until(() => pair.pdus.length === 3, "the answer");
    expect(pair.tap.counts()).toMatchObject({ c2s: { bytesSent: 16 }, s2c: { bytesSent: 0 } });
    clock.turn(1400);
    await server.bytes(32);
    await client.bytes(16);
    client.socket.write(heartbeat(4));
    await server.bytes(48);
    expect(pair.tap.counts().rules[0]?.applied).toBe(1);
  });

  it("stall all: every connection", async () => {
    const clock = new HandClock();
    const pair = await tapped({ rules: ["stall 1s all header.seqNum=2"], clock });
    const [one, other] = [await pair.connect(), await pair.connect()];
    one.client.socket.write(heartbeat(2));
    await pair.until(() => pair.pdus.length === 1, "the PDU that stalls");
    other.client.socket.write(heartbeat(3));
    await pair.until(() => pair.pdus.length === 2, "the other connection's");
    expect(pair.tap.counts().c2s.bytesSent).toBe(0);
    clock.turn(1000);
    await other.server.bytes(16);
  });

  it("stall all with a direction: that one alone, in every connection", async () => {
    const clock = new HandClock();
    const pair = await tapped({ rules: ["stall 1s all dir=c2s header.seqNum=2"], clock });
    const [one, other] = [await pair.connect(), await pair.connect()];
    one.client.socket.write(heartbeat(2));
    await pair.until(() => pair.pdus.length === 1, "the PDU that stalls");
    other.client.socket.write(heartbeat(3));
    await pair.until(() => pair.pdus.length === 2, "the other connection's");
    for (const { server, client } of [one, other]) {
      server.socket.write(heartbeat(4));
      expect(await client.bytes(16)).toEqual(heartbeat(4));
    }
    expect(pair.tap.counts().c2s.bytesSent).toBe(0);
    clock.turn(1000);
    for (const { server } of [one, other]) await server.bytes(16);
  });

  it("stall all: connections that are opened meanwhile, too, for what is left of it", async () => {
    const clock = new HandClock();
    const pair = await tapped({ rules: ["stall 1s all header.seqNum=2"], clock });
    const one = await pair.connect();
    one.client.socket.write(heartbeat(2));
    await pair.until(() => pair.pdus.length === 1, "the PDU that stalls");
    clock.turn(400);
    const late = await pair.connect();
    late.client.socket.write(heartbeat(3));
    await pair.until(() => pair.pdus.length === 2, "the late connection's");
    expect(pair.tap.counts().c2s.bytesSent).toBe(0);
    clock.turn(599);
    expect(pair.tap.counts().c2s.bytesSent).toBe(0);
    clock.turn(1);
    await late.server.bytes(16);
  });

  it("throttle: so many bytes a second", async () => {
    const clock = new HandClock();
    const pair = await tapped({ rules: ["throttle 100B/s"], clock });
    const { client, server } = await pair.connect();
    client.socket.write(all(message(1), message(2)));
    await pair.until(() => pair.pdus.length === 2, "both");
    const total = message(1).length * 2;
    expect(pair.tap.counts().c2s.bytesSent).toBeLessThanOrEqual(5);
    for (let tenths = 1; tenths <= 3; tenths++) {
      clock.turn(100);
      expect(Math.abs(pair.tap.counts().c2s.bytesSent - tenths * 10)).toBeLessThanOrEqual(5);
    }
    clock.turn(10_000);
    expect(await server.bytes(total)).toEqual(all(message(1), message(2)));
  });

  it("split: arrives in pieces, whole in the end", async () => {
    const clock = new HandClock();
    const pair = await tapped({ rules: ["split 6 10ms command=0x0701"], clock });
    const { client, server } = await pair.connect();
    client.socket.write(heartbeat(1));
    await server.bytes(6);
    clock.turn(10);
    await server.bytes(12);
    clock.turn(10);
    expect(await server.bytes(16)).toEqual(heartbeat(1));
    expect(server.chunks).toEqual([6, 6, 4]);
  });

  it("reorder: overtaken by the next", async () => {
    const { client, server } = await (await withRules("reorder header.seqNum=1")).connect();
    client.socket.write(all(heartbeat(1), heartbeat(2), heartbeat(3)));
    const swapped = all(heartbeat(2), heartbeat(1), heartbeat(3));
    expect(await server.bytes(swapped.length)).toEqual(swapped);
  });

  it("reorder: goes when nothing overtakes it in time, or when its sender ends", async () => {
    const clock = new HandClock();
    const pair = await tapped({ rules: ["reorder 1 300ms"], clock });
    const { client, server } = await pair.connect();
    client.socket.write(heartbeat(1));
    await pair.until(() => pair.pdus.length === 1, "the PDU");
    expect(pair.tap.counts().c2s.bytesSent).toBe(0);
    clock.turn(300);
    await server.bytes(16);
    client.socket.end(heartbeat(2));
    await server.untilEnd();
    expect(server.received).toEqual(all(heartbeat(1), heartbeat(2)));
  });

  it("reorder: what was overtaken waits no longer than its delay from its arrival", async () => {
    const clock = new HandClock();
    const pair = await tapped({ rules: ["delay 500ms header.seqNum=1", "reorder 1 300ms header.seqNum=1"], clock });
    const { client, server } = await pair.connect();
    client.socket.write(heartbeat(1));
    await pair.until(() => pair.pdus.length === 1, "the PDU");
    clock.turn(300);
    clock.turn(199);
    expect(pair.tap.counts().c2s.bytesSent).toBe(0);
    clock.turn(1);
    expect(await server.bytes(16)).toEqual(heartbeat(1));
  });

  it("reorder: the oldest goes when 16 MiB wait", async () => {
    const bytes = 4 << 20;
    const long = (seqNum: number) => {
      const pdu = Buffer.alloc(bytes);
      heartbeat(seqNum).copy(pdu);
      pdu.writeUInt32BE(bytes);
      return pdu;
    };
    const pair = await tapped({ rules: ["reorder 1000 1h"], clock: new HandClock() });
    const { client, server } = await pair.connect();
    for (const seqNum of [1, 2, 3, 4]) client.socket.write(long(seqNum));
    await pair.until(() => pair.pdus.length === 4, "four PDUs");
    expect(pair.tap.counts().c2s.bytesSent).toBe(0);
    client.socket.write(long(5));
    expect((await server.bytes(bytes)).equals(long(1))).toBe(true);
    expect(pair.tap.counts().c2s.bytesSent).toBe(bytes);
  });

  it("cut: as late, and in such pieces, as the rules before it say", async () => {
    const clock = new HandClock();
    const pair = await tapped({ rules: ["delay 200ms", "split 6 10ms", "cut 10 close"], clock });
    const { client, server } = await pair.connect();
    client.socket.write(heartbeat(1));
    await pair.until(() => pair.pdus.length === 1, "the PDU");
    clock.turn(199);
    expect(pair.tap.counts()).toMatchObject({ open: 1, c2s: { bytesSent: 0 } });
    clock.turn(1);
    await server.bytes(6);
    expect(pair.closings).toEqual([]);
    clock.turn(10);
    await server.untilEnd();
    expect(server.chunks).toEqual([6, 4]);
    expect(pair.closings).toEqual(["cut"]);
  });

  it.each([
    ["cut command=0x0301", 0, "reset"],
    ["cut 10 command=0x0301", 10, "reset"],
    ["cut 10 close command=0x0301", 10, "cleanly"],
  ])("%s: the connection ends there", async (rule, passed, how) => {
    const pair = await withRules(rule);
    const { client, server } = await pair.connect();
    client.socket.write(all(heartbeat(1), message(1), heartbeat(2)));
    await pair.until(() => pair.closings.length > 0, "the cut");
    for (const end of [server, client]) await (how === "reset" ? end.untilClosed() : end.untilEnd());
    expect(pair.closings).toEqual(["cut"]);
    expect(pair.tap.counts().c2s.bytesSent).toBe(16 + passed);
    if (how === "cleanly") expect(server.received).toEqual(all(heartbeat(1), message(1)).subarray(0, 16 + passed));
  });

  it("pass noise and long PDUs untouched, and an unfinished PDU when its sender ends", async () => {
    const pair = await tapped({ rules: ["drop"], holdMaxBytes: 1000 });
    const { client, server } = await pair.connect();
    const long = framePdu(0x0301, Buffer.alloc(5000, 1));
    client.socket.end(all(heartbeat(1), long, heartbeat(2).subarray(0, 9)));
    await server.untilEnd();
    expect(server.received).toEqual(all(long, heartbeat(2).subarray(0, 9)));
    expect(pair.tap.counts().c2s).toMatchObject({ pdus: 1, longPdus: 1 });
    server.socket.end("HTTP/1.1 200 OK\r\n\r\n");
    await client.untilEnd();
    expect(client.received.toString()).toBe("HTTP/1.1 200 OK\r\n\r\n");
  });

  it("leave any bytes in any chunks as they are when they change nothing", async () => {
    const pair = await withRules("delay 0ms", "duplicate command=0x9999");
    const noise = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes));
    const stream = fc.array(fc.oneof(fc.constantFrom(heartbeat(1), message(2)), noise), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(stream, fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 6 }), async (parts, cuts) => {
        const { client, server } = await pair.connect();
        const bytes = Buffer.concat(parts);
        let at = 0;
        for (const cut of cuts) {
          client.socket.write(bytes.subarray(at, at + cut));
          at += cut;
        }
        client.socket.end(bytes.subarray(Math.min(at, bytes.length)));
        await server.untilEnd();
        expect(server.received).toEqual(bytes);
        server.socket.end();
        await client.untilClosed();
      }),
      { numRuns: 60 },
    );
  });
});
