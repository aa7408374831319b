import { describe, expect, it } from "vitest";
import { loadCommand } from "../../../src/cli/commands/load.js";
import { loadScenarios } from "../../../src/scenarios/load/load-scenarios.js";
import { fakeHost } from "../../helpers/fake-host.js";

async function listed(...args: string[]): Promise<string> {
  const host = fakeHost();
  await loadCommand(host).parseAsync(["list", ...args], { from: "user" });
  expect(host.written.stderr).toBe("");
  return host.written.stdout;
}

describe("ttk load list", () => {
  it("has a line for each built-in scenario, with what it does and its parameters", async () => {
    const lines = (await listed()).trimEnd().split("\n");
    expect(lines.map((line) => line.split(" ")[0])).toEqual([...loadScenarios.keys()]);
    expect(lines[0]).toBe(
      "steady-chat      0.5/s  users with a PC and a phone write to each other at a steady rate " +
        "(--devices 2, --size 64, --read-share 10%, --final-check none)",
    );
    expect(lines).toContain(
      "offline-catchup  0.5/s  users go offline, messages pile up, they return, and pull unread counts and history " +
        "until caught up (--devices 2, --size 64, --talk-to contacts, --contacts 20, --read-share 0%, " +
        "--online-time 6s, --offline-time 3s, --final-check all)",
    );
    expect(lines.find((line) => line.startsWith("group-chat"))).toContain(
      "--read-share 5%, --groups each user in two, --group-size 20, --final-check none)",
    );
    expect(lines).toContain("idle-online      0/s    users stay online and send nothing but heartbeats (--devices 2)");
  });

  it("says the same as JSON", async () => {
    const all = JSON.parse(await listed("--json")) as { name: string }[];
    expect(all).toHaveLength(loadScenarios.size);
    expect(all.find(({ name }) => name === "multi-device")).toEqual({
      name: "multi-device",
      title: "users change between PCs and between phones, and read on one device what comes to both",
      acts: "messages",
      actsPerUserPerSecond: 0.3,
      clientTypes: ["windows", "ios", "mac", "android"],
      devicesMin: 1,
      parameters: [
        { option: "--devices", default: "4" },
        { option: "--size", default: "64" },
        { option: "--read-share", default: "50%" },
        { option: "--switch-time", default: "10s" },
        { option: "--final-check", default: "all" },
      ],
    });
  });
});
