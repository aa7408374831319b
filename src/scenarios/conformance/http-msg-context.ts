import type { HttpAnswer, HttpRequest } from "../../client/http-exchange.js";
import type { PlayedPdu } from "../../client/played-server.js";
import { CommandId } from "../../codec/generated/commands.js";
import { GroupModifyType, GroupType } from "../../codec/generated/enums.js";
import { definer } from "./define-case.js";
import { expectEqual, expectThat } from "./expect-that.js";
import { type AnsweredJson, jsonOf, requestWith, successOf } from "./http-words.js";
import { answer, SurroundedContext } from "./surrounded-context.js";

export const CREATE = "/query/CreateGroup";
export const CHANGE = "/query/ChangeMembers";

/** HMS-01 */
export interface CreateGroupQuery {
  readonly app_key: string;
  readonly req_user_id: number;
  readonly group_name: string;
  readonly group_type: number;
  readonly group_avatar: string;
  readonly user_id_list: readonly number[];
}

/** HMS-02 */
export interface ChangeMembersQuery {
  readonly app_key: string;
  readonly req_user_id: number;
  readonly group_id: number;
  readonly modify_type: number;
  readonly user_id_list: readonly number[];
}

type Creation = PlayedPdu<typeof CommandId.CID_GROUP_CREATE_REQUEST>;
type Change = PlayedPdu<typeof CommandId.CID_GROUP_CHANGE_MEMBER_REQUEST>;

const DONE = 0;
const REFUSED = 1;
const asksDatabase = new Set<number>([CommandId.CID_GROUP_CREATE_REQUEST, CommandId.CID_GROUP_CHANGE_MEMBER_REQUEST]);

/**
 * What the bodies of a http_msg_server's cases use: the suite asks by HTTP, and is the database that is asked and the
 * route_server that is told. Requests stay below 1 KB, as back-office systems' are.
 */
export class HttpMsgContext extends SurroundedContext {
  createQuery(fields: Partial<CreateGroupQuery> = {}): CreateGroupQuery {
    return {
      app_key: "ttk",
      req_user_id: this.unknownId(),
      group_name: `ttk ${this.uniqueWord()}`,
      group_type: GroupType.GROUP_TYPE_NORMAL,
      group_avatar: "avatar.png",
      user_id_list: [this.unknownId(), this.unknownId()],
      ...fields,
    };
  }

  changeQuery(fields: Partial<ChangeMembersQuery> = {}): ChangeMembersQuery {
    return {
      app_key: "ttk",
      req_user_id: this.unknownId(),
      group_id: this.unknownId(),
      modify_type: GroupModifyType.GROUP_MODIFY_TYPE_ADD,
      user_id_list: [this.unknownId(), this.unknownId()],
      ...fields,
    };
  }

  exchange(request: HttpRequest, hangUp?: AbortSignal): Promise<HttpAnswer> {
    return this.environment.exchangeHttp("target", request, hangUp);
  }

  post(path: string, query: object | string, hangUp?: AbortSignal): Promise<HttpAnswer> {
    return this.exchange(postRequest(path, query), hangUp);
  }

  /** Takes the database's question for a query (0x0405). */
  expectCreation({ group_name }: CreateGroupQuery): Promise<Creation> {
    const isMeant = (body: { readonly group_name: string }) => body.group_name === group_name;
    return this.db.expect(CommandId.CID_GROUP_CREATE_REQUEST, isMeant, { what: `of ${group_name}` });
  }

  /** Takes the database's question for a query (0x0407). */
  expectChange({ group_id }: ChangeMembersQuery): Promise<Change> {
    const isMeant = (body: { readonly group_id: number }) => body.group_id === group_id;
    return this.db.expect(CommandId.CID_GROUP_CHANGE_MEMBER_REQUEST, isMeant, { what: `of group ${group_id}` });
  }

  /** Takes what msg_servers are told of a change (0x040b). */
  expectNotice({ group_id }: ChangeMembersQuery) {
    return this.route.expect(CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY, (body) => body.group_id === group_id, {
      what: `of group ${group_id}`,
    });
  }

  /** A query from end to end, which is carried out; resolves with the answer. @throws ExpectationError */
  async create(query = this.createQuery(), groupId = this.unknownId()): Promise<AnsweredJson> {
    const answered = this.post(CREATE, query);
    made(await this.expectCreation(query), groupId);
    const json = successOf(await answered);
    expectEqual("group_id", json.group_id, groupId);
    return json;
  }

  /** The same of a change of members, which msg_servers are told of. @throws ExpectationError */
  async change(query = this.changeQuery()): Promise<void> {
    const answered = this.post(CHANGE, query);
    changed(await this.expectChange(query), query.user_id_list);
    successOf(await answered);
    await this.expectNotice(query);
  }

  /** The server carries queries out, and has asked the database for nothing else in this case. */
  async expectNothingElseAsked(): Promise<void> {
    await this.create();
    const others = this.db.inbox.filter(({ commandId }) => asksDatabase.has(commandId));
    expectEqual(
      "what else it asked the database:",
      others.map(({ body }) => body),
      [],
    );
  }
}

export const defineHttpMsgCase = definer("http-msg", HttpMsgContext);

export function postRequest(path: string, query: object | string): Buffer {
  return requestWith(`POST ${path}`, "application/json", typeof query === "string" ? query : JSON.stringify(query));
}

/** The database has made the group. */
export function made(asked: Creation, group_id: number): void {
  const { user_id, group_name, member_id_list } = asked.body;
  const body = { user_id, result_code: DONE, group_id, group_name, user_id_list: member_id_list };
  answer(asked, CommandId.CID_GROUP_CREATE_RESPONSE, body);
}

/** The database has made none. */
export function notMade(asked: Creation): void {
  const { user_id, group_name } = asked.body;
  answer(asked, CommandId.CID_GROUP_CREATE_RESPONSE, { user_id, result_code: REFUSED, group_name, user_id_list: [] });
}

/** The database has changed these members, all that it was asked for unless given; who is a member now is said, too. */
export function changed(asked: Change, current: readonly number[], members?: readonly number[]): void {
  const { user_id, change_type, group_id, member_id_list } = asked.body;
  answer(asked, CommandId.CID_GROUP_CHANGE_MEMBER_RESPONSE, {
    user_id,
    change_type,
    result_code: DONE,
    group_id,
    cur_user_id_list: [...current],
    chg_user_id_list: [...(members ?? member_id_list)],
  });
}

export function notChanged(asked: Change): void {
  const { user_id, change_type, group_id } = asked.body;
  answer(asked, CommandId.CID_GROUP_CHANGE_MEMBER_RESPONSE, {
    user_id,
    change_type,
    result_code: REFUSED,
    group_id,
    cur_user_id_list: [],
    chg_user_id_list: [],
  });
}

/** An error with its code: any but 0, or a certain one. @throws ExpectationError */
export function expectError(answered: HttpAnswer, code?: number): void {
  const { error_code } = jsonOf(answered);
  if (code !== undefined) return expectEqual("error_code", error_code, code);
  expectThat(typeof error_code === "number" && error_code !== 0, "an error_code that is not 0", error_code);
}

/** An answer, where there is one, does not say that it was done. @throws ExpectationError */
export function expectNoSuccess({ body }: HttpAnswer, what: string): void {
  const text = body.toString("utf8");
  expectThat(!/"error_code"\s*:\s*0\b/.test(text), `no error_code 0 for ${what}`, text);
}
