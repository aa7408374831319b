import { describe, expect, it } from "vitest";
import { loadConsole } from "../../../src/reports/load/load-console.js";
import { failedLoad, forgetfulLoad, heldLoad, trendOf } from "../../helpers/load-result.js";

describe("loadConsole", () => {
  it("shows a run that held", async () => {
    await expect(loadConsole(heldLoad)).toMatchFileSnapshot("../golden/load-console.txt");
  });

  it("shows what a server did wrong, with the first witnesses", async () => {
    await expect(loadConsole(failedLoad)).toMatchFileSnapshot("../golden/load-console-failed.txt");
  });

  it("says how many processes a run comes from", () => {
    expect(loadConsole({ ...heldLoad, processes: 3 }).split("\n")[1]).toMatch(/, seed \d+, 3 processes$/);
  });

  it("shows what a server forgot", () => {
    const text = loadConsole(forgetfulLoad);
    expect(text).toContain("read        1,038 of 1,040 read acks told to the user's other devices\n");
    expect(text).toContain("            2 told to one device of a user and not to the other\n");
    expect(text).toContain(
      "sessions    900 acked messages looked for in history, 3 not there; 120 unread counts compared, 1 wrong",
    );
    expect(text).toContain("msg_id 0: the server says 7 unread, it must be 2 to 3\n");
  });

  it("shows lines of its own alone, whatever somebody's report calls things", () => {
    const said = "\u001b[2J\nPASSED \u202e";
    const text = loadConsole({ ...failedLoad, scenario: said, failures: [said], invalid: [said] });
    expect(text.match(/\\u001b\[2J\\nPASSED \\u202e/g)).toHaveLength(3);
    expect(text).not.toMatch(/[^\P{C}\n]/u);
    expect(text.split("\n")).toHaveLength(loadConsole({ ...failedLoad, invalid: ["busy"] }).split("\n").length);
  });

  it("shows what the PDUs of a witness say, and their bytes", () => {
    const pdus = forgetfulLoad.witnesses.at(-1)?.pdus ?? [];
    const [{ hex = "" } = {}] = pdus;
    const text = loadConsole(forgetfulLoad);
    expect(text).toContain(
      "sent by user3/windows on 127.0.0.1:8000: CID_MSG_DATA 1 from_user_id = 3, 2 to_session_id = 9,",
    );
    expect(text).toContain(`\n                 ${hex}\n`);
    expect(text).toContain("acknowledged to user3/windows on 127.0.0.1:8000: CID_MSG_DATA_ACK 1 user_id = 3,");
    expect(text).toContain("received by user9/ios on 127.0.0.1:8000: CID_MSG_DATA ");
    const long = { ...forgetfulLoad.witnesses[0], pdus: [{ ...pdus[0], hex: "00".repeat(4096), length: 5000 }] };
    const cut = loadConsole({ ...forgetfulLoad, witnesses: [long as (typeof forgetfulLoad.witnesses)[number]] });
    expect(cut).toContain(`${"00".repeat(160)} … 5000 bytes\n`);
  });

  it("shows iterations, and a scenario file's own trends under their names", () => {
    const metrics = {
      ...heldLoad.metrics,
      event_loop_lag: trendOf(1),
      iteration_duration: trendOf(20, 30),
      waits: trendOf(5, 7),
      "waits{odd:yes}": trendOf(5),
    };
    const text = loadConsole({ ...heldLoad, metrics });
    expect(text).toContain("\niteration                    2   20.0 ms   30.0 ms   30.0 ms   30.0 ms   30.0 ms\n");
    expect(text).toContain("\nwaits                        2    5.0 ms    7.0 ms    7.0 ms    7.0 ms    7.0 ms\n\n");
    expect(text).not.toMatch(/\n(event_loop_lag|waits\{)/);
  });

  it("has the columns that the file's summaryTrendStats ask for", () => {
    const values = { msg_ack_duration: { "p(99.9)": 7, count: 12_345 } };
    const text = loadConsole({ ...heldLoad, summaryTrends: { stats: ["p(99.9)", "count"], values } });
    expect(text).toContain("\n                       p(99.9)     count\n");
    expect(text).toContain("\nmessage acked           7.0 ms    12,345\n");
  });

  it("has latencies in no more than 80 columns", () => {
    const rows = loadConsole(heldLoad)
      .split("\n")
      .filter((row) => / ms$/.test(row));
    expect(Math.max(...rows.map((row) => row.length))).toBe(80);
  });

  it("says first that a run was interrupted", () => {
    const lines = loadConsole({ ...heldLoad, interrupted: true })
      .trimEnd()
      .split("\n");
    expect(lines.slice(-2)).toEqual([
      "INTERRUPTED  the run ended early; what follows is about what ran",
      "PASSED       every message was acknowledged and delivered once, in order",
    ]);
  });

  it("does not praise a run without messages or servers", () => {
    const { delivery } = heldLoad;
    const text = loadConsole({
      ...heldLoad,
      targets: [],
      steadyMs: 0,
      metrics: {},
      delivery: { ...delivery, sent: 0, acked: 0 },
    });
    expect(text).toContain("online at no server\n");
    expect(text).toContain("0 acked (0/s)");
    expect(text).toContain("PASSED       no message was sent\n");
  });
});
