import { expect, it } from "vitest";
import { ExitCode } from "../../../src/cli/exit-codes.js";
import { seedingError, storageTarget } from "../../../src/cli/serve/open-storage.js";

it.each([
  ["mysql://me:se/cret@h", "mysql://me:***@h"],
  ["mysql://me:se@cret@h/a b", "mysql://me:***@h/a b"],
  ["mysql:me:secret@h/db", "mysql:***@h/db"],
  ["mysql://h:3306/", "mysql://h:3306/"],
])("says without its password what is no storage: %s", (storage, shown) => {
  expect(() => storageTarget({ storage })).toThrow(`"${shown}" is no storage`);
});

it("says without its password what is no Redis", () => {
  const storage = "mysql://me:x@h/db";
  expect(() => storageTarget({ storage, redis: "redis://:se/cr@et@h" })).toThrow('"redis://:***@h" is no Redis');
});

it("blames the storage for what it does not take, and not for what is our own fault", () => {
  const full = Object.assign(new Error("OOM command not allowed when used memory > 'maxmemory'."), {
    name: "ReplyError",
  });
  expect(seedingError(full, "mysql://h/db")).toMatchObject({
    exitCode: ExitCode.blocked,
    message: "mysql://h/db: OOM command not allowed when used memory > 'maxmemory'.",
  });
  const own = new TypeError("undefined is not a function");
  expect(seedingError(own, "mysql://h/db")).toBe(own);
});
