import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { exportCommand } from "../../../src/cli/commands/export.js";
import { fakeHost } from "../../helpers/fake-host.js";

const folder = mkdtempSync(join(tmpdir(), "ttk-k8s-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What the pods' command line is. */
async function exported(load: readonly string[], options: readonly string[] = []): Promise<string[]> {
  const host = fakeHost({ cwd: folder });
  try {
    const args = ["k8s", "--out", "k8s", ...options, "--", ...load];
    await exportCommand(host).parseAsync(args, { from: "user" });
  } finally {
    expect(host.written.stderr).toBe("");
  }
  return parse(readFileSync(join(folder, "k8s/load.yaml"), "utf8")).spec.template.spec.containers[0].args;
}

describe("ttk export k8s", () => {
  it.each([
    [[]],
    [["--users", "3000"]],
    [["multi-device", "--users", "20", "--target", "10.0.0.5:8000", "-q"]],
    [["--find-max", "errors:count==0", "--max-rate", "5000"]],
    [["--login", "10.0.0.5:8080", "--threshold", "errors:count==0", "kicks:count==0"]],
  ])("takes %j for the pods", async (load) => {
    expect((await exported(load)).join(" ")).toContain(["load", ...load, "--"].join(" "));
  });

  it.each([
    [["steady-chatt"], 'there is no load scenario "steady-chatt"; did you mean "steady-chat"?'],
    [["steady-chat", "--user", "3000"], 'ttk load has no option --user; did you mean "--users"?'],
    [["--users", "many"], "option '--users <n>' argument 'many' is invalid"],
    [["--find-max", "errors:count==0"], "--find-max needs --max-rate in pods"],
    [["--seed", "7"], "--seed is what the Job says"],
    [["--users", "10001"], "--users 10001: the reference cluster has 10000, unless --users before -- says so"],
    [["--accounts", "staging.csv"], "staging.csv is not in the pods: name an image that has it with --image"],
    [["my-test.ts"], "my-test.ts is not in the pods: name an image that has it with --image"],
  ])("refuses %j before it is deployed", async (load, reason) => {
    await expect(exported(load)).rejects.toThrow(reason);
  });

  it("hands arguments to the pods as they are, whatever Kubernetes takes for variables", async () => {
    expect(await exported(["--password", "x$(HOME)y$$z $$(A) $b$"])).toContain("x$$(HOME)y$$$z $$$$(A) $b$");
  });

  it("takes files where an image may have them, and users of somebody else's servers", async () => {
    const files = ["my-test.ts", "--vus", "5", "--accounts", "staging.csv"];
    expect(await exported(files, ["--image", "ttk:1"])).toContain("my-test.ts");
    await exported(["--users", "10001", "--target", "10.0.0.5:8000", "--accounts", "load{00001..10001}"]);
    await exported(["--users", "10001"], ["--users", "10001"]);
  });
});
