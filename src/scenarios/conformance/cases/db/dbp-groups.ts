import { CommandId } from "../../../../codec/generated/commands.js";
import { GroupModifyType, GroupType } from "../../../../codec/generated/enums.js";
import { type DatabaseContext, defineDatabaseCase, GROUP } from "../../db-context.js";
import { expectEqual, expectThat } from "../../expect-that.js";

const { GROUP_MODIFY_TYPE_ADD: ADD, GROUP_MODIFY_TYPE_DEL: DEL } = GroupModifyType;
const threeUsers = { accounts: 3 };
/** GRP-11 */
const SWEEP_MS = 6000;

export const dbpGroupCases = [
  defineDatabaseCase({
    id: "dbp.group-made",
    requirements: ["GRP-01", "GRP-02", "DBP-02"],
    level: "must",
    title: "makes a temporary group of version 1 with the members given, each once",
    sends: "0x0405 with a member named twice, then 0x0403",
    why: "a member who is counted twice never leaves",
    needs: threeUsers,
    async run(context) {
      const users = await three(context);
      const [creator, one, two] = users;
      const made = await context.ask(CommandId.CID_GROUP_CREATE_REQUEST, {
        user_id: creator,
        group_type: GroupType.GROUP_TYPE_TMP,
        group_name: "a group",
        group_avatar: "",
        member_id_list: [creator, one, two, one],
      });
      expectEqual("result_code and name", [made.result_code, made.group_name], [0, "a group"]);
      expectEqual("members", made.user_id_list.toSorted(ascending), users.toSorted(ascending));
      const info = await context.groupInfo(one, made.group_id ?? 0);
      expectEqual(
        "group",
        [info?.version, info?.group_type, info?.group_creator_id, info?.group_name],
        [1, GroupType.GROUP_TYPE_TMP, creator, "a group"],
      );
      expectEqual("members", info?.group_member_list.toSorted(ascending), users.toSorted(ascending));
    },
  }),

  ...[
    { id: "name", words: "a name", name: "", hasMembers: true },
    { id: "members", words: "members", name: "a group", hasMembers: false },
  ].map(({ id, words, name, hasMembers }) =>
    defineDatabaseCase({
      id: `dbp.group-without-${id}`,
      requirements: ["GRP-01"],
      level: "must",
      title: `answers result 1 to a group without ${words}`,
      sends: "0x0405 that lacks it",
      why: "groups that nobody can see or name fill everybody's lists",
      needs: { accounts: 2 },
      async run(context) {
        const [creator, member] = (await context.userIds(0, 1)) as [number, number];
        const { result_code } = await context.ask(CommandId.CID_GROUP_CREATE_REQUEST, {
          user_id: creator,
          group_type: GroupType.GROUP_TYPE_TMP,
          group_name: name,
          group_avatar: "",
          member_id_list: hasMembers ? [creator, member] : [],
        });
        expectEqual("result_code", result_code, 1);
      },
    }),
  ),

  defineDatabaseCase({
    id: "dbp.group-changed",
    requirements: ["GRP-03", "GRP-04", "GRP-05"],
    level: "must",
    title: "adds and removes members, answers who changed and who is there, and raises the version by one each time",
    sends: "0x0407 that adds, then one that removes; 0x0403",
    why: "clients load a group again when its version grows",
    needs: threeUsers,
    async run(context) {
      const [creator, one, two] = await three(context);
      const groupId = await context.makeGroup(creator, [creator, one]);
      const added = await context.changeMembers(creator, ADD, groupId, [two]);
      expectEqual("answer to the addition", [added.result_code, added.chg_user_id_list], [0, [two]]);
      expectEqual("members", added.cur_user_id_list.toSorted(ascending), [creator, one, two].sort(ascending));
      expectEqual("version", (await context.groupInfo(creator, groupId))?.version, 2);
      const removed = await context.changeMembers(creator, DEL, groupId, [one]);
      expectEqual("answer to the removal", [removed.result_code, removed.chg_user_id_list], [0, [one]]);
      expectEqual("members", removed.cur_user_id_list.toSorted(ascending), [creator, two].sort(ascending));
      expectEqual("version", (await context.groupInfo(creator, groupId))?.version, 3);
    },
  }),

  defineDatabaseCase({
    id: "dbp.group-add-again",
    requirements: ["GRP-03"],
    level: "must",
    title: "answers result 1 when only members are added, and changes nothing",
    sends: "0x0407 that adds a member",
    why: "everybody would be told of nothing",
    needs: { accounts: 2 },
    async run(context) {
      const [creator, one] = (await context.userIds(0, 1)) as [number, number];
      const groupId = await context.makeGroup(creator, [creator, one]);
      expectEqual("result_code", (await context.changeMembers(creator, ADD, groupId, [one])).result_code, 1);
      expectEqual("version", (await context.groupInfo(creator, groupId))?.version, 1);
    },
  }),

  defineDatabaseCase({
    id: "dbp.group-remove-by-member",
    requirements: ["GRP-04"],
    level: "must",
    title: "lets nobody but the creator remove members",
    sends: "0x0407 of a member that removes another, then of the creator",
    why: "anybody could empty a group",
    needs: threeUsers,
    async run(context) {
      const [creator, one, two] = await three(context);
      const groupId = await context.makeGroup(creator, [creator, one, two]);
      expectEqual("result_code", (await context.changeMembers(one, DEL, groupId, [two])).result_code, 1);
      expectEqual(
        "result_code of the creator's",
        (await context.changeMembers(creator, DEL, groupId, [two])).result_code,
        0,
      );
    },
  }),

  defineDatabaseCase({
    id: "dbp.group-add-by-outsider",
    requirements: ["GRP-03"],
    level: "should",
    title: "lets nobody add to a group who is no member",
    sends: "0x0407 of an outsider that adds himself",
    why: "anybody could read along",
    needs: threeUsers,
    async run(context) {
      const [creator, one, outsider] = await three(context);
      const groupId = await context.makeGroup(creator, [creator, one]);
      expectEqual("result_code", (await context.changeMembers(outsider, ADD, groupId, [outsider])).result_code, 1);
    },
  }),

  defineDatabaseCase({
    id: "dbp.group-versions",
    requirements: ["PUL-05"],
    level: "must",
    title: "gives a group whose version is greater than the one asked with, and leaves out others and unknown ones",
    sends: "0x0403 with version 0, with the group's own, and for an unknown group",
    why: "clients load only what changed",
    needs: { accounts: 2 },
    async run(context) {
      const [creator, one] = (await context.userIds(0, 1)) as [number, number];
      const groupId = await context.makeGroup(creator, [creator, one]);
      const info = await context.groupInfo(one, groupId, 0);
      expectEqual("group for version 0", info?.group_id, groupId);
      const version = info?.version ?? 0;
      expectThat(
        (await context.groupInfo(one, groupId, version)) === undefined,
        "nothing for its own version",
        "a group",
      );
      expectThat(
        (await context.groupInfo(one, context.unknownId())) === undefined,
        "nothing for an unknown one",
        "a group",
      );
    },
  }),

  defineDatabaseCase({
    id: "dbp.normal-groups",
    requirements: ["PUL-04"],
    level: "must",
    title: "lists a user's normal groups with their versions, and no temporary ones",
    sends: "0x0405 for a temporary group, then 0x0401",
    why: "clients pull these first",
    needs: { accounts: 2, groupMembers: 2 },
    async run(context) {
      const [creator, one] = (await context.userIds(0, 1)) as [number, number];
      const temporary = await context.makeGroup(creator, [creator, one]);
      const { group_version_list } = await context.ask(CommandId.CID_GROUP_NORMAL_LIST_REQUEST, { user_id: creator });
      const ids = group_version_list.map(({ group_id }) => group_id);
      expectThat(ids.includes(context.group.groupId), `group ${context.group.groupId} in the list`, ids);
      expectThat(!ids.includes(temporary), `no temporary group ${temporary}`, ids);
    },
  }),

  defineDatabaseCase({
    id: "dbp.group-messages",
    requirements: ["GRP-06", "GRP-08", "DBP-02"],
    level: "must",
    title: "numbers a group's messages from 1, and counts them as unread for members other than their author",
    sends: "three messages to a new group by two members; 0x0307, 0x0303",
    why: "a group's talk is one sequence, whoever writes",
    needs: threeUsers,
    async run(context) {
      const [creator, one, two] = await three(context);
      const groupId = await context.makeGroup(creator, [creator, one, two]);
      const first = await context.storeInGroup(creator, groupId);
      const ids = [first.msg_id];
      for (const author of [one, creator]) ids.push((await context.storeInGroup(author, groupId)).msg_id);
      expectEqual("ids", ids, [first.msg_id, first.msg_id + 1, first.msg_id + 2]);
      expectThat(first.msg_id > 0, "an id", first.msg_id);
      expectEqual("unread of who wrote nothing", await context.unread(two, groupId, GROUP), 3);
      expectEqual("unread of who wrote last", await context.unread(creator, groupId, GROUP), 0);
      await context.read(two, groupId, first.msg_id + 2, GROUP);
      await context.eventually(
        "nothing unread",
        () => context.unread(two, groupId, GROUP),
        (count) => count === 0,
      );
    },
  }),

  defineDatabaseCase({
    id: "dbp.group-outsider",
    requirements: ["GRP-07", "MSG-16", "DBP-02"],
    level: "must",
    title:
      "stores no message of an outsider or to an unknown group (msg_id 0, or no answer), and gives an outsider no history",
    sends: "0x0301 of a member and of an outsider, and to an unknown group; 0x0309 of both",
    why: "a group is for its members",
    needs: threeUsers,
    async run(context) {
      const [creator, one, outsider] = await three(context);
      const groupId = await context.makeGroup(creator, [creator, one]);
      // It must not be older than the group by the database's clock, which need not be ours (MSG-16).
      const create_time = await context.databaseTime(creator, one);
      const stored = await context.storeInGroup(one, groupId, { create_time });
      expectThat(stored.msg_id > 0, "a member's message is stored", "it is not");
      await context.expectNotStored(outsider, groupId);
      await context.expectNotStored(creator, context.unknownId());
      const seen = await context.history(creator, groupId, { type: GROUP });
      expectEqual(
        "history of a member",
        seen.map(({ msg_id }) => msg_id),
        [stored.msg_id],
      );
      expectEqual("history of an outsider", await context.history(outsider, groupId, { type: GROUP }), []);
    },
  }),

  defineDatabaseCase({
    id: "dbp.group-by-id-of-outsider",
    requirements: ["MSG-18"],
    level: "should",
    title: "gives an outsider none of a group's messages by id",
    sends: "0x030d of a member and of an outsider",
    why: "ids are numbers from 1: they are no secret",
    needs: threeUsers,
    async run(context) {
      const [creator, one, outsider] = await three(context);
      const groupId = await context.makeGroup(creator, [creator, one]);
      const { msg_id } = await context.storeInGroup(one, groupId);
      const fetched = async (user_id: number) =>
        (
          await context.ask(CommandId.CID_MSG_GET_BY_MSG_ID_REQ, {
            user_id,
            session_type: GROUP,
            session_id: groupId,
            msg_id_list: [msg_id],
          })
        ).msg_list.map((message) => message.msg_id);
      expectEqual("messages for a member", await fetched(creator), [msg_id]);
      expectEqual("messages for an outsider", await fetched(outsider), []);
    },
  }),

  defineDatabaseCase({
    id: "dbp.group-shield",
    requirements: ["GRP-09", "DBP-03"],
    level: "must",
    title: "keeps a member's shield of a group, gives it to those who ask before a push, and refuses a non-member",
    sends: "0x0409 of a member and of an outsider, 0x0711 for two members",
    why: "a group that was shielded would ring all the same",
    needs: threeUsers,
    async run(context) {
      const [creator, one, outsider] = await three(context);
      const groupId = await context.makeGroup(creator, [creator, one]);
      const shield = (user_id: number, shield_status: number) =>
        context.ask(CommandId.CID_GROUP_SHIELD_GROUP_REQUEST, { user_id, group_id: groupId, shield_status });
      expectEqual("result_code", (await shield(one, 1)).result_code, 0);
      expectEqual("result_code of a non-member", (await shield(outsider, 1)).result_code, 1);
      const { shield_status_list } = await context.ask(CommandId.CID_OTHER_GET_SHIELD_REQ, {
        group_id: groupId,
        user_id: [creator, one],
      });
      const statusOf = (userId: number) =>
        shield_status_list.find(({ user_id }) => user_id === userId)?.shield_status ?? 0;
      expectEqual("shields", [statusOf(creator), statusOf(one)], [0, 1]);
    },
  }),

  defineDatabaseCase({
    id: "dbp.group-session",
    requirements: ["GRP-11", "PUL-06"],
    level: "must",
    title: "gives the author of a group message a recent session at once, and the other members one within 6 s",
    sends: "a message to a new group; 0x0201 of two members",
    why: "the group comes up in everybody's list",
    needs: { accounts: 2 },
    async run(context) {
      const [creator, one] = (await context.userIds(0, 1)) as [number, number];
      const groupId = await context.makeGroup(creator, [creator, one]);
      const stored = await context.storeInGroup(creator, groupId);
      expectEqual(
        "last message in the author's session",
        (await context.session(creator, groupId, GROUP))?.latest_msg_id,
        stored.msg_id,
      );
      await context.eventually(
        "the other member's session",
        () => context.session(one, groupId, GROUP),
        (session) => session?.latest_msg_id === stored.msg_id,
        SWEEP_MS + context.timing.answerMs,
      );
    },
  }),
];

async function three(context: DatabaseContext): Promise<[number, number, number]> {
  return (await context.userIds(0, 1, 2)) as [number, number, number];
}

function ascending(a: number, b: number): number {
  return a - b;
}
