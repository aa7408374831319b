import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { hasTmux, TmuxScreen } from "../helpers/tmux-screen.js";
import { TtkProcess } from "../helpers/ttk-process.js";

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const capture = fileURLToPath(new URL("../../fixtures/captures/cluster-session.pcap", import.meta.url));
let screen: TmuxScreen | undefined;

afterEach(() => {
  screen?.close();
  screen = undefined;
});

function open(variable: string, columns: number, file = capture): TmuxScreen {
  screen = TmuxScreen.open(`${variable} ${process.execPath} ${main} browse ${file}`, columns, 24);
  return screen;
}

describe("ttk browse", () => {
  it.skipIf(!hasTmux)("answers keys in a real terminal, follows its size, and leaves it as it was", async () => {
    const view = open("NO_COLOR=1", 80);
    await view.that((text) => text.includes("1135 PDUs") && text.includes("? help"));
    view.press("/");
    await view.that((text) => /^ search/m.test(text));
    view.press("userlogin", "Enter");
    await view.that((text) => /^> +21 /m.test(text));
    view.press("Enter");
    await view.shows("[0a 06 75 73 65 72 32 30]");
    view.resize(120, 40);
    await view.shows("bytes what it says");
    view.press("q");
    const after = await view.shows("left with 0");
    expect(after).not.toContain("PDUs");
  });

  it.skipIf(!hasTmux)("says what of the file could not be read, once the view is left", async () => {
    const folder = mkdtempSync(join(tmpdir(), "ttk-browse-"));
    try {
      const file = join(folder, "cut.pcap");
      writeFileSync(file, readFileSync(capture).subarray(0, 100_000));
      const view = open("NO_COLOR=1", 150, file);
      await view.shows("? help");
      view.press("q");
      expect(await view.shows("left with 0")).toContain(
        "cut.pcap: byte 99910 of the file: the file ends inside a packet",
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.skipIf(!hasTmux).each(["TERM=dumb", "CI=1"])("exits 3 without escape codes with %s", async (variable) => {
    const text = await open(variable, 150).shows("left with 3");
    expect(text.trim()).toMatch(/^ttk: browse needs a terminal .*\nleft with 3$/);
  });

  it("exits 3 with one line where there is no terminal", async () => {
    const browse = new TtkProcess(["browse", capture]);
    expect(await browse.end()).toBe(3);
    expect(browse.stderr).toMatch(/^ttk: browse needs a terminal .* ttk decode .*\n$/);
  });
});
