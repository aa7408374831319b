import type { Address } from "../net/address.js";
import type { PersistentLinkOptions } from "../net/persistent-link.js";
import type { Clock } from "./clock.js";
import type { ClusterLayout } from "./cluster-layout.js";
import type { Deviations } from "./deviations.js";
import type { FileServerLimits } from "./file/file-server.js";
import type { ServiceLinks } from "./login/discovery-answer.js";
import type { MsgServerLimits } from "./msg/msg-server-options.js";
import type { PushOutlet } from "./push/push-outlet.js";
import type { ServerLog } from "./server-log.js";
import type { Storage } from "./storage/storage.js";

/** Servers that run elsewhere; the msg_servers of this cluster dial them beside those that run here. */
export interface RemoteServers {
  readonly login: readonly Address[];
  readonly route: readonly Address[];
  readonly db: readonly Address[];
  readonly file: readonly Address[];
  readonly push: readonly Address[];
}

export interface ClusterOptions {
  readonly layout: ClusterLayout;
  readonly remote?: Partial<RemoteServers>;
  /** What db_proxy_servers serve; where there is no db_proxy_server, what msg_servers use directly. */
  readonly storage: Storage;
  readonly clock: Clock;
  readonly log?: ServerLog;
  /** What login_server tells clients to dial; the host that a msg_server listens on unless given. */
  readonly advertiseHost?: string;
  /** A second address of the same servers; the first unless given. */
  readonly advertiseHost2?: string;
  /** What file_server has clients told to dial, in that order; `advertiseHost` unless given. */
  readonly fileAdvertiseHosts?: readonly string[];
  /** What differs from the defaults, for every msg_server. */
  readonly msgLimits?: Partial<MsgServerLimits>;
  readonly fileLimits?: Partial<FileServerLimits>;
  /** Connections of clients at each port of login_server, file_server, http_msg_server and msfs. */
  readonly clientsMax?: number;
  /** How many of them may come in a second, to login_server and file_server. */
  readonly clientsPerSecondMax?: number;
  /** Where file_server and msfs keep files, each in a folder of its own below. Needed by these two. */
  readonly folder?: string;
  /** Where msfs keeps files, when it is not below `folder`. */
  readonly msfsFolder?: string;
  /** What login_server hands out beside msg_servers; msfs of this cluster unless given. */
  readonly services?: Partial<ServiceLinks>;
  readonly msfsFileSizeMaxBytes?: number;
  readonly msfsFolderSizeMaxBytes?: number;
  readonly pushOutlet?: PushOutlet;
  readonly deviates?: Deviations;
  /** route_servers send only where a receiver is, and msg_servers tell them where that is for groups. */
  readonly smartRoute?: boolean;
  /** 32 bytes: for previews of pushes and placeholders of audio. */
  readonly textKey?: string;
  readonly linksPerDbProxy?: number;
  /** What differs from the defaults of links that are dialled. */
  readonly serverLink?: Partial<PersistentLinkOptions>;
  /** How long msg_servers may take to open their links; 0 does not wait. */
  readonly readyTimeoutMs?: number;
  /** Ends that waiting, and what has been started. */
  readonly signal?: AbortSignal;
}
