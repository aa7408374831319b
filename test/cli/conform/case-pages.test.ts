import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { casePages, caseText } from "../../../src/cli/conform/case-pages.js";
import { allCases } from "../../../src/scenarios/conformance/all-cases.js";
import { caseKills } from "../../../src/scenarios/conformance/generated/case-kills.js";
import { caseWires } from "../../../src/scenarios/conformance/generated/case-wires.js";

const folder = new URL("../../../docs/cases/", import.meta.url);
const ids = allCases.map(({ id }) => id);

describe("the pages of the cases", () => {
  it("are what the cases say (npm run docs)", () => {
    const there = readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), "utf8")] as const);
    expect(new Map(there)).toEqual(casePages());
  });

  it("have an anchor for each case, and no other", () => {
    const anchors = [...casePages().values()].flatMap((text) =>
      [...text.matchAll(/<a id="([^"]+)">/g)].map(([, id]) => id),
    );
    expect(anchors.sort()).toEqual([...ids].sort());
  });

  it("know what each case says on the wire (npm run docs:wires), and of no case that is gone", () => {
    expect(Object.keys(caseWires)).toEqual(ids);
    expect(Object.keys(caseKills).filter((id) => !ids.includes(id))).toEqual([]);
  });
});

describe("caseText", () => {
  it("says what is sent, what is expected, why, and which faults the case finds", () => {
    const text = caseText(allCases.find(({ id }) => id === "lgn.kick.ios-android") as (typeof allCases)[number]);
    expect(text).toMatch(/^ {2}requirement {3}LGN-1\d\n {16}MUST /m);
    expect(text).toMatch(/^ {2}commands {6}0x0103 CID_LOGIN_REQ_USERLOGIN/m);
    expect(text).toMatch(/^ {2}answers {7}.*CID_LOGIN_KICK_USER/m);
    expect(text).toMatch(/^ {2}expects {7}that the server kicks a user's ios connection/m);
    expect(text).toMatch(/^ {2}finds {9}\S+/m);
  });
});
