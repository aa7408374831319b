import { describe, expect, it } from "vitest";
import { SelectionError, selectCases } from "../../../src/runner/conformance/select-cases.js";
import { allCases } from "../../../src/scenarios/conformance/all-cases.js";
import type { CaseRole } from "../../../src/scenarios/conformance/case-role.js";
import { caseOf } from "../../helpers/conformance-case.js";

const cases = [
  caseOf({ id: "frm.length-zero", requirements: ["FRM-04"] }),
  caseOf({ id: "frm.length-below-header", requirements: ["FRM-05"], level: "should" }),
  caseOf({ id: "msg.ack", requirements: ["MSG-01", "FRM-08"] }),
  caseOf({ id: "msg.delivery-across-servers", requirements: ["MSG-03"], needs: { secondServer: true } }),
  caseOf({ id: "lgn.leaver", requirements: ["LGN-07"], needs: { leaver: true } }),
];

function chosen(selection: { only?: string[]; skip?: string[]; hasSecondServer?: boolean; hasLeavers?: boolean }) {
  return selectCases(cases, { hasSecondServer: true, hasLeavers: true, ...selection }).map(({ case: { id } }) => id);
}

describe("selectCases", () => {
  it("chooses everything unless told", () => {
    expect(chosen({})).toEqual(cases.map(({ id }) => id));
  });

  it.each([
    [["frm.*"], ["frm.length-zero", "frm.length-below-header"]],
    [["FRM-0?"], ["frm.length-zero", "frm.length-below-header", "msg.ack"]],
    [["fRm-08"], ["msg.ack"]],
    [["should"], ["frm.length-below-header"]],
    [
      ["msg.ack", "FRM-04"],
      ["frm.length-zero", "msg.ack"],
    ],
  ])("takes ids, requirements and levels, whatever the case of letters: %s", (only, ids) => {
    expect(chosen({ only })).toEqual(ids);
  });

  it("leaves out what needs a second server when there is none", () => {
    expect(chosen({ only: ["msg.*"], hasSecondServer: false })).toEqual(["msg.ack"]);
  });

  it("leaves out what needs somebody who has left when nobody is known", () => {
    expect(chosen({ only: ["lgn.*", "FRM-04"], hasLeavers: false })).toEqual(["frm.length-zero"]);
    expect(() => chosen({ only: ["lgn.leaver"], hasLeavers: false })).toThrow("--provision");
  });

  it("keeps what is skipped, and says by which pattern", () => {
    const selected = selectCases(cases, { skip: ["should", "frm.*"], hasSecondServer: false });
    expect(selected.map(({ skippedBy }) => skippedBy)).toEqual(["frm.*", "should", undefined]);
  });

  it("refuses to skip all that is selected: a run of nothing would read as one that passed", () => {
    expect(() => chosen({ only: ["msg.ack"], skip: ["MSG-01"] })).toThrow("--skip leaves nothing");
  });

  it.each([{ only: ["msg.akc"] }, { skip: ["msg.akc"] }, { only: ["msg.ack", "msg.akc"] }])(
    "refuses a pattern that matches nothing: %o",
    (selection) => {
      expect(() => chosen(selection)).toThrow(SelectionError);
      expect(() => chosen(selection)).toThrow('"msg.akc" matches no case\'s id, requirement, level or tag');
    },
  );

  it("names the option that is missing when all that is selected needs a second server", () => {
    expect(() => chosen({ only: ["msg.delivery-*"], hasSecondServer: false })).toThrow("--peer");
  });

  it.each(["frm.length+zero", "frm[.]length-zero", "(frm.*", "frm|msg", "^frm.*$", "\\w*"])(
    "takes a pattern's other characters as they are: %s",
    (pattern) => {
      expect(() => chosen({ only: [pattern] })).toThrow(SelectionError);
    },
  );
});

const idsOf: Readonly<Record<CaseRole, RegExp>> = {
  msg: /^(frm|con|lgn|pul|msg|grp|pre|fil)\.[a-z0-9.-]+$/,
  route: /^rte\.[a-z0-9.-]+$/,
  login: /^lsv\.[a-z0-9.-]+$/,
  db: /^dbp\.[a-z0-9.-]+$/,
  file: /^fil\.[a-z0-9.-]+$/,
  "http-msg": /^hms\.[a-z0-9.-]+$/,
  msfs: /^mfs\.[a-z0-9.-]+$/,
  "msg-isolated": /^iso\.[a-z0-9.-]+$/,
};

describe("the suite", () => {
  it("has at least 40 cases, each with an id of its own that begins with an area", () => {
    const ids = allCases.map(({ id }) => id);
    expect(ids.length).toBeGreaterThanOrEqual(40);
    expect(new Set(ids).size).toBe(ids.length);
    expect(allCases.filter(({ id, role }) => !idsOf[role].test(id)).map(({ id }) => id)).toEqual([]);
  });

  it("covers every area that it claims to", () => {
    const areas = new Set(allCases.flatMap(({ requirements }) => requirements.map((id) => id.slice(0, 3))));
    expect([...areas].sort()).toEqual(expect.arrayContaining(["CON", "FRM", "GRP", "LGN", "MSG", "PRE", "PUL"]));
  });
});
