import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { addBehaviourOptions } from "../../../src/cli/load/behaviour-options.js";
import { planFor } from "../../../src/cli/load/load-choice.js";
import { steadyChat } from "../../../src/scenarios/load/steady-chat.js";

describe("--size", () => {
  it("takes the range that its help has for an example", () => {
    const command = addBehaviourOptions(new Command());
    const [, example = ""] = /as in (\d+-\d+)/.exec(command.helpInformation()) ?? [];
    const { size: messageSize } = command.parse(["--size", example], { from: "user" }).opts();
    const accounts = ["ann", "bob"].map((name) => ({ name, password: "secret" }));
    const targets = [{ host: "127.0.0.1", port: 8000 }];
    expect(planFor({ scenario: steadyChat, accounts, targets, seed: 1, rate: 1, messageSize }).messageSize).toEqual(
      messageSize,
    );
  });
});
