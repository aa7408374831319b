import { expect, it } from "vitest";
import { storageTarget } from "../../../src/cli/serve/open-storage.js";

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
