import { expect, it } from "vitest";
import { SessionType } from "../../../src/codec/generated/enums.js";
import { oneToOneWith } from "../../../src/scenarios/conformance/one-to-one.js";

const group = { session_id: 7, session_type: SessionType.SESSION_TYPE_GROUP, unread_cnt: 22 };
const friend = { session_id: 7, session_type: SessionType.SESSION_TYPE_SINGLE, unread_cnt: 1 };

it("does not take a group for the user whose id it shares", () => {
  expect(oneToOneWith([group, friend], 7)).toBe(friend);
  expect(oneToOneWith([group], 7)).toBeUndefined();
});
