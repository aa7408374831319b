import { describe, expect, it } from "vitest";
import { widthOf } from "../../../src/tui/components/fit-text.js";
import { LogTail } from "../../../src/tui/serve/log-tail.js";
import { ServeApp } from "../../../src/tui/serve/serve-app.js";
import { type PanelName, panelNames, ServeView } from "../../../src/tui/serve/serve-view.js";
import { themeFor } from "../../../src/tui/theme.js";
import { clientStatus, FakeInspection } from "../../helpers/fake-inspection.js";
import { frameAt, framedSizes } from "../../helpers/terminal-frame.js";

const clients = [
  clientStatus({ userName: "张伟👩‍👩‍👧‍👦的电脑", outboxBytes: 2_150_000, unconfirmed: 1204 }),
  clientStatus({ userId: 8, userName: "user8", peer: "127.0.0.1:50008", clientType: 0x12 }),
  clientStatus({ userId: 9, userName: "ev\u001b[31mil\u202e", peer: "127.0.0.1:50009", clientType: 0x11 }),
];

function opened(inspection = new FakeInspection(clients)): ServeView & { readonly log: LogTail } {
  const log = new LogTail();
  for (let line = 1; line <= 40; line++) note(log, `login msg_server registered ${line}`);
  note(log, "msg route_server link lost at 127.0.0.1:8200 reason idle");
  const view = new ServeView({
    inspection,
    log,
    adminAddresses: ["127.0.0.1:9000", "", "127.0.0.1:9002"],
    hasPdus: false,
    onAction: (text) => note(log, `key ${text}`),
  });
  view.sample(0);
  for (let second = 1; second <= 30; second++) {
    inspection.pdus += 100 * (second % 7);
    view.sample(second * 1000);
  }
  return Object.assign(view, { log });
}

function note(log: LogTail, text: string, kind: "notes" | "commands" = "notes"): void {
  log.add({ kind, text: () => `02:23:35.120 ${text}` });
}

function press(view: ServeView, ...keys: string[]): ServeView {
  for (const name of keys) view.press({ name });
  return view;
}

function frameOf(view: ServeView, [columns, rows]: readonly [number, number] = [80, 24]): string {
  return frameAt(<ServeApp view={view} theme={themeFor(false)} />, columns, rows);
}

const looks: Readonly<Record<string, (view: ServeView) => ServeView>> = {
  servers: (view) => press(view, "down"),
  clients: (view) => press(view, "2", "down"),
  commands: (view) => press(view, "3"),
  deviations: (view) => press(view, "4", "down", "x", "up"),
  log: (view) => press(view, "f", ..."registered 1", "return", "5", "up", "up"),
  help: (view) => press(view, "?"),
};

