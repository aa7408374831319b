import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { schemaErrors } from "../helpers/schema-check.js";
import { TtkProcess } from "../helpers/ttk-process.js";

const folder = mkdtempSync(join(tmpdir(), "ttk-demo-"));
afterAll(() => rmSync(folder, { recursive: true }));

const running: TtkProcess[] = [];
afterEach(() => {
  for (const one of running.splice(0)) one.kill();
});

function demo(reports: string): TtkProcess {
  const started = new TtkProcess(["demo", "--users", "40", "--duration", "2s", "--reports", reports], {
    cwd: folder,
    deadlineMs: 90_000,
  });
  running.push(started);
  return started;
}

describe("ttk demo", () => {
  it("judges both msg_servers, loads them, writes its reports and exits 0", { timeout: 100_000 }, async () => {
    const run = demo("reports");
    expect({ code: await run.end(), stdout: run.stdout }).toMatchObject({ code: 0 });
    expect(run.stdout.match(/msg_server 127\.0\.0\.1:\d+ {2}every MUST held/g)).toHaveLength(2);
    expect(run.stdout).toContain("40 users with 80 devices online");
    expect(run.stdout).toContain("0 lost, 0 duplicated, 0 reordered");
    expect(run.stdout).toMatch(
      /\nPASSED after \d+\.\d s\. Reports: reports\/conformance-1\.json, .*reports\/load\.json\n/,
    );
    const read = (name: string) => JSON.parse(readFileSync(join(folder, "reports", name), "utf8")) as object;
    for (const name of ["conformance-1.json", "conformance-2.json"]) {
      expect(schemaErrors("conformance-report", read(name))).toEqual([]);
    }
    expect(schemaErrors("load-report", read("load.json"))).toEqual([]);
    for (const name of ["conformance.html", "load.html"]) {
      expect(run.stdout).toContain(`reports/${name}`);
      expect(readFileSync(join(folder, "reports", name), "utf8")).toMatch(/^<!doctype html>[\s\S]*<\/html>\s*$/i);
    }
  });

  it("reports what ran when it is interrupted, and exits 130", async () => {
    const run = demo("interrupted");
    await run.errorLine((line) => line.startsWith("starting login_server"));
    run.signal("SIGINT");
    expect(await run.end()).toBe(130);
    expect(run.stdout).toContain("\nINTERRUPTED after");
    expect(existsSync(join(folder, "interrupted", "load.json"))).toBe(false);
  });

  it("exits 2 when its reports cannot be written", async () => {
    const run = demo("/dev/null/reports");
    expect(await run.end()).toBe(2);
    expect(run.stderr).toMatch(/^ttk: --reports \/dev\/null\/reports: cannot be made \(\w+\)\n$/);
  });
});
