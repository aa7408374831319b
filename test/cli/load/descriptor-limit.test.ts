import { describe, expect, it } from "vitest";
import { descriptorProblem, openFilesLimitIn } from "../../../src/cli/load/descriptor-limit.js";

const limits = `Limit                     Soft Limit           Hard Limit           Units
Max processes             95000                95000                processes
Max open files            1024                 524288               files
`;

describe("the limit of descriptors", () => {
  it("is the soft one, and nothing where the system does not tell or has none", () => {
    expect(openFilesLimitIn(limits)).toBe(1024);
    expect(
      openFilesLimitIn("Max open files            unlimited            unlimited            files"),
    ).toBeUndefined();
    expect(openFilesLimitIn("")).toBeUndefined();
  });

  it("is enough for as many devices as it says, with some to spare", () => {
    expect(descriptorProblem(480, 2, 1, 1024)).toBeUndefined();
    expect(descriptorProblem(481, 2, 1, 1024)).toBe(
      "a process needs 1026 descriptors for its devices and may have 1024: raise ulimit -n, or part the run: --workers 2",
    );
    expect(descriptorProblem(481, 2, 2, 1024)).toBeUndefined();
    expect(descriptorProblem(1_000_000, 2, 1, undefined)).toBeUndefined();
  });

  it("counts two of a user's four devices: a server keeps one of each class online", () => {
    expect(descriptorProblem(480, 4, 1, 1024)).toBeUndefined();
  });

  it("offers no workers where not even one user has room", () => {
    expect(descriptorProblem(2, 2, 1, 64)).toBe(
      "a process needs 68 descriptors for its devices and may have 64: raise ulimit -n",
    );
  });
});
