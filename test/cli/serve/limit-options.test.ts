import { expect, it } from "vitest";
import { msgLimits } from "../../../src/cli/serve/limit-options.js";

it("takes for msg_server what its configuration file says, unless a flag says otherwise", () => {
  const limits = { timeScale: 1, msgMaxConnections: 5 };
  expect(msgLimits(limits).connectionsMax).toBe(5);
  expect(msgLimits({ ...limits, maxConnections: 7 }).connectionsMax).toBe(7);
});
