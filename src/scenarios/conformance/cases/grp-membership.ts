import { CommandId } from "../../../codec/generated/commands.js";
import { GroupModifyType, GroupType, SessionType } from "../../../codec/generated/enums.js";
import type { GroupInfo, IMGroupChangeMemberRsp, IMGroupCreateRsp } from "../../../codec/generated/messages.js";
import type { CaseContext } from "../case-context.js";
import type { ConformanceCase } from "../conformance-case.js";
import { defineCase } from "../define-case.js";
import { expectEqual, expectThat } from "../expect-that.js";
import type { LoggedInClient } from "../logged-in-client.js";

const { GROUP_TYPE_NORMAL, GROUP_TYPE_TMP } = GroupType;
const { GROUP_MODIFY_TYPE_ADD, GROUP_MODIFY_TYPE_DEL } = GroupModifyType;
const { SESSION_TYPE_GROUP } = SessionType;
/** GRP-11: the other members' sessions may follow by so much. */
const SESSION_DELAY_MS = 6000;

export const grpMembershipCases: readonly ConformanceCase[] = [
  defineCase({
    id: "grp.create",
    requirements: ["GRP-01", "GRP-02"],
    level: "must",
    title: "creates a temporary group with each member once, at version 1",
    why: "a conversation of several begins with it",
    needs: { accounts: 2 },
    async run(context) {
      const [creator, member] = await context.loginAll(context.account(0), context.account(1));
      const name = `group ${context.uniqueWord()}`;
      const members = [creator.userId, member.userId, member.userId];
      const created = await create(creator, name, members);
      expectEqual("result_code", created.result_code, 0);
      expectEqual("user_id", created.user_id, creator.userId);
      expectEqual("group_name", created.group_name, name);
      expectThat((created.group_id ?? 0) > 0, "a group_id", created);
      expectEqual("members", sorted(created.user_id_list), sorted([creator.userId, member.userId]));
      const info = await infoOf(member, created.group_id ?? 0);
      expectEqual("version", info?.version, 1);
      expectEqual("group_name of 0x0404", info?.group_name, name);
      expectEqual("group_type", info?.group_type, GROUP_TYPE_TMP);
      expectEqual("group_creator_id", info?.group_creator_id, creator.userId);
      expectEqual("members in 0x0404", sorted(info?.group_member_list ?? []), sorted([creator.userId, member.userId]));
    },
  }),

  defineCase({
    id: "grp.create-normal",
    requirements: ["GRP-01"],
    level: "must",
    title: "ignores a client's request for a normal group",
    why: "normal groups are the administrators' to make",
    needs: { accounts: 2 },
    async run(context) {
      const [creator, member] = await context.loginAll(context.account(0), context.account(1));
      const members = [creator.userId, member.userId];
      const seqNum = creator.peer.send(CommandId.CID_GROUP_CREATE_REQUEST, {
        user_id: creator.userId,
        group_type: GROUP_TYPE_NORMAL,
        group_name: `group ${context.uniqueWord()}`,
        group_avatar: "",
        member_id_list: members,
      });
      await creator.peer.expectNoAnswer(seqNum, async () => {
        const created = await create(creator, `group ${context.uniqueWord()}`, members);
        expectEqual("result_code of a temporary group", created.result_code, 0);
      });
    },
  }),

  ...[
    { id: "name", words: "without a name", name: () => "", members: (ids: number[]) => ids },
    { id: "members", words: "without members", name: (word: string) => word, members: () => [] },
  ].map(({ id, words, name, members }) =>
    defineCase({
      id: `grp.create-without.${id}`,
      requirements: ["GRP-01"],
      level: "must",
      title: `refuses a group ${words} with result 1`,
      why: "nobody could find it, or nobody would be in it",
      needs: { accounts: 1 },
      async run(context) {
        const creator = await context.login(context.account(0));
        const refused = await create(creator, name(context.uniqueWord()), members([creator.userId]));
        expectEqual("result_code", refused.result_code, 1);
      },
    }),
  ),

  defineCase({
    id: "grp.add-by-member",
    requirements: ["GRP-03"],
    level: "must",
    title: "lets any member add to a temporary group, and answers with the changed and the current members",
    why: "whoever is in the conversation brings in others",
    needs: { accounts: 3 },
    async run(context) {
      const [creator, member, added] = await context.loginAll(...three(context));
      const groupId = await newGroup(context, creator, [creator, member]);
      const answer = await change(member, groupId, GROUP_MODIFY_TYPE_ADD, [added.userId]);
      expectEqual("result_code", answer.result_code, 0);
      expectEqual("user_id", answer.user_id, member.userId);
      expectEqual("group_id", answer.group_id, groupId);
      expectEqual("change_type", answer.change_type, GROUP_MODIFY_TYPE_ADD);
      expectEqual("changed", answer.chg_user_id_list, [added.userId]);
      const expected = sorted([creator.userId, member.userId, added.userId]);
      expectEqual("current members", sorted(answer.cur_user_id_list), expected);
    },
  }),

  defineCase({
    id: "grp.add-members-again",
    requirements: ["GRP-03"],
    level: "must",
    title: "answers result 1 when all who are to be added are members already",
    why: "a client that shows somebody joining must not show it twice",
    needs: { accounts: 2 },
    async run(context) {
      const [creator, member] = await context.loginAll(context.account(0), context.account(1));
      const groupId = await newGroup(context, creator, [creator, member]);
      const answer = await change(creator, groupId, GROUP_MODIFY_TYPE_ADD, [member.userId]);
      expectEqual("result_code", answer.result_code, 1);
      expectEqual("version", (await infoOf(creator, groupId))?.version, 1);
    },
  }),

  defineCase({
    id: "grp.add-by-outsider",
    requirements: ["GRP-03"],
    level: "should",
    title: "lets nobody add to a temporary group who is not a member of it",
    why: "a stranger could add himself and read along",
    needs: { accounts: 2 },
    async run(context) {
      const [creator, outsider] = await context.loginAll(context.account(0), context.account(1));
      const groupId = await newGroup(context, creator, [creator]);
      const answer = await change(outsider, groupId, GROUP_MODIFY_TYPE_ADD, [outsider.userId]);
      expectEqual("result_code", answer.result_code, 1);
      const info = await infoOf(creator, groupId);
      expectEqual("members", info?.group_member_list, [creator.userId]);
    },
  }),

  defineCase({
    id: "grp.add-to-normal-group",
    requirements: ["GRP-03"],
    level: "must",
    title: "lets no member but the creator add to a normal group",
    why: "who belongs to a department's group is not for everybody to decide",
    needs: { accounts: 3, groupMembers: 2 },
    async run(context) {
      const [one, other, outsider] = await context.loginAll(...three(context));
      const { groupId } = context.group;
      const before = await infoOf(one, groupId);
      expectThat(before !== undefined, `group ${groupId} in 0x0404`, "no such group");
      const member = before.group_creator_id === one.userId ? other : one;
      const answer = await change(member, groupId, GROUP_MODIFY_TYPE_ADD, [outsider.userId]);
      expectEqual("result_code", answer.result_code, 1);
      expectEqual("version", (await infoOf(one, groupId))?.version, before.version);
    },
  }),

  defineCase({
    id: "grp.remove-by-creator",
    requirements: ["GRP-04"],
    level: "must",
    title: "lets the creator remove a member, who then has no session with the group and nothing unread in it",
    why: "a group that one has left must not go on blinking",
    needs: { accounts: 3 },
    async run(context) {
      const [creator, member, removed] = await context.loginAll(...three(context));
      const groupId = await newGroup(context, creator, [creator, member, removed]);
      await creator.sayInGroup(groupId);
      const unread = () => removed.unreadIn(groupId, SESSION_TYPE_GROUP);
      await context.eventually("an unread message in the group", unread, (count) => count === 1);
      await untilSession(context, removed, groupId, true);
      const answer = await change(creator, groupId, GROUP_MODIFY_TYPE_DEL, [removed.userId]);
      expectEqual("result_code", answer.result_code, 0);
      expectEqual("changed", answer.chg_user_id_list, [removed.userId]);
      expectEqual("current members", sorted(answer.cur_user_id_list), sorted([creator.userId, member.userId]));
      await untilSession(context, removed, groupId, false);
      await context.eventually("nothing unread in the group", unread, (count) => count === 0);
    },
  }),

  defineCase({
    id: "grp.leave",
    requirements: ["GRP-04"],
    level: "must",
    title: "lets no member but the creator remove anybody, himself included",
    why: "the protocol has it so, and clients offer no way to leave",
    needs: { accounts: 2 },
    async run(context) {
      const [creator, member] = await context.loginAll(context.account(0), context.account(1));
      const groupId = await newGroup(context, creator, [creator, member]);
      const answer = await change(member, groupId, GROUP_MODIFY_TYPE_DEL, [member.userId]);
      expectEqual("result_code", answer.result_code, 1);
      const info = await infoOf(creator, groupId);
      expectEqual("members", sorted(info?.group_member_list ?? []), sorted([creator.userId, member.userId]));
    },
  }),

  defineCase({
    id: "grp.change-notify",
    requirements: ["GRP-05"],
    level: "must",
    title:
      "raises a group's version by one for a change and tells every device of old and new members but the asking one, and nobody else",
    why: "everybody sees who is in the room",
    needs: { accounts: 4 },
    async run(context) {
      const [creator, member, added] = await context.loginAll(...three(context));
      const outsider = await context.login(context.account(3));
      const creatorPhone = await context.login(context.account(0), { clientType: "ios" });
      const addedPhone = await context.login(context.account(2), { clientType: "android" });
      const groupId = await newGroup(context, creator, [creator, member]);
      await change(creator, groupId, GROUP_MODIFY_TYPE_ADD, [added.userId]);
      const current = [creator.userId, member.userId, added.userId];
      for (const device of [creatorPhone, member, added, addedPhone]) {
        await expectChange(device, creator, groupId, GROUP_MODIFY_TYPE_ADD, [added.userId], current);
      }
      await expectNoChange(creator, groupId);
      await expectNoChange(outsider, groupId);
      expectEqual("version", (await infoOf(member, groupId))?.version, 2);
    },
  }),

  defineCase({
    id: "grp.change-notify-removed",
    requirements: ["GRP-05", "GRP-04"],
    level: "must",
    title: "tells a removed member that he is, and those who stay",
    why: "a client must stop showing a room that one may not enter any more",
    needs: { accounts: 3 },
    async run(context) {
      const [creator, member, removed] = await context.loginAll(...three(context));
      const groupId = await newGroup(context, creator, [creator, member, removed]);
      await change(creator, groupId, GROUP_MODIFY_TYPE_DEL, [removed.userId]);
      for (const device of [member, removed]) {
        const current = [creator.userId, member.userId];
        await expectChange(device, creator, groupId, GROUP_MODIFY_TYPE_DEL, [removed.userId], current);
      }
      expectEqual("version", (await infoOf(member, groupId))?.version, 2);
    },
  }),

  defineCase({
    id: "grp.change-notify-across-servers",
    requirements: ["GRP-05"],
    level: "must",
    title: "tells members on another msg_server of a change, those that were added included",
    why: "a group's members are spread over the cluster",
    needs: { accounts: 3, secondServer: true },
    async run(context) {
      const creator = await context.login(context.account(0));
      const member = await context.login(context.account(1), { server: "peer" });
      const added = await context.login(context.account(2), { server: "peer" });
      const groupId = await newGroup(context, creator, [creator, member]);
      await change(creator, groupId, GROUP_MODIFY_TYPE_ADD, [added.userId]);
      const current = [creator.userId, member.userId, added.userId];
      for (const device of [member, added]) {
        await expectChange(device, creator, groupId, GROUP_MODIFY_TYPE_ADD, [added.userId], current);
      }
    },
  }),

  defineCase({
    id: "grp.change-notify-once",
    requirements: ["GRP-05"],
    level: "should",
    title: "tells a member who was added once",
    why: "a client would announce him twice",
    needs: { accounts: 2 },
    async run(context) {
      const [creator, added] = await context.loginAll(context.account(0), context.account(1));
      const groupId = await newGroup(context, creator, [creator]);
      await change(creator, groupId, GROUP_MODIFY_TYPE_ADD, [added.userId]);
      const current = [creator.userId, added.userId];
      await expectChange(added, creator, groupId, GROUP_MODIFY_TYPE_ADD, [added.userId], current);
      await expectNoChange(added, groupId);
    },
  }),

  defineCase({
    id: "grp.shield",
    requirements: ["GRP-09"],
    level: "must",
    title: "sets a group's shield for a member, and answers anybody else with result 1",
    why: "busy groups must not ring all day",
    needs: { accounts: 2 },
    async run(context) {
      const [member, outsider] = await context.loginAll(context.account(0), context.account(1));
      const groupId = await newGroup(context, member, [member]);
      for (const shield_status of [1, 0]) {
        const answer = await shield(member, groupId, shield_status);
        expectEqual("0x040a", answer, { user_id: member.userId, group_id: groupId, result_code: 0 });
      }
      expectEqual("result_code for an outsider", (await shield(outsider, groupId, 1)).result_code, 1);
    },
  }),

  defineCase({
    id: "grp.shield-shown",
    requirements: ["GRP-10"],
    level: "should",
    title: "shows in a group's details whether the user himself has shielded it",
    why: "a second device can only know from there",
    needs: { accounts: 2 },
    async run(context) {
      const [member, other] = await context.loginAll(context.account(0), context.account(1));
      const groupId = await newGroup(context, member, [member, other]);
      expectEqual("shield_status at first", (await infoOf(member, groupId))?.shield_status, 0);
      await shield(member, groupId, 1);
      expectEqual("shield_status", (await infoOf(member, groupId))?.shield_status, 1);
      expectEqual("shield_status for another member", (await infoOf(other, groupId))?.shield_status, 0);
    },
  }),

  defineCase({
    id: "grp.session-of-message",
    requirements: ["GRP-11"],
    level: "must",
    title: "gives every member a recent session for a group that was written to, the sender at once",
    why: "the conversation stands in everybody's list",
    needs: { accounts: 2 },
    async run(context) {
      const [sender, member] = await context.loginAll(context.account(0), context.account(1));
      const groupId = await newGroup(context, sender, [sender, member]);
      const { ack } = await sender.sayInGroup(groupId);
      const own = (await sender.sessions()).find((each) => isGroup(each, groupId));
      expectEqual("the sender's latest_msg_id", own?.latest_msg_id, ack.msg_id);
      await untilSession(context, member, groupId, true);
    },
  }),
];

