import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { protoFiles, wiresharkFiles } from "../../../src/cli/export/export-files.js";
import { commands, hexId } from "../../../src/codec/registry.js";
import { messageNames } from "../../../src/codec/schema.js";
import { TtkProcess } from "../../helpers/ttk-process.js";

describe("what is exported", () => {
  it("is every schema, with how to use them", () => {
    const schemas = readdirSync(new URL("../../../proto", import.meta.url));
    expect([...protoFiles().keys()].sort()).toEqual([...schemas, "README.md"].sort());
  });

  it("knows every command and message in the dissector", () => {
    const lua = wiresharkFiles("1.2.3").get("teamtalk.lua") ?? "";
    for (const { id, name, messageName } of commands)
      expect(lua).toContain(`[${hexId(id)}] = { "${name}", "${messageName}" }`);
    for (const name of messageNames()) expect(lua).toContain(`["${name}"] = {`);
    expect(lua).toContain("teamtalk-testkit 1.2.3");
  });

  it("gives no two messages the same filter names", () => {
    const names = messageNames().map((name) => name.split(".").at(-1)?.toLowerCase());
    expect(new Set(names).size).toBe(names.length);
  });
});

describe("ttk export", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "ttk-export-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("writes the files below --out and lists them", async () => {
    const child = new TtkProcess(["export", "wireshark", "--out", join(folder, "new/plugin")]);
    expect(await child.end()).toBe(0);
    expect(child.stdout.split("\n")).toContain(join(folder, "new/plugin/teamtalk.lua"));
    expect(readFileSync(join(folder, "new/plugin/README.md"), "utf8")).toContain("cp teamtalk.lua");
    expect(existsSync(join(folder, "new/plugin/proto/IM.Login.proto"))).toBe(true);
  });

  it("says where it cannot write, in one line", async () => {
    const child = new TtkProcess(["export", "proto", "--out", "package.json"]);
    expect(await child.end()).toBe(2);
    expect(child.stderr).toMatch(/^ttk: --out package\.json: .* cannot be written \((ENOTDIR|EEXIST)\)\n$/);
  });

  it("explains itself where no such thing can be exported", async () => {
    const child = new TtkProcess(["export", "wiresark"]);
    expect(await child.end()).toBe(2);
    expect(child.stderr).toContain("wireshark");
  });
});
