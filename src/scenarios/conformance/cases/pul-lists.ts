import { CommandId } from "../../../codec/generated/commands.js";
import type { CaseContext } from "../case-context.js";
import type { ConformanceCase } from "../conformance-case.js";
import { defineCase } from "../define-case.js";
import { expectEqual, expectThat } from "../expect-that.js";
import type { LoggedInClient } from "../logged-in-client.js";

/** 2036: later than anything that a server has seen, and small enough for signed numbers. */
const FAR_FUTURE_S = 2_100_000_000;
/** Times are whole seconds: after so long they differ, whatever the server's clock says. */
const TIME_RESOLUTION_MS = 1100;
const USER_STATUS_LEFT = 3;
const GROUP_TYPE_NORMAL = 1;
const GROUP_TYPE_TEMPORARY = 2;

export const pulListCases: readonly ConformanceCase[] = [
  defineCase({
    id: "pul.departments-all",
    requirements: ["PUL-01"],
    level: "must",
    title: "lists all departments to a client that knows none",
    why: "the contact list is a tree of departments",
    needs: { accounts: 1 },
    async run(context) {
      const { peer, userId } = await context.login(context.account(0));
      const all = await peer.request(CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST, {
        user_id: userId,
        latest_update_time: 0,
      });
      expectEqual("user_id", all.user_id, userId);
      if (all.dept_list.length === 0) context.block("the server has no departments");
      expectThat(all.latest_update_time > 0, "the greatest time of change", all.latest_update_time);
      const ids = new Set(all.dept_list.map(({ dept_id }) => dept_id));
      expectEqual("departments listed once:", ids.size, all.dept_list.length);
    },
  }),

  defineCase({
    id: "pul.departments-since",
    requirements: ["PUL-01"],
    level: "must",
    title: "lists no department to a client that has the newest, and returns the time that it asked with",
    why: "clients keep that time for the next pull; a wrong one makes them miss changes or pull all for ever",
    needs: { accounts: 1 },
    async run(context) {
      const { peer, userId: user_id } = await context.login(context.account(0));
      const ask = (latest_update_time: number) =>
        peer.request(CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST, { user_id, latest_update_time });
      const all = await ask(0);
      if (all.dept_list.length === 0) context.block("the server has no departments");
      const newest = await ask(all.latest_update_time);
      expectEqual("departments changed after the newest change:", newest.dept_list.length, 0);
      expectEqual("latest_update_time", newest.latest_update_time, all.latest_update_time);
      const before = await ask(all.latest_update_time - 1);
      expectThat(before.dept_list.length > 0, "the newest department again, asked a second earlier", before);
    },
  }),

  defineCase({
    id: "pul.users-all",
    requirements: ["PUL-02"],
    level: "must",
    title: "lists all users, but for those who have left, to a client that knows none",
    why: "whom the list lacks nobody can write to",
    needs: { accounts: 2 },
    async run(context) {
      const [user, other] = await context.loginAll(context.account(0), context.account(1));
      const all = await user.request(CommandId.CID_BUDDY_LIST_ALL_USER_REQUEST, {
        user_id: user.userId,
        latest_update_time: 0,
      });
      expectThat(all.latest_update_time > 0, "the greatest time of change", all.latest_update_time);
      const ids = new Set(all.user_list.map(({ user_id }) => user_id));
      for (const id of [user.userId, other.userId]) {
        expectThat(ids.has(id), `user ${id} in the list`, `${ids.size} others`);
      }
      expectEqual("users listed once:", ids.size, all.user_list.length);
      expectEqual("users who have left:", all.user_list.filter(({ status }) => status === USER_STATUS_LEFT).length, 0);
    },
  }),

  defineCase({
    id: "pul.users-since",
    requirements: ["PUL-02", "PUL-09"],
    level: "must",
    title: "lists the users changed since a time, those changed in that very second again included",
    why: "times are whole seconds: a second change in the same second would be missed otherwise",
    needs: { accounts: 2 },
    async run(context) {
      const [user, other] = await context.loginAll(context.account(0), context.account(1));
      const ask = (latest_update_time: number) =>
        user.request(CommandId.CID_BUDDY_LIST_ALL_USER_REQUEST, { user_id: user.userId, latest_update_time });
      await changeSignature(context, other);
      const since = (await ask(0)).latest_update_time;
      // The original servers look for users only from before the last change of a signature that they know of.
      await context.pause(TIME_RESOLUTION_MS);
      await changeSignature(context, user);
      const again = await ask(since);
      const ids = again.user_list.map(({ user_id }) => user_id);
      expectThat(ids.includes(user.userId), `user ${user.userId}, changed after ${since}`, ids);
      // The other one, unless somebody else has changed since.
      expectThat(
        ids.some((id) => id !== user.userId),
        `somebody changed at ${since}`,
        ids,
      );
      expectThat(again.latest_update_time > since, `a time after ${since}`, again.latest_update_time);
    },
  }),

  defineCase({
    id: "pul.users-none-new",
    requirements: ["PUL-02"],
    level: "must",
    title: "lists no user, and returns the time that it was asked with, when none has changed since",
    why: "a server that returns 0 or its own time makes clients pull everything, or miss what comes",
    needs: { accounts: 1 },
    async run(context) {
      const { peer, userId: user_id } = await context.login(context.account(0));
      const answer = await peer.request(CommandId.CID_BUDDY_LIST_ALL_USER_REQUEST, {
        user_id,
        latest_update_time: FAR_FUTURE_S,
      });
      expectEqual("users", answer.user_list.length, 0);
      expectEqual("latest_update_time", answer.latest_update_time, FAR_FUTURE_S);
    },
  }),

  defineCase({
    id: "pul.no-change-missed",
    requirements: ["PUL-09", "PRE-04"],
    level: "must",
    title: "lists a change made after one pull in the next pull from its latest_update_time",
    why: "a change that no pull shows stays unknown until the client forgets everything",
    needs: { accounts: 2 },
    async run(context) {
      const [user, other] = await context.loginAll(context.account(0), context.account(1));
      const ask = (latest_update_time: number) =>
        user.request(CommandId.CID_BUDDY_LIST_ALL_USER_REQUEST, { user_id: user.userId, latest_update_time });
      let known = (await ask(0)).latest_update_time;
      for (const round of [1, 2, 3]) {
        // In the second of the newest change that they have told, the original servers tell of no other.
        await context.pause(TIME_RESOLUTION_MS);
        const sign_info = await changeSignature(context, other, `${round} `);
        const answer = await ask(known);
        const changed = answer.user_list.find(({ user_id }) => user_id === other.userId);
        expectEqual(`sign_info of user ${other.userId} in the pull since ${known}:`, changed?.sign_info, sign_info);
        known = answer.latest_update_time;
      }
    },
  }),

  defineCase({
    id: "pul.user-details",
    requirements: ["PUL-03", "LGN-01"],
    level: "must",
    title:
      "gives the details of the users asked for, those of the list of all users and of the login, and leaves unknown ids out",
    why: "a client asks for senders that its list lacks",
    needs: { accounts: 2 },
    async run(context) {
      const other = await context.login(context.account(1));
      const peer = await context.dial();
      const login = peer.request(CommandId.CID_LOGIN_REQ_USERLOGIN, context.loginRequest(context.account(0)));
      const { user_info } = await context.precondition("a login", login);
      const user_id = user_info?.user_id ?? context.block(`${context.account(0).name} cannot log in`);
      const detailsOf = async (...user_id_list: number[]) =>
        (await peer.request(CommandId.CID_BUDDY_LIST_USER_INFO_REQUEST, { user_id, user_id_list })).user_info_list;
      const details = await detailsOf(other.userId, context.unknownId());
      expectEqual(
        "users",
        details.map((each) => each.user_id),
        [other.userId],
      );
      const { user_list } = await peer.request(CommandId.CID_BUDDY_LIST_ALL_USER_REQUEST, {
        user_id,
        latest_update_time: 0,
      });
      const listed = user_list.find((each) => each.user_id === other.userId);
      expectEqual("details, as in 0x0209:", details[0], listed);
      expectEqual("user_info of 0x0104, as in 0x0205:", user_info, (await detailsOf(user_id))[0]);
    },
  }),

  defineCase({
    id: "pul.user-details-of-nobody",
    requirements: ["PUL-03"],
    level: "must",
    title: "answers a request for nobody's details with an empty list",
    why: "the client waits for the answer, whatever it asked",
    needs: { accounts: 1 },
    async run(context) {
      const { peer, userId: user_id } = await context.login(context.account(0));
      const answer = await peer.request(CommandId.CID_BUDDY_LIST_USER_INFO_REQUEST, { user_id, user_id_list: [] });
      expectEqual("users", answer.user_info_list.length, 0);
      expectEqual("user_id", answer.user_id, user_id);
    },
  }),

  defineCase({
    id: "pul.groups",
    requirements: ["PUL-04"],
    level: "must",
    title: "lists the normal groups that a user belongs to, with their versions",
    why: "a client keeps its groups and pulls only those whose version grew",
    needs: { accounts: 1, groupMembers: 1 },
    async run(context) {
      const { peer, userId: user_id } = await context.login(context.account(0));
      const list = await peer.request(CommandId.CID_GROUP_NORMAL_LIST_REQUEST, { user_id });
      const ids = list.group_version_list.map(({ group_id }) => group_id);
      expectThat(ids.includes(context.group.groupId), `group ${context.group.groupId} in the list`, ids);
      expectEqual("groups listed once:", new Set(ids).size, ids.length);
      const asked = list.group_version_list.map(({ group_id }) => ({ group_id, version: 0 }));
      const details = await peer.request(CommandId.CID_GROUP_INFO_REQUEST, { user_id, group_version_list: asked });
      for (const group of details.group_info_list) {
        expectEqual(`type of group ${group.group_id}`, group.group_type, GROUP_TYPE_NORMAL);
        expectThat(
          group.group_member_list.includes(user_id),
          `user ${user_id} among the members of group ${group.group_id}`,
          group.group_member_list,
        );
        const listed = list.group_version_list.find(({ group_id }) => group_id === group.group_id);
        expectEqual(`version of group ${group.group_id}`, group.version, listed?.version);
      }
    },
  }),

  defineCase({
    id: "pul.no-temporary-groups",
    requirements: ["PUL-04"],
    level: "must",
    title: "lists no temporary group among those of a user",
    why: "a client would keep every passing conversation in its list of groups for ever",
    needs: { accounts: 1 },
    async run(context) {
      const { peer, userId: user_id } = await context.login(context.account(0));
      const { group_id = 0 } = await peer.request(CommandId.CID_GROUP_CREATE_REQUEST, {
        user_id,
        group_type: GROUP_TYPE_TEMPORARY,
        group_name: `group ${context.uniqueWord()}`,
        group_avatar: "",
        member_id_list: [user_id],
      });
      expectThat(group_id > 0, "a temporary group", group_id);
      const list = await peer.request(CommandId.CID_GROUP_NORMAL_LIST_REQUEST, { user_id });
      const ids = list.group_version_list.map((group) => group.group_id);
      expectThat(!ids.includes(group_id), `a list without temporary group ${group_id}`, ids);
    },
  }),

  defineCase({
    id: "pul.group-details",
    requirements: ["PUL-05"],
    level: "must",
    title: "gives a group's details to who has no version of it, and not to who has the newest",
    why: "members lists are long; sending them unasked is what the version is there to avoid",
    needs: { accounts: 1, groupMembers: 1 },
    async run(context) {
      const { peer, userId: user_id } = await context.login(context.account(0));
      const { groupId: group_id } = context.group;
      const ask = async (version: number) => {
        const body = { user_id, group_version_list: [{ group_id, version }] };
        return (await peer.request(CommandId.CID_GROUP_INFO_REQUEST, body)).group_info_list;
      };
      const [group] = await ask(0);
      expectThat(group !== undefined, `group ${group_id} in full`, "an empty list");
      expectEqual("group_id", group.group_id, group_id);
      expectThat(group.group_member_list.includes(user_id), `user ${user_id} among the members`, group);
      expectEqual("groups newer than the newest version:", (await ask(group.version)).length, 0);
      if (group.version > 1) {
        expectEqual("groups newer than the version before:", (await ask(group.version - 1)).length, 1);
      }
    },
  }),

  defineCase({
    id: "pul.group-details-for-anybody",
    requirements: ["PUL-05"],
    level: "must",
    title: "gives a group's details to a user who is not a member, and leaves unknown groups out",
    why: "a client asks for the group of an invitation or a forwarded message before it belongs to it",
    needs: { accounts: 2, groupMembers: 1 },
    async run(context) {
      const outsider = await context.login(context.account(1));
      const { groupId, memberIds } = context.group;
      const answer = await outsider.request(CommandId.CID_GROUP_INFO_REQUEST, {
        user_id: outsider.userId,
        group_version_list: [
          { group_id: groupId, version: 0 },
          { group_id: context.unknownId(), version: 0 },
        ],
      });
      expectEqual(
        "groups",
        answer.group_info_list.map(({ group_id }) => group_id),
        [groupId],
      );
      expectThat(!memberIds.includes(outsider.userId), "an outsider's request", "the member's own");
    },
  }),
];

/** @returns the new signature */
async function changeSignature(context: CaseContext, who: LoggedInClient, prefix = ""): Promise<string> {
  const sign_info = prefix + context.uniqueWord();
  const body = { user_id: who.userId, sign_info };
  const { result_code } = await who.request(CommandId.CID_BUDDY_LIST_CHANGE_SIGN_INFO_REQUEST, body);
  expectEqual("result_code of a changed signature", result_code, 0);
  return sign_info;
}
