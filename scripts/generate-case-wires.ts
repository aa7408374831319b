/**
 * Writes src/scenarios/conformance/generated/case-wires.ts: what the suite and a server say to each other in each case, as
 * seen when the cases run against the reference servers. `npm run docs:wires`, after a case was added or changed.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { CommandId } from "../src/codec/generated/commands.js";
import { selectCases } from "../src/runner/conformance/select-cases.js";
import { allCases } from "../src/scenarios/conformance/all-cases.js";
import { caseRoles } from "../src/scenarios/conformance/case-role.js";
import { instancesOf, judgeRole } from "../test/helpers/judge-role.js";
import { startRoleServer } from "../test/helpers/role-server.js";

const path = fileURLToPath(new URL("../src/scenarios/conformance/generated/case-wires.ts", import.meta.url));

/** What every case of a kind begins with, or shows that somebody else is about. */
const ambient = new Set<number>([
  CommandId.CID_OTHER_HEARTBEAT,
  CommandId.CID_BUDDY_LIST_STATUS_NOTIFY,
  CommandId.CID_BUDDY_LIST_SIGN_INFO_CHANGED_NOTIFY,
]);

const wires = new Map<string, { sent: string[]; received: string[] }>();
for (const role of caseRoles) {
  const server = await startRoleServer(role);
  try {
    const { cases } = await judgeRole(role, server.target, {
      ...server.options,
      cases: selectCases(allCases, {
        role,
        hasSecondServer: role === "msg",
        hasLeavers: true,
        instances: instancesOf(server.options),
      }),
      keepsAllTraces: true,
      // Alone, so that what others do is not in it.
      jobs: 1,
    });
    for (const { id, trace, verdict, actual, reason } of cases) {
      if (verdict !== "passed" && verdict !== "supported") {
        process.stderr.write(`${id}: ${verdict} ${actual ?? reason}\n`);
      }
      const named = (event: string) => {
        const ids = trace.flatMap((entry) =>
          entry.event === event && entry.command !== null ? [CommandId[entry.command]] : [],
        );
        const telling = [...new Set(ids)].filter((id) => !ambient.has(id));
        return (telling.length > 0 ? telling : [...new Set(ids)]).map((id) => `0x${id.toString(16).padStart(4, "0")}`);
      };
      wires.set(id, { sent: named("sent"), received: named("received").sort() });
    }
  } finally {
    await server.stop();
  }
}

const rows = allCases.map(({ id }) => {
  const { sent, received } = wires.get(id) ?? { sent: [], received: [] };
  return `  ${JSON.stringify(id)}: [${JSON.stringify(sent.join(" "))}, ${JSON.stringify(received.join(" "))}],`;
});
writeFileSync(
  path,
  [
    "// Made by scripts/generate-case-wires.ts from runs against the reference servers; npm run docs:wires.",
    "",
    "/** The commands that the suite sends in a case, in the order of their first appearance, and those that come back. */",
    "export const caseWires: Readonly<Record<string, readonly [sent: string, received: string]>> = {",
    ...rows,
    "};",
    "",
  ].join("\n"),
);