describe("the view of ttk serve", () => {
  for (const [columns, rows] of framedSizes) {
    it.each(Object.keys(looks))(`shows %s at ${columns}×${rows} as it always has`, async (name) => {
      const view = opened();
      const frame = frameOf(looks[name]?.(view) ?? view, [columns, rows]);
      const lines = frame.split("\n");
      expect(lines).toHaveLength(rows - 1);
      expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(columns);
      expect(frame).not.toContain("\u001b");
      await expect(`${frame}\n`).toMatchFileSnapshot(`frames/${name}-${columns}x${rows}.txt`);
    });
  }

  it("shows nothing by colour alone: with styles the same characters stand in the same places", () => {
    for (const panel of panelNames) {
      const view = opened();
      view.focus = panel;
      const styled = frameAt(<ServeApp view={view} theme={themeFor(true)} />, 120, 40);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the styles
      const plain = styled.replaceAll(/\u001b\[[0-9;]*m/g, "");
      const widths = (frame: string) => frame.split("\n").map((line) => widthOf(line.trimEnd()));
      expect(widths(plain)).toEqual(widths(frameOf(view, [120, 40])));
    }
  });

  it("gives all of a low terminal to the panel where keys go", () => {
    const view = press(opened(), "2");
    expect(frameOf(view, [40, 10])).toContain("user8");
    expect(frameOf(press(view, "5"), [40, 10])).toContain("route_server link lost");
    expect(frameOf(view, [40, 8])).toContain("route_server link lost");
  });

  it("cuts neither facts nor states where there is little room, and has first what there is", () => {
    const [, ...facts] = frameOf(opened(), [40, 15]).split("\n").slice(0, 5);
    expect(facts.join("\n")).not.toContain("…");
    expect(facts[0]).toMatch(/^ online +all 12k {2}windows 3 {2}ios 1$/);
    expect(facts[2]).toMatch(/^ waiting outbox 2\.1 MB {2}pending 12$/);
    expect(frameOf(opened(), [40, 15])).toMatch(/^ +<- msg +open, master +\d+.?$/m);
    expect(frameOf(opened(), [63, 20])).toMatch(/^ +<- msg +open, master +\d+ +\d+.?$/m);
  });

  it("says that a terminal is too small for it", () => {
    expect(frameOf(opened(), [30, 6])).toContain("too small");
  });
});

describe("keys of ttk serve", () => {
  it("cut the selected link, which is then shown as lost and when it is dialled again", () => {
    const inspection = new FakeInspection(clients);
    const view = opened(inspection);
    press(view, "x");
    expect(view.message).toMatch(/^login is a server: choose one of the links/);
    while (view.servers[view.position("servers")]?.link?.id !== "to route 0") press(view, "down");
    press(view, "x");
    expect(inspection.done).toEqual(["cut 2 to route 0"]);
    view.sample(31_000);
    expect(frameOf(view)).toMatch(/-> route +127\.0\.0\.1:8200 +redial in 4 s/);
    expect(frameOf(view)).toContain("4 servers, 1 cannot serve");
  });

  it("kick the selected device, or the user everywhere", () => {
    const inspection = new FakeInspection(clients);
    const view = press(opened(inspection), "2", "down", "x");
    expect(inspection.done).toEqual(["kick 2 8 18"]);
    expect(view.message).toBe("kicked user8 from msg 1");
    press(view, "X");
    expect(inspection.done.slice(1)).toEqual(["kick 0 8 all", "kick 1 8 all", "kick 2 8 all", "kick 3 8 all"]);
    expect(view.message).toBe("kicked user8 from 1 device");
  });

  it("kick nobody while keys go elsewhere", () => {
    const inspection = new FakeInspection(clients);
    press(opened(inspection), "X", "3", "x", "X", "5", "x", "X");
    expect(inspection.done).toEqual([]);
  });

  it("write what they did into the log, and nothing where nothing was done", () => {
    const inspection = new FakeInspection(clients);
    const view = opened(inspection);
    const written = () => view.log.last(9, (text) => text.includes(" key "));
    press(view, "x", "4", "x");
    expect(written()).toEqual([]);
    press(view, "down", "x", "x", "2", "down", "x", "X", "1");
    while (view.servers[view.position("servers")]?.link?.id !== "to route 0") press(view, "down");
    press(view, "x");
    expect(written().map((line) => line.slice("02:23:35.120 key ".length))).toEqual([
      "LGN-12 is on: leaves a kicked connection open",
      "LGN-12 is off: as the requirement says",
      "kicked user8 from msg 1",
      "kicked user8 from 1 device",
      "cut msg 1 -> route 127.0.0.1:8200",
    ]);
    expect(frameOf(view, [200, 60])).toContain("key cut msg 1 -> route 127.0.0.1:8200");
  });

  it("keep the same client selected while others come before it", () => {
    const inspection = new FakeInspection(clients);
    const view = press(opened(inspection), "2", "G");
    const selected = () => view.clients[view.position("clients")]?.userId;
    expect(selected()).toBe(9);
    Object.assign(inspection, { clients: [clientStatus({ peer: "127.0.0.1:60000", outboxBytes: 9e6 }), ...clients] });
    view.sample(31_000);
    expect(selected()).toBe(9);
  });

  it("switch a deviation, and say why one is fixed", () => {
    const inspection = new FakeInspection();
    const view = press(opened(inspection), "4", "x");
    expect(view.message).toBe("FRM-06 is fixed: it is settled");
    press(view, "down", "x");
    expect([...inspection.on]).toEqual(["LGN-12"]);
    expect(view.message).toBe("LGN-12 is on: leaves a kicked connection open");
    press(view, "x");
    expect([...inspection.on]).toEqual([]);
  });

  it("lets a message go after some seconds", () => {
    const view = press(opened(), "x");
    expect(view.message).not.toBe("");
    view.sample(31_000);
    expect(view.message).not.toBe("");
    for (let second = 32; second < 40; second++) view.sample(second * 1000);
    expect(view.message).toBe("");
  });

  it("filter clients by name, the log by words, and take both back by Esc", () => {
    const view = press(opened(), "2", "f", ..."user8", "return");
    expect(view.clients.map(({ userName }) => userName)).toEqual(["user8"]);
    press(view, "escape");
    expect(view.clients).toHaveLength(3);
    press(view, "5", "f", ..."Lost 8200", "return");
    expect(frameOf(view)).toContain("link lost at 127.0.0.1:8200");
    expect(frameOf(view)).not.toContain("registered");
    press(view, "escape");
    expect(frameOf(view)).toContain("registered");
  });

  it("pause the log, count what comes meanwhile, and go on at its end", () => {
    const view = opened();
    press(view, "5", "p");
    note(view.log, "route new line");
    expect(frameOf(view)).toContain("paused, 1 new");
    expect(frameOf(view)).not.toContain("new line");
    press(view, "up", "up");
    expect(frameOf(view)).not.toContain("link lost");
    press(view, "G");
    expect(frameOf(view)).toContain("new line");
    expect(view.pausedAt).toBeUndefined();
  });

  it("scroll the log no further than to its first line, and a filtered one from its end", () => {
    const view = press(opened(), "5", "g");
    const frame = frameOf(view);
    expect(frame).toMatch(/registered 1$/m);
    expect(frame).toMatch(/registered 4$/m);
    press(view, "f", ..."registered 3", "return");
    expect(frameOf(view)).toMatch(/registered 39$/m);
    press(view, "pageup", "pageup", "pageup");
    expect(frameOf(view)).toMatch(/registered 3$/m);
    expect(frameOf(view)).not.toMatch(/registered 39$/m);
    press(view, "end");
    expect(view.pausedAt).toBeUndefined();
  });

  it("choose what is logged; what was more than is asked for now is not shown", () => {
    const view = opened();
    expect(view.log.wants("commands")).toBe(false);
    press(view, "5", "l");
    expect(view.log.wants("commands")).toBe(true);
    note(view.log, "msg 0x0301", "commands");
    expect(frameOf(view)).toContain("0x0301");
    press(view, "l");
    expect(view.log.wants("commands")).toBe(false);
    expect(frameOf(view)).not.toContain("0x0301");
  });

  it("go round the panels, and quit", () => {
    let quits = 0;
    const view = new ServeView({
      inspection: new FakeInspection(),
      log: new LogTail(),
      adminAddresses: [],
      hasPdus: true,
      onAction: () => {},
      onQuit: () => quits++,
    });
    const seen: PanelName[] = [];
    for (let n = 0; n < 5; n++) seen.push(press(view, "tab").focus as PanelName);
    expect(seen).toEqual(["clients", "commands", "deviations", "log", "servers"]);
    expect(press(view, "backtab").focus).toBe("log");
    view.press({ name: "c", ctrl: true });
    press(view, "q");
    expect(quits).toBe(2);
  });

  it("survive in any order", () => {
    const keys = [
      "up",
      "down",
      "G",
      "g",
      "x",
      "X",
      "f",
      "z",
      "return",
      "escape",
      "p",
      "l",
      "tab",
      "?",
      "2",
      "4",
      "5",
      "pageup",
      "end",
    ];
    const view = opened();
    let seed = 7;
    for (let n = 0; n < 300; n++) {
      seed = (seed * 48_271) % 0x7fffffff;
      press(view, keys[seed % keys.length] ?? "up");
      if (n % 100 === 0) expect(frameOf(view).split("\n")).toHaveLength(23);
    }
  });
});

describe("LogTail", () => {
  it("keeps the last 5,000 and makes text of none that is not looked at", () => {
    const log = new LogTail();
    let made = 0;
    for (let line = 0; line < 12_000; line++) {
      log.add({
        kind: "notes",
        text: () => {
          made++;
          return `line ${line}`;
        },
      });
    }
    expect(log.last(2, () => true)).toEqual(["line 11998", "line 11999"]);
    expect(made).toBe(2);
    expect(log.last(9999, () => true)).toHaveLength(5000);
    expect(log.last(1, (text) => text === "line 6999")).toEqual([]);
    expect(log.last(1, (text) => text === "line 7000")).toEqual(["line 7000"]);
    expect(log.last(2, () => true, 11_990, 3)).toEqual(["line 11985", "line 11986"]);
  });
});
