import { describe, expect, it } from "vitest";
import { jsonServerLog, textServerLog } from "../../../src/cli/serve/server-logs.js";
import type { CommandEntry } from "../../../src/server/server-log.js";

const clock = { nowMs: () => Date.UTC(2026, 0, 2, 3, 4, 5, 67) };
const entry: CommandEntry = {
  role: "msg",
  peer: "127.0.0.1:51234",
  userId: 7,
  commandId: 0x0301,
  seqNum: 4,
  length: 70,
};

function lines() {
  const written: string[] = [];
  return { written, write: (text: string) => written.push(text) };
}

describe("the servers' log (OBS-01)", () => {
  it("has one readable line for a command", () => {
    const sink = lines();
    textServerLog(sink, clock, { commands: true }).command?.(entry);
    expect(sink.written).toEqual(["03:04:05.067 msg 127.0.0.1:51234 user 7 0x0301 CID_MSG_DATA seq 4 length 70\n"]);
  });

  it("has one JSON line for a command", () => {
    const sink = lines();
    jsonServerLog(sink, clock, { commands: true }).command?.({ ...entry, commandId: 0x0999 });
    expect(sink.written).toHaveLength(1);
    expect(sink.written[0]).toMatch(/\n$/);
    expect(JSON.parse(sink.written[0] ?? "")).toEqual({
      level: "info",
      time: "2026-01-02T03:04:05.067Z",
      role: "msg",
      event: "command",
      peer: "127.0.0.1:51234",
      userId: 7,
      commandId: "0x0999",
      command: "unknown",
      seqNum: 4,
      length: 70,
    });
  });

  it("tells by the level what somebody may have to look after", () => {
    const sink = lines();
    const log = jsonServerLog(sink, clock, { commands: false });
    log.note("msg", "route_server link open", { at: "127.0.0.1:8200" });
    log.trouble("msg", "route_server link lost", { at: "127.0.0.1:8200" });
    expect(sink.written.map((line) => (JSON.parse(line) as { level: string }).level)).toEqual(["info", "warn"]);
  });

  it("has one line for a note whatever a peer calls itself, and nothing in it that a terminal acts upon", () => {
    const sink = lines();
    const log = textServerLog(sink, clock, { commands: false });
    log.note("login", "msg_server registered", { hostName: "\u001b]0;title\u0007\n03:04:05.067 \u202ekcab" });
    expect(sink.written).toEqual([
      "03:04:05.067 login msg_server registered hostName \\u001b]0;title\\u0007\\n03:04:05.067 \\u202ekcab\n",
    ]);
  });

  it.each([textServerLog, jsonServerLog])("has no line for a command when commands are not wanted (%o)", (make) => {
    const sink = lines();
    const log = make(sink, clock, { commands: false });
    expect(log.command).toBeUndefined();
    log.note("route", "msg_server lost", { peer: "127.0.0.1:1", reason: "idle" });
    expect(sink.written.join("")).toMatch(/route.*msg_server lost.*127\.0\.0\.1:1.*idle/);
  });
});
