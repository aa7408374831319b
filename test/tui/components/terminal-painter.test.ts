import { describe, expect, it } from "vitest";
import { TerminalPainter } from "../../../src/tui/components/terminal-painter.js";

const size = { columns: 20, rows: 4 };

function painter(): { readonly painter: TerminalPainter; written(): string } {
  let out = "";
  const stdout = {
    write: (text: string) => {
      out += text;
      return true;
    },
  };
  return {
    painter: new TerminalPainter(stdout),
    written: () => {
      const text = out;
      out = "";
      return text;
    },
  };
}

describe("TerminalPainter", () => {
  it("writes a whole screen first, and then only the lines that have changed", () => {
    const { painter: terminal, written } = painter();
    terminal.paint(["title", "", "keys"], size);
    expect(written()).toBe("\u001b[2J\u001b[1;1H\u001b[2Ktitle\u001b[3;1H\u001b[2Kkeys");
    terminal.paint(["title", "one", "keys"], size);
    expect(written()).toBe("\u001b[2;1H\u001b[2Kone");
    terminal.paint(["title", "one", "keys"], size);
    expect(written()).toBe("");
  });

  it("erases lines that are no longer there", () => {
    const { painter: terminal, written } = painter();
    terminal.paint(["title", "one"], size);
    written();
    terminal.paint(["title"], size);
    expect(written()).toBe("\u001b[2;1H\u001b[2K");
  });

  it("begins anew when the terminal has another size", () => {
    const { painter: terminal, written } = painter();
    terminal.paint(["title"], size);
    written();
    terminal.paint(["title"], { columns: 30, rows: 4 });
    expect(written()).toBe("\u001b[2J\u001b[1;1H\u001b[2Ktitle");
  });

  it("paints all of it again once something else has been on the screen", () => {
    const { painter: terminal, written } = painter();
    terminal.repaint();
    expect(written()).toBe("");
    terminal.paint(["title", "", "keys"], size);
    const first = written();
    terminal.repaint();
    expect(written()).toBe(first);
    terminal.paint(["title", "one", "keys"], size);
    expect(written()).toBe("\u001b[2;1H\u001b[2Kone");
  });

  it("writes looks, and nothing else that a terminal obeys", () => {
    const { painter: terminal, written } = painter();
    terminal.paint(["\u001b[1;36mok\u001b[22;39m \u001b[2J\u001b]0;x\u0007\n\u009b5A"], size);
    expect(written()).toBe("\u001b[2J\u001b[1;1H\u001b[2K\u001b[1;36mok\u001b[22;39m ·[2J·]0;x···5A");
  });
});
