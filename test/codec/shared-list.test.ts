import { describe, expect, it } from "vitest";
import { decodeBody, encodeBody } from "../../src/codec/body-codec.js";
import { CommandId } from "../../src/codec/generated/commands.js";
import type { DepartInfo } from "../../src/codec/generated/messages.js";
import { shareList } from "../../src/codec/shared-list.js";

const departments: DepartInfo[] = [
  { dept_id: 1, priority: 2, dept_name: "研发", parent_dept_id: 0, dept_status: 0 },
  { dept_id: 2, priority: 1, dept_name: "sales", parent_dept_id: 1, dept_status: 1 },
];

function answer(dept_list: DepartInfo[], attach_data?: Buffer) {
  const body = { user_id: 7, latest_update_time: 9, dept_list };
  return encodeBody(CommandId.CID_BUDDY_LIST_DEPARTMENT_RESPONSE, {
    ...body,
    ...(attach_data === undefined ? {} : { attach_data }),
  });
}

describe("shareList", () => {
  it("does not change what a body says, nor its bytes where no field follows the list", () => {
    const plain = answer(departments);
    const shared = [...departments];
    shareList(shared);
    expect(answer(shared)).toEqual(plain);
    // The second time its bytes are at hand.
    expect(answer(shared)).toEqual(plain);
  });

  it("keeps the fields around the list apart for each body", () => {
    const shared = [...departments];
    shareList(shared);
    for (const attach_data of [Buffer.from("a"), Buffer.from("bc")]) {
      const decoded = decodeBody(CommandId.CID_BUDDY_LIST_DEPARTMENT_RESPONSE, answer(shared, attach_data));
      expect(decoded.attach_data).toEqual(attach_data);
      expect(decoded.dept_list).toEqual(departments);
    }
  });

  it("encodes what it was given first, because a shared list must not change", () => {
    const shared = [...departments];
    shareList(shared);
    const before = answer(shared);
    shared.pop();
    expect(answer(shared)).toEqual(before);
  });
});
