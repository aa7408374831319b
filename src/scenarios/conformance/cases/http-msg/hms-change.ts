import { CommandId } from "../../../../codec/generated/commands.js";
import { GroupModifyType } from "../../../../codec/generated/enums.js";
import { expectEqual } from "../../expect-that.js";
import {
  CHANGE,
  changed,
  defineHttpMsgCase,
  expectError,
  type HttpMsgContext,
  notChanged,
} from "../../http-msg-context.js";
import { successOf } from "../../http-words.js";

const MISSING = 1;
const UNKNOWN_TYPE = 3;
/** Not app_key, as of CreateGroup. */
const fields = ["req_user_id", "group_id", "modify_type", "user_id_list"] as const;
const kinds = [
  { id: "add", words: "added", type: GroupModifyType.GROUP_MODIFY_TYPE_ADD },
  { id: "remove", words: "removed", type: GroupModifyType.GROUP_MODIFY_TYPE_DEL },
] as const;

export const hmsChangeCases = [
  ...kinds.map(({ id, words, type }) =>
    defineHttpMsgCase({
      id: `hms.change.${id}`,
      requirements: ["HMS-02"],
      level: "must",
      title: `has the database change the group as it was asked to when members are ${words}, and answers error_code 0 and has msg_servers told`,
      sends: `POST ${CHANGE} with modify_type ${type}; the database answers 0x0408 with result 0`,
      why: "people who join or leave a department must join or leave its group",
      async run(context) {
        const query = context.changeQuery({ modify_type: type });
        const answered = context.post(CHANGE, query);
        const asked = await context.expectChange(query);
        const { change_type, group_id, member_id_list } = asked.body;
        expectEqual("type and group", [change_type, group_id], [type, query.group_id]);
        expectEqual("members", [...member_id_list].sort(), [...query.user_id_list].sort());
        changed(asked, [context.unknownId()]);
        successOf(await answered);
        await context.expectNotice(query);
      },
    }),
  ),

  ...kinds.map(({ id, words, type }) =>
    defineHttpMsgCase({
      id: `hms.change.${id}.is-told`,
      requirements: ["HMS-02", "GRP-05", "FRM-14"],
      level: "must",
      title: `tells route_server of the members who were ${words} and of those who are left, as the database says, with seq_num 0`,
      sends: `POST ${CHANGE} with modify_type ${type}; the database answers 0x0408 with other members than were asked for`,
      why: "clients show old members until they are told, and msg_servers deliver to them",
      async run(context) {
        const query = context.changeQuery({ modify_type: type });
        const [current, newcomer] = [context.unknownId(), context.unknownId()];
        const answered = context.post(CHANGE, query);
        const asked = await context.expectChange(query);
        // One who was named was a member already, so only the other one is changed.
        const chg_user_id_list = query.user_id_list.slice(0, 1);
        changed(asked, [current, newcomer], chg_user_id_list);
        const { body, seqNum } = await context.expectNotice(query);
        expectEqual("change_type", body.change_type, type);
        expectEqual("changed members", body.chg_user_id_list, chg_user_id_list);
        expectEqual("current members", [...body.cur_user_id_list].sort(), [current, newcomer].sort());
        expectEqual("seq_num", seqNum, 0);
        successOf(await answered);
      },
    }),
  ),

  defineHttpMsgCase({
    id: "hms.change.told-once",
    requirements: ["GRP-05"],
    level: "should",
    title: "tells route_server of a change once",
    sends: `POST ${CHANGE} for one group, then for another`,
    why: "clients show a line in the chat each time",
    async run(context) {
      const query = context.changeQuery();
      await context.change(query);
      await expectNotTold(context, query);
    },
  }),

  defineHttpMsgCase({
    id: "hms.change.refused",
    requirements: ["HMS-02"],
    level: "must",
    title: "answers an error_code that is not 0 and tells nobody when the database has changed nothing",
    sends: `POST ${CHANGE}; the database answers 0x0408 with result 1; POST ${CHANGE} for another group`,
    why: "clients would show members who are none",
    async run(context) {
      const query = context.changeQuery();
      const answered = context.post(CHANGE, query);
      notChanged(await context.expectChange(query));
      expectError(await answered);
      await expectNotTold(context, query);
    },
  }),

  ...fields.map((field) =>
    defineHttpMsgCase({
      id: `hms.change.missing.${field.replaceAll("_", "-")}`,
      requirements: ["HMS-02", "HMS-01"],
      level: "must",
      title: `answers error_code ${MISSING} to ChangeMembers without ${field}, and asks the database for nothing`,
      sends: `POST ${CHANGE} without ${field}, then a whole query`,
      why: "with a field taken for 0 the wrong people leave the wrong group",
      async run(context) {
        const { [field]: _, ...rest } = context.changeQuery();
        const answered = await context.post(CHANGE, rest);
        expectError(answered, MISSING);
        await context.expectNothingElseAsked();
      },
    }),
  ),

  defineHttpMsgCase({
    id: "hms.change.unknown-type",
    requirements: ["HMS-02"],
    level: "must",
    title: "changes nothing for a modify_type that does not exist",
    sends: `POST ${CHANGE} with modify_type ${UNKNOWN_TYPE}, then a whole query`,
    why: "it is neither to add nor to remove",
    async run(context) {
      const answered = await context.post(CHANGE, context.changeQuery({ modify_type: UNKNOWN_TYPE }));
      expectError(answered);
      await context.expectNothingElseAsked();
    },
  }),

  defineHttpMsgCase({
    id: "hms.change.without-route",
    requirements: ["HMS-02"],
    level: "must",
    title: "carries a change out while there is no route_server, and tells of the next one once it is back",
    sends: `the route_server goes away; POST ${CHANGE}; it comes back; POST ${CHANGE}`,
    why: "the database has the members right, and clients pull them",
    waitsForTimeout: true,
    async run(context) {
      await context.precondition("no change is carried out", context.change());
      await context.whileAway(context.route, async () => {
        const query = context.changeQuery();
        const answered = context.post(CHANGE, query);
        changed(await context.expectChange(query), []);
        successOf(await answered);
      });
      await context.change();
    },
  }),
];

/** Nothing more is said of a group before a change of another one is told. */
async function expectNotTold(context: HttpMsgContext, { group_id }: { readonly group_id: number }): Promise<void> {
  await context.route.expectNothing(
    CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY,
    (body) => body.group_id === group_id,
    () => context.change(),
    `of group ${group_id}`,
  );
}