function three(context: CaseContext) {
  return [context.account(0), context.account(1), context.account(2)] as const;
}

function create(creator: LoggedInClient, name: string, members: readonly number[]): Promise<IMGroupCreateRsp> {
  return creator.request(CommandId.CID_GROUP_CREATE_REQUEST, {
    user_id: creator.userId,
    group_type: GROUP_TYPE_TMP,
    group_name: name,
    group_avatar: "",
    member_id_list: [...members],
  });
}

/** A temporary group; a case that cannot have one is about something else. */
async function newGroup(context: CaseContext, creator: LoggedInClient, members: readonly LoggedInClient[]) {
  const ids = members.map(({ userId }) => userId);
  const { result_code, group_id = 0 } = await create(creator, `group ${context.uniqueWord()}`, ids);
  expectThat(result_code === 0 && group_id > 0, "a temporary group", `result_code ${result_code}`);
  return group_id;
}

function change(
  who: LoggedInClient,
  groupId: number,
  change_type: GroupModifyType,
  member_id_list: number[],
): Promise<IMGroupChangeMemberRsp> {
  const body = { user_id: who.userId, change_type, group_id: groupId, member_id_list };
  return who.request(CommandId.CID_GROUP_CHANGE_MEMBER_REQUEST, body);
}

async function expectChange(
  { peer }: LoggedInClient,
  askedBy: LoggedInClient,
  groupId: number,
  changeType: GroupModifyType,
  changed: readonly number[],
  current: readonly number[],
): Promise<void> {
  const { body, seqNum } = await peer.expect(
    CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY,
    ({ group_id }) => group_id === groupId,
    { what: `about group ${groupId}` },
  );
  expectEqual("user_id", body.user_id, askedBy.userId);
  expectEqual("change_type", body.change_type, changeType);
  expectEqual("changed", body.chg_user_id_list, changed);
  expectEqual("current members", sorted(body.cur_user_id_list), sorted(current));
  expectEqual("seq_num", seqNum, 0);
}

