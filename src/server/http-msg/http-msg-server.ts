import type { IncomingMessage, ServerResponse } from "node:http";
import { CommandId } from "../../codec/generated/commands.js";
import { GroupModifyType, GroupType } from "../../codec/generated/enums.js";
import type { Address, ListenAddress } from "../../net/address.js";
import type { PersistentLinkOptions } from "../../net/persistent-link.js";
import { type DatabasePort, DatabaseUnavailableError } from "../db/database-port.js";
import { databaseAt } from "../db/remote-database.js";
import { type Deviations, strict } from "../deviations.js";
import { answer } from "../http-answer.js";
import { BodyTooLargeError, readBody } from "../http-body.js";
import { startHttpPort } from "../http-port.js";
import { linkInspection } from "../link-inspection.js";
import { pduTrace } from "../pdu-log.js";
import type { RunningRole } from "../running-role.js";
import { ServerLinks } from "../server-links.js";
import { type ServerLog, silentLog } from "../server-log.js";
import { BACK_OFFICE } from "../storage/storage.js";
import { changeMembersShape, createGroupShape, queryIn } from "./query.js";

export interface HttpMsgServerOptions {
  readonly listen: ListenAddress;
  /** A database in this process, or the db_proxy_servers to dial. */
  readonly database: DatabasePort | { readonly dbProxies: readonly Address[] };
  readonly routeServers: readonly Address[];
  readonly log?: ServerLog;
  readonly connectionsMax?: number;
  readonly requestTimeoutMs?: number;
  readonly bodySizeMaxBytes?: number;
  readonly serverLink?: Partial<PersistentLinkOptions>;
  readonly linksPerDbProxy?: number;
  readonly deviates?: Deviations;
}

interface QueryAnswer {
  readonly error_code: 0 | 1;
  readonly error_msg: string;
  readonly group_id?: number;
}

const CONNECTIONS_MAX = 1024;
const REQUEST_TIMEOUT_MS = 15_000;
const BODY_SIZE_MAX_BYTES = 1 << 20;
const HEADERS_SIZE_MAX_BYTES = 8 * 1024;

const failed = (error_msg: string): QueryAnswer => ({ error_code: 1, error_msg });

/** Starts an http_msg_server (HMS-01 … HMS-03): groups made and changed by back-office systems. @throws ListenError */
export async function startHttpMsgServer(options: HttpMsgServerOptions): Promise<RunningRole> {
  const { log = silentLog, deviates = strict, bodySizeMaxBytes = BODY_SIZE_MAX_BYTES } = options;
  const common = { role: "http-msg", log, link: { ...pduTrace("http-msg", log), ...options.serverLink } } as const;
  const database = databaseAt(options.database, { ...common, linksPerProxy: options.linksPerDbProxy });
  // What they say is news for msg_servers; nobody is logged in here.
  const routes = new ServerLinks({ ...common, to: "route_server", servers: options.routeServers }, {});
  const counts = { queriesDone: 0, queriesFailed: 0 };
  const queries = queriesOver(database, routes);

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const query = queries[(request.url ?? "").split("?")[0] ?? ""];
    if (query === undefined) return answer(response, { status: 404, body: failed("no such query") });
    if (request.method !== "POST") return answer(response, { status: 405, body: failed("use POST") });
    const json = parse(await readBody(request, bodySizeMaxBytes));
    if (json === undefined && deviates["HMS-03"]) {
      request.socket.destroy();
      return;
    }
    const result = json === undefined ? failed("the body is not JSON") : await query(json);
    counts[result.error_code === 0 ? "queriesDone" : "queriesFailed"]++;
    answer(response, { status: 200, body: result });
  };
  const http = await startHttpPort(
    {
      listen: options.listen,
      connectionsMax: options.connectionsMax ?? CONNECTIONS_MAX,
      requestTimeoutMs: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
      headersSizeMaxBytes: HEADERS_SIZE_MAX_BYTES,
    },
    (request, response) => {
      handle(request, response).catch((error: unknown) => {
        counts.queriesFailed++;
        if (error instanceof BodyTooLargeError) {
          return answer(response, { status: 413, body: failed("the body is too large") });
        }
        if (error instanceof DatabaseUnavailableError) {
          return answer(response, { status: 200, body: failed(`the database does not answer: ${error.message}`) });
        }
        // The client went away in the middle of its body.
        if ((error as NodeJS.ErrnoException).code === "ECONNRESET" || request.destroyed) return;
        throw error;
      });
    },
  ).catch(async (error) => {
    await database.stop(0);
    throw error;
  });
  routes.start();

  return {
    role: "http-msg",
    addresses: { http: http.address },
    counters: () => ({
      httpRequests: http.requests,
      httpRefused: http.refused,
      ...counts,
      databaseOpen: database.isOpen ? 1 : 0,
      routeLinks: routes.openCount,
      ...database.counters(),
    }),
    lacking: () => [...database.lacking, ...(routes.isOpen ? [] : ["route_server"])],
    inspection: {
      ...linkInspection([
        { to: "db", links: database.links ?? [] },
        { to: "route", links: routes.all },
      ]),
      deviationsChanged: () => database.deviationsChanged?.(),
    },
    stop: async (graceMs) => {
      await http.stop(graceMs);
      await database.stop(graceMs);
      routes.stop();
    },
  };
}

type Query = (json: unknown) => Promise<QueryAnswer>;

function queriesOver(database: DatabasePort, routes: ServerLinks): Readonly<Record<string, Query>> {
  return {
    /** HMS-01: of either type; a client could not make a normal one (GRP-01). */
    "/query/CreateGroup": async (json) => {
      const query = queryIn(json, createGroupShape);
      if (typeof query === "string") return failed(`missing: ${query}`);
      const group_type = Object.values(GroupType).find((type) => type === query.group_type);
      if (group_type === undefined) return failed("group_type is 1 or 2");
      const { result_code, group_id } = await database.request(CommandId.CID_GROUP_CREATE_REQUEST, {
        user_id: query.req_user_id,
        group_type,
        group_name: query.group_name,
        group_avatar: query.group_avatar,
        member_id_list: [...query.user_id_list],
      });
      if (result_code !== 0 || group_id === undefined) return failed("the group was not made");
      return { error_code: 0, error_msg: "", group_id };
    },

    /** HMS-02: members are told by way of route_server, on every msg_server (GRP-05). */
    "/query/ChangeMembers": async (json) => {
      const query = queryIn(json, changeMembersShape);
      if (typeof query === "string") return failed(`missing: ${query}`);
      const change_type = Object.values(GroupModifyType).find((type) => type === query.modify_type);
      if (change_type === undefined) return failed("modify_type is 1 or 2");
      const { group_id, req_user_id: user_id } = query;
      // Whoever asks may change any group, as by the original, and not only the user who made it (GRP-03, GRP-04).
      const changed = await database.request(CommandId.CID_GROUP_CHANGE_MEMBER_REQUEST, {
        user_id: BACK_OFFICE,
        change_type,
        group_id,
        member_id_list: [...query.user_id_list],
      });
      if (changed.result_code !== 0) return failed("nothing was changed");
      const { cur_user_id_list, chg_user_id_list } = changed;
      const notify = { user_id, change_type, group_id, cur_user_id_list, chg_user_id_list };
      routes.firstOpen?.send(CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY, notify);
      return { error_code: 0, error_msg: "" };
    },
  };
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}
