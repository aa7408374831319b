import type { RoleName } from "../../server/role-name.js";

interface ConfKind {
  readonly role: RoleName;
  /** `DBServerIP#` stands for DBServerIP1, DBServerIP2, …; `*_host` for one of any name. */
  readonly keys: readonly string[];
}

/** The original servers' configuration files, by name, and the keys that each may have (docs/spec/storage.md). */
export const confKinds: Readonly<Record<string, ConfKind>> = {
  "msgserver.conf": {
    role: "msg",
    keys: [
      "ListenIP",
      "ListenPort",
      "ConcurrentDBConnCnt",
      "DBServerIP#",
      "DBServerPort#",
      "LoginServerIP#",
      "LoginServerPort#",
      "RouteServerIP#",
      "RouteServerPort#",
      "PushServerIP#",
      "PushServerPort#",
      "FileServerIP#",
      "FileServerPort#",
      "IpAddr1",
      "IpAddr2",
      "MaxConnCnt",
      "aesKey",
    ],
  },
  "routeserver.conf": { role: "route", keys: ["ListenIP", "ListenMsgPort"] },
  "loginserver.conf": {
    role: "login",
    keys: [
      "ClientListenIP",
      "ClientPort",
      "HttpListenIP",
      "HttpPort",
      "MsgServerListenIP",
      "MsgServerPort",
      "msfs",
      "discovery",
    ],
  },
  "dbproxyserver.conf": {
    role: "db",
    keys: [
      "ListenIP",
      "ListenPort",
      "DBInstances",
      "CacheInstances",
      "*_host",
      "*_port",
      "*_dbname",
      "*_username",
      "*_password",
      "*_db",
      "MsfsSite",
      "aesKey",
      "ThreadNum",
      "*_maxconncnt",
    ],
  },
  "fileserver.conf": {
    role: "file",
    keys: [
      "Address",
      "FileServerIp",
      "ClientListenIP",
      "ListenPort",
      "ClientListenPort",
      "MsgServerListenIP",
      "MsgServerListenPort",
      "TaskTimeout",
    ],
  },
  "httpmsgserver.conf": {
    role: "http-msg",
    keys: [
      "ListenIP",
      "ListenPort",
      "ConcurrentDBConnCnt",
      "DBServerIP#",
      "DBServerPort#",
      "RouteServerIP#",
      "RouteServerPort#",
    ],
  },
  "msfs.conf": {
    role: "msfs",
    keys: ["ListenIP", "ListenPort", "BaseDir", "FileCnt", "FilesPerDir", "GetThreadCount", "PostThreadCount"],
  },
  "pushserver.conf": {
    role: "push",
    keys: ["ListenIP", "ListenPort", "CertPath", "KeyPath", "KeyPassword", "SandBox"],
  },
};

/** Whether a key fits one of the patterns. */
export function isAmong(patterns: readonly string[], key: string): boolean {
  return patterns.some((pattern) => {
    if (pattern.endsWith("#")) return new RegExp(`^${pattern.slice(0, -1)}\\d+$`).test(key);
    if (pattern.startsWith("*")) return key.endsWith(pattern.slice(1));
    return key === pattern;
  });
}