/** Other groups of the user may change at any time. */
function expectNoChange({ peer }: LoggedInClient, groupId: number): Promise<void> {
  return peer.expectNothing(CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY, ({ group_id }) => group_id === groupId, {
    what: `about group ${groupId}`,
  });
}

async function infoOf(who: LoggedInClient, groupId: number): Promise<GroupInfo | undefined> {
  const { group_info_list } = await who.request(CommandId.CID_GROUP_INFO_REQUEST, {
    user_id: who.userId,
    group_version_list: [{ group_id: groupId, version: 0 }],
  });
  return group_info_list.find(({ group_id }) => group_id === groupId);
}

function shield(who: LoggedInClient, groupId: number, shield_status: number) {
  const body = { user_id: who.userId, group_id: groupId, shield_status };
  return who.request(CommandId.CID_GROUP_SHIELD_GROUP_REQUEST, body);
}

async function untilSession(
  context: CaseContext,
  who: LoggedInClient,
  groupId: number,
  isWanted: boolean,
): Promise<void> {
  await context.eventually(
    `${isWanted ? "a" : "no"} session of user ${who.userId} with group ${groupId}`,
    async () => (await who.sessions()).filter((each) => isGroup(each, groupId)).length,
    (count) => count > 0 === isWanted,
    SESSION_DELAY_MS + context.timing.answerMs,
  );
}

function isGroup({ session_id, session_type }: { session_id: number; session_type: SessionType }, groupId: number) {
  return session_id === groupId && session_type === SESSION_TYPE_GROUP;
}

function sorted(ids: readonly number[]): number[] {
  return [...ids].sort((a, b) => a - b);
}
