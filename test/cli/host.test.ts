import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const host = fileURLToPath(new URL("../../src/cli/host.ts", import.meta.url));

it.each([
  ["thrown in a callback", 'setTimeout(() => { throw new Error("boom\\nhere"); })'],
  ["in a promise that nobody waits for", 'void Promise.reject(new Error("boom\\nhere"))'],
])("a fault of ours %s is one line and exit code 5", async (_, fault) => {
  const program = `import { processHost } from ${JSON.stringify(host)}; processHost(); ${fault};`;
  const run = promisify(execFile)(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", program]);
  await expect(run).rejects.toMatchObject({
    code: 5,
    stderr: "ttk: boom here (a fault of ttk; --debug shows where)\n",
  });
});
