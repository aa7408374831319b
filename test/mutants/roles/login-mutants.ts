import { CommandId } from "../../../src/codec/generated/commands.js";
import { ResultType } from "../../../src/codec/generated/enums.js";
import { ignores, neverSends, sends, sendsHeader, takes } from "../fault-words.js";
import { answering, asking, droppingSome } from "./http-faults.js";
import { learnsLateOfClose, missesClose, none, staysOpen } from "./port-faults.js";
import type { RoleMutant } from "./role-mutant.js";

const REGISTRATION = CommandId.CID_OTHER_MSG_SERV_INFO;
const COUNT = CommandId.CID_OTHER_USER_CNT_UPDATE;
const OFFER = CommandId.CID_LOGIN_RES_MSGSERVER;

export const loginMutants: readonly RoleMutant[] = [
  { id: "registration-ignored", breaks: ["LSV-01"], ports: { target: () => ignores(REGISTRATION) } },
  { id: "counts-ignored", breaks: ["LSV-01"], ports: { target: () => ignores(COUNT) } },
  {
    id: "counts-backwards",
    breaks: ["LSV-01"],
    ports: { target: () => takes(COUNT, (body) => ({ ...body, user_action: 3 - body.user_action })) },
  },
  {
    id: "departures-ignored",
    breaks: ["LSV-01"],
    ports: { target: () => ignores(COUNT, ({ user_action }) => user_action === 2) },
  },
  {
    id: "addresses-swapped",
    breaks: ["LSV-01"],
    ports: { target: () => takes(REGISTRATION, (body) => ({ ...body, ip1: body.ip2, ip2: body.ip1 })) },
  },
  {
    id: "another-port",
    breaks: ["LSV-01"],
    ports: { target: () => takes(REGISTRATION, (body) => ({ ...body, port: body.port ^ 1 })) },
  },
  {
    id: "full-is-offered",
    breaks: ["LSV-03"],
    ports: { target: () => takes(REGISTRATION, (body) => ({ ...body, max_conn_cnt: 1_000_000 })) },
  },
  {
    id: "users-at-registration-ignored",
    breaks: ["LSV-01"],
    ports: { target: () => takes(REGISTRATION, (body) => ({ ...body, cur_conn_cnt: 0 })) },
  },
  { id: "lost-is-offered", breaks: ["LSV-04"], ports: { target: missesClose } },
  { id: "no-heartbeats", breaks: ["RTE-09"], ports: { target: () => neverSends(CommandId.CID_OTHER_HEARTBEAT) } },
  { id: "no-offer", breaks: ["LSV-02"], ports: { clients: () => neverSends(OFFER) } },
  {
    id: "offer-of-another-port",
    breaks: ["LSV-02"],
    ports: { clients: () => sends(OFFER, (body) => ({ ...body, port: (body.port ?? 0) ^ 1 })) },
  },
  {
    id: "offer-says-all-is-well",
    breaks: ["LSV-02"],
    ports: { clients: () => sends(OFFER, (body) => ({ ...body, result_code: ResultType.REFUSE_REASON_NONE })) },
  },
  { id: "offer-with-seq-zero", breaks: ["LSV-02"], ports: { clients: () => sendsHeader(() => ({ seqNum: 0 })) } },
  { id: "offer-stays-open", breaks: ["LSV-02"], ports: { clients: staysOpen } },

  { id: "lost-is-offered-for-a-while", breaks: ["LSV-04"], ports: { target: learnsLateOfClose } },
  { id: "silent-stays-open", breaks: ["RTE-09"], ports: { target: staysOpen } },
  {
    id: "nobody-known-reads-as-full",
    breaks: ["LSV-03"],
    ports: { http: () => answering((text) => text.replace(/"code": *1/, '"code": 2')) },
  },
  {
    id: "port-as-a-number",
    breaks: ["LSV-03"],
    // As long as before: the length stands in a header.
    ports: { http: () => answering((text) => text.replace(/"port": *"(\d+)"/, '"port":  $1 ')) },
  },
  {
    id: "whole-path-compared",
    breaks: ["LSV-03"],
    ports: { http: () => asking((text) => text.replace(/^GET \/msg_server[^ ]+/, "GET /elsewhere")) },
  },
  {
    id: "any-path-will-do",
    breaks: ["LSV-03"],
    ports: { http: () => asking((text) => text.replace(/^GET [^ ]+/, "GET /msg_server")) },
  },
  {
    id: "long-requests-read-whole",
    breaks: ["LSV-03"],
    ports: { http: () => asking((text) => text.replace(/X-Padding: x+\r\n/, "")) },
  },
  {
    id: "http-1.0-closed",
    breaks: ["LSV-03"],
    ports: {
      http: () => ({
        read(bytes, line) {
          if (!bytes.includes("HTTP/1.0")) return bytes;
          line.close();
          return none;
        },
      }),
    },
  },
  {
    id: "thirtieth-connection-dropped",
    breaks: ["LSV-03"],
    ports: { http: () => droppingSome(30) },
  },
];
