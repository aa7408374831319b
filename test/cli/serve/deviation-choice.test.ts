import { expect, it } from "vitest";
import { deviationsOf } from "../../../src/cli/serve/deviation-choice.js";
import { deviatingIn, strict, teamtalk } from "../../../src/server/deviations.js";

it("is strict unless told, in all by profile, in single ones by name", () => {
  expect(deviationsOf({ profile: "strict" })).toBe(strict);
  expect(deviationsOf({ profile: "teamtalk" })).toBe(teamtalk);
  const two = deviatingIn(["LGN-12", "LGN-17"]);
  expect(deviationsOf({ profile: "strict", deviate: ["lgn-12, LGN-17"] })).toEqual(two);
  expect(deviationsOf({ profile: "strict", deviate: ["LGN-12", "LGN-17"] })).toEqual(two);
});

it("names what is none, and what would say nothing", () => {
  expect(() => deviationsOf({ profile: "strict", deviate: ["LGN-13"] })).toThrow(/^nothing deviates in LGN-13/);
  expect(() => deviationsOf({ profile: "teamtalk", deviate: ["LGN-12"] })).toThrow(
    /^--profile teamtalk deviates in all/,
  );
});
