import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { cliReference } from "../../src/cli/cli-reference.js";

it("docs/cli.md says what the commands say (npm run docs writes it)", async () => {
  expect(readFileSync(new URL("../../docs/cli.md", import.meta.url), "utf8")).toBe(await cliReference());
});
