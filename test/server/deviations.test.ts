import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { deviatingIn, deviationIds, deviations, strict, teamtalk } from "../../src/server/deviations.js";

interface Requirement {
  readonly id: string;
  /** What follows `TT:`. */
  readonly original: string;
}

const behaviour = readFileSync(new URL("../../docs/spec/behaviour.md", import.meta.url), "utf8");
const differing: Requirement[] = behaviour.split("\n").flatMap((line) => {
  const [, id, original] = /^- ([A-Z]{3}-\d\d) .*?\bTT: (.*)$/.exec(line) ?? [];
  return id === undefined || original === undefined ? [] : [{ id, original }];
});

function page(): string {
  const rows = differing.map(({ id, original }) => {
    const { roles, does } = deviations[id as keyof typeof deviations];
    return `| ${id} | ${roles.join(", ")} | ${does} | ${original.replaceAll("|", "\\|")} |`;
  });
  return `# Deviations

The reference servers meet every SHOULD of [spec/behaviour.md](spec/behaviour.md). Where the original servers are known to
differ, a switch makes ours behave as they do: \`ttk serve --deviate LGN-12,LGN-17\` for single ones, \`--profile teamtalk\`
for all of them; \`--profile strict\` is the default. A switch that is off costs nothing.

This page is made of \`src/server/deviations.ts\` and compared with it, and with spec/behaviour.md, by
\`test/server/deviations.test.ts\` (\`npx vitest run test/server/deviations.test.ts -u\` writes it anew).

| requirement | roles | with the switch, ours | what spec/behaviour.md says of the originals |
|---|---|---|---|
${rows.join("\n")}
`;
}

describe("deviations", () => {
  it("are a switch for each TT of behaviour.md, in its order", () => {
    expect(differing.length).toBeGreaterThan(20);
    expect(deviationIds).toEqual(differing.map(({ id }) => id));
  });

  it("stand in docs/deviations.md as they are", async () => {
    await expect(page()).toMatchFileSnapshot("../../docs/deviations.md");
  });

  it("are all off in the strict profile, all on in teamtalk, and on one by one", () => {
    expect(Object.values(strict)).not.toContain(true);
    expect(Object.values(teamtalk)).not.toContain(false);
    const one = deviatingIn(["LGN-12"]);
    expect(deviationIds.filter((id) => one[id])).toEqual(["LGN-12"]);
  });
});
