import { describe, expect, it } from "vitest";
import { TtkProcess } from "../../helpers/ttk-process.js";

const file = (name: string): string => `fixtures/input/${name}`;

describe("ttk decode", () => {
  it("says with -v which shape it took a text for, and where it began", async () => {
    const child = new TtkProcess(["decode", "-v", "--summary", file("several.txt")]);
    expect(await child.end()).toBe(0);
    expect(child.stdout.trimEnd().split("\n")).toHaveLength(6);
    expect(child.stderr).toContain("line 4: 16 bytes of spaced-hex");
    expect(child.stderr).toContain("line 8: 68 bytes of xxd");
    expect(child.stderr).toContain("68 bytes of gdb");
  });

  it("takes a text for the shape that --input names, and says so when there is none of it", async () => {
    const forced = new TtkProcess(["decode", "--summary", "--input", "base64", file("several.txt")]);
    expect(await forced.end()).toBe(0);
    expect(forced.stdout.trimEnd().split("\n")).toHaveLength(1);
    const wrong = new TtkProcess(["decode", "--input", "gdb", file("xxd.txt")]);
    expect(await wrong.end()).toBe(2);
    expect(wrong.stderr).toMatch(/fixtures\/input\/xxd\.txt: .*no gdb in this text/);
  });

  it("puts packets with link and IP headers together as TCP streams", async () => {
    const child = new TtkProcess(["decode", "--json", file("tcpdump-XX.txt")]);
    expect(await child.end()).toBe(0);
    const records = child.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(records.map(({ command, conn }) => [command, conn])).toEqual([
      ["CID_LOGIN_REQ_USERLOGIN", "127.0.0.1:39326>127.0.0.1:8000"],
      ["CID_LOGIN_RES_USERLOGIN", "127.0.0.1:8000>127.0.0.1:39326"],
    ]);
  });
});
