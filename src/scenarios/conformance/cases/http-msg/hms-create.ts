import { CommandId } from "../../../../codec/generated/commands.js";
import { GroupType } from "../../../../codec/generated/enums.js";
import { expectEqual } from "../../expect-that.js";
import { CREATE, defineHttpMsgCase, expectError, expectNoSuccess, made, notMade } from "../../http-msg-context.js";
import { successOf } from "../../http-words.js";

const MISSING = 1;
const UNKNOWN_TYPE = 3;
const QUERIES_AT_ONCE = 20;
/** Not app_key: the original servers take a missing one for an empty one, and check neither. */
const fields = ["req_user_id", "group_name", "group_type", "group_avatar", "user_id_list"] as const;

export const hmsCreateCases = [
  ...[
    { id: "normal", type: GroupType.GROUP_TYPE_NORMAL },
    { id: "temporary", type: GroupType.GROUP_TYPE_TMP },
  ].map(({ id, type }) =>
    defineHttpMsgCase({
      id: `hms.create.${id}`,
      requirements: ["HMS-01"],
      level: "must",
      title: `has the database make a ${id} group as it was asked for, and answers error_code 0 and the group's id`,
      sends: `POST ${CREATE} with group_type ${type}; the database answers 0x0406 with result 0 and an id`,
      why: "departments and projects get their groups from back-office systems",
      async run(context) {
        const query = context.createQuery({ group_type: type });
        const groupId = context.unknownId();
        const answered = context.post(CREATE, query);
        const asked = await context.expectCreation(query);
        const { group_name, group_type, group_avatar, member_id_list } = asked.body;
        expectEqual(
          "name, type and avatar",
          [group_name, group_type, group_avatar],
          [query.group_name, type, query.group_avatar],
        );
        expectEqual("members", [...member_id_list].sort(), [...query.user_id_list].sort());
        made(asked, groupId);
        expectEqual("group_id", successOf(await answered).group_id, groupId);
      },
    }),
  ),

  ...[
    { id: "chinese", words: "in Chinese", name: "研发一组", json: undefined },
    { id: "emoji", words: "with emoji", name: "🎉 team 👩‍👩‍👧", json: undefined },
    {
      id: "escaped",
      words: "written with escapes",
      name: '"研发" \\ 🎉',
      json: '\\"\\u7814\\u53d1\\" \\\\ \\ud83c\\udf89',
    },
  ].map(({ id, words, name, json }) =>
    defineHttpMsgCase({
      id: `hms.create.name.${id}`,
      requirements: ["HMS-01"],
      level: "must",
      title: `passes a group's name ${words} to the database as it is`,
      sends: `POST ${CREATE} with such a group_name, in UTF-8`,
      why: "names that are mangled once are mangled for every member",
      async run(context) {
        const word = context.uniqueWord();
        const query = context.createQuery({ group_name: `${word} ${name}` });
        const written = JSON.stringify({ ...query, group_name: "NAME" });
        const body = json === undefined ? query : written.replace("NAME", () => `${word} ${json}`);
        const answered = context.post(CREATE, body);
        const asked = await context.db.expect(CommandId.CID_GROUP_CREATE_REQUEST);
        expectEqual("group_name", asked.body.group_name, query.group_name);
        made(asked, 7);
        successOf(await answered);
      },
    }),
  ),

  ...fields.map((field) =>
    defineHttpMsgCase({
      id: `hms.create.missing.${field.replaceAll("_", "-")}`,
      requirements: ["HMS-01"],
      level: "must",
      title: `answers error_code ${MISSING} to CreateGroup without ${field}, and asks the database for nothing`,
      sends: `POST ${CREATE} without ${field}, then a whole query`,
      why: "a group of nobody, or without a name, would be there for good",
      async run(context) {
        const { [field]: _, ...rest } = context.createQuery();
        const answered = await context.post(CREATE, rest);
        expectError(answered, MISSING);
        await context.expectNothingElseAsked();
      },
    }),
  ),

  defineHttpMsgCase({
    id: "hms.create.unknown-type",
    requirements: ["HMS-01"],
    level: "must",
    title: "makes no group of a type that does not exist",
    sends: `POST ${CREATE} with group_type ${UNKNOWN_TYPE}, then a whole query`,
    why: "nobody could say who may change it",
    async run(context) {
      const answered = await context.post(CREATE, context.createQuery({ group_type: UNKNOWN_TYPE }));
      expectError(answered);
      await context.expectNothingElseAsked();
    },
  }),

  defineHttpMsgCase({
    id: "hms.create.refused",
    requirements: ["HMS-01"],
    level: "must",
    title: "answers an error_code that is not 0 when the database has not made the group",
    sends: `POST ${CREATE}; the database answers 0x0406 with result 1`,
    why: "the back office would go on with a group that does not exist",
    async run(context) {
      await context.create();
      const query = context.createQuery();
      const answered = context.post(CREATE, query);
      notMade(await context.expectCreation(query));
      expectError(await answered);
    },
  }),

  defineHttpMsgCase({
    id: "hms.create.answers-out-of-order",
    requirements: ["HMS-01"],
    level: "must",
    title: "carries a query out while the database is still busy with another, and gives each the id of its own group",
    sends: `POST ${CREATE} twice; the database answers the second one, and then the first one`,
    why: "one slow query must not hold up all others, and an id of another's group is worse than none",
    async run(context) {
      const query = context.createQuery();
      const [first, second] = [context.unknownId(), context.unknownId()];
      const answered = context.post(CREATE, query);
      const asked = await context.expectCreation(query);
      await context.create(context.createQuery(), second);
      made(asked, first);
      expectEqual("group_id of the first one", successOf(await answered).group_id, first);
    },
  }),

  defineHttpMsgCase({
    id: "hms.create.many-at-once",
    requirements: ["HMS-01"],
    level: "must",
    title: `carries out ${QUERIES_AT_ONCE} queries that come at the same time, each for itself`,
    sends: `${QUERIES_AT_ONCE} times POST ${CREATE} on as many connections; the database answers all of them, the last first`,
    why: "a reorganisation makes all its groups at once",
    async run(context) {
      const queries = Array.from({ length: QUERIES_AT_ONCE }, () => context.createQuery());
      const answers = queries.map((query) => context.post(CREATE, query));
      const ids = queries.map(() => context.unknownId());
      const asked = await Promise.all(queries.map((query) => context.expectCreation(query)));
      for (const [n, each] of [...asked.entries()].reverse()) made(each, ids[n] as number);
      const given = (await Promise.all(answers)).map((answered) => successOf(answered).group_id);
      expectEqual("group_ids", given, ids);
    },
  }),

  defineHttpMsgCase({
    id: "hms.create.answered-twice",
    requirements: ["HMS-01"],
    level: "must",
    title: "ignores an answer of the database that nobody waits for",
    sends: `POST ${CREATE}; the database answers it twice; POST ${CREATE}`,
    why: "answers that come too late are everyday life",
    async run(context) {
      const query = context.createQuery();
      const answered = context.post(CREATE, query);
      const asked = await context.expectCreation(query);
      made(asked, 7);
      successOf(await answered);
      made(asked, 8);
      await context.create();
    },
  }),

  defineHttpMsgCase({
    id: "hms.create.client-gone",
    requirements: ["HMS-01"],
    level: "must",
    title: "goes on when who asked has hung up before the answer",
    sends: `POST ${CREATE}, and a hang-up before the database answers; POST ${CREATE}`,
    why: "callers have timeouts of their own",
    async run(context) {
      const query = context.createQuery();
      const hangUp = new AbortController();
      const answered = context.post(CREATE, query, hangUp.signal);
      const asked = await context.expectCreation(query);
      hangUp.abort();
      await answered;
      made(asked, 7);
      await context.create();
    },
  }),

  defineHttpMsgCase({
    id: "hms.create.without-database",
    requirements: ["HMS-01"],
    level: "must",
    title:
      "answers an error_code that is not 0 while there is no database, and carries queries out again once it is back",
    sends: `the db_proxy_server goes away; POST ${CREATE}; it comes back; POST ${CREATE}`,
    why: "whoever waits for ever tries again, and again",
    waitsForTimeout: true,
    async run(context) {
      await context.precondition("no query is carried out", context.create());
      await context.whileAway(context.db, async () => {
        // It may take a moment until it has seen the end of the last link.
        const answered = await context.eventually(
          "a query that is answered without the database",
          () => context.post(CREATE, context.createQuery()),
          ({ status }) => status !== undefined,
        );
        expectError(answered);
      });
      await context.create();
    },
  }),

  defineHttpMsgCase({
    id: "hms.create.database-lost",
    requirements: ["HMS-01"],
    level: "must",
    title:
      "does not say that a group was made when the database was lost before it answered, and goes on with it later",
    sends: `POST ${CREATE}; the db_proxy_server goes away without an answer, and comes back; POST ${CREATE}`,
    why: "nobody knows whether it was made; a made-up id is worse than an error",
    waitsForTimeout: true,
    async run(context) {
      await context.precondition("no query is carried out", context.create());
      const query = context.createQuery();
      const answered = context.post(CREATE, query);
      await context.expectCreation(query);
      await context.restart(context.db);
      expectNoSuccess(await answered, "a query that the database never answered");
      await context.create();
    },
  }),
];
