import { type Command, Option } from "commander";
import { defaultRedialDelaysMs } from "../../net/persistent-link.js";
import { type FileServerLimits, fileServerLimits } from "../../server/file/file-server.js";
import { type MsgServerLimits, msgServerLimits } from "../../server/msg/msg-server-options.js";
import { countValue, scaleValue } from "../option-values.js";

export interface LimitOptions {
  readonly timeScale: number;
  /** Seconds. */
  readonly loginTimeout?: number;
  readonly pcIdleTimeout?: number;
  readonly mobileIdleTimeout?: number;
  readonly messagesPerSecond?: number;
  readonly p2pPerSecond?: number;
  readonly filesPerSecond?: number;
  readonly maxConnections?: number;
  /** Only from a configuration file. */
  readonly msgMaxConnections?: number;
  readonly maxConnectionRate?: number;
  readonly maxStrangers?: number;
  readonly maxPduBytes?: number;
  readonly maxOutboxBytes?: number;
  readonly maxPending?: number;
  readonly maxPendingPerClient?: number;
  readonly maxGroupMembers?: number;
  readonly maxNameChars?: number;
  readonly maxFileBytes?: number;
  readonly maxMsfsBytes?: number;
  readonly maxStoredBytes?: number;
  readonly maxUserFileBytes?: number;
  readonly maxFileTasks?: number;
  /** Days. */
  readonly keepFiles?: number;
  readonly maxGroupNameChars?: number;
  /** Seconds; only from a configuration file. */
  readonly fileTaskTimeout?: number;
}

const seconds = countValue(1, 86_400);
const COUNT_MAX = 1_000_000;
const BYTES_MAX = 1 << 30;
const BYTES_MIN = 1024;

/** What servers may be asked to hold and to wait for. */
export function addLimitOptions(command: Command): Command {
  return command
    .option(
      "--time-scale <x>",
      "of the three limits below and of waits before redialling: 0.1 for tests in a hurry",
      scaleValue,
      1,
    )
    .option("--login-timeout <s>", "msg_server closes who has not logged in by then (15)", seconds)
    .option("--pc-idle-timeout <s>", "msg_server closes a PC that is silent for so long (120)", seconds)
    .option("--mobile-idle-timeout <s>", "the same for a phone (300)", seconds)
    .option("--messages-per-second <n>", "accepted from one connection, 0 = any number (20)", countValue(0, COUNT_MAX))
    .option("--p2p-per-second <n>", "commands between users (0x0601), in the same way (100)", countValue(0, COUNT_MAX))
    .option(
      "--files-per-second <n>",
      "to send or store a file (0x0506, 0x050b, 0x050c), in the same way (100)",
      countValue(0, COUNT_MAX),
    )
    .option(
      "--max-connections <n>",
      "of clients, at each port that has any (20000, of logins and files 10000, of HTTP 1024)",
      countValue(1, COUNT_MAX),
    )
    .option("--max-connection-rate <n>", "new ones of clients in a second (10000)", countValue(1, COUNT_MAX))
    .option(
      "--max-strangers <n>",
      "connections that have not logged in; the oldest gives way (10000)",
      countValue(1, COUNT_MAX),
    )
    .option("--max-pdu-bytes <n>", "of a PDU from a client; more closes (1048576)", countValue(BYTES_MIN, BYTES_MAX))
    .option(
      "--max-outbox-bytes <n>",
      "held for a client that does not read (8388608)",
      countValue(BYTES_MIN, BYTES_MAX),
    )
    .option(
      "--max-pending <n>",
      "requests that wait for other servers, at each msg_server (200000)",
      countValue(1, COUNT_MAX),
    )
    .option(
      "--max-pending-per-client <n>",
      "those of one client; with so many it is not read until one is answered (64)",
      countValue(1, COUNT_MAX),
    )
    .option("--max-group-members <n>", "of a group that a client makes (5000)", countValue(1, 5000))
    .option("--max-group-name-chars <n>", "of its name (256)", countValue(1, 256))
    .option(
      "--max-name-chars <n>",
      "of a login name; a longer one is wrong without a look (16384)",
      countValue(1, 1 << 20),
    )
    .addOption(
      new Option("--max-file-bytes <n>", "that file_server and msfs take (4294967295 and 67108864)").argParser(
        countValue(1, 0xffffffff),
      ),
    )
    .option(
      "--max-msfs-bytes <n>",
      "of all files at msfs; what would not fit gets 507 (as many as the disk has)",
      countValue(1, Number.MAX_SAFE_INTEGER),
    )
    .option(
      "--max-stored-bytes <n>",
      "of all offline files at file_server; what would not fit is refused (107374182400)",
      countValue(1, Number.MAX_SAFE_INTEGER),
    )
    .option(
      "--max-user-file-bytes <n>",
      "the same of those that one user has sent (10737418240)",
      countValue(1, Number.MAX_SAFE_INTEGER),
    )
    .option(
      "--max-file-tasks <n>",
      "transfers at once at file_server, a tenth of them from one user (10000)",
      countValue(1, COUNT_MAX),
    )
    .option(
      "--keep-files <days>",
      "file_server deletes an offline file after so long, and it is listed no more (30)",
      countValue(1, 3650),
    );
}

export function msgLimits(options: LimitOptions): Partial<MsgServerLimits> {
  const { timeScale, loginTimeout, pcIdleTimeout, mobileIdleTimeout } = options;
  const scaledMs = (seconds: number | undefined, defaultMs: number) =>
    timeScale * (seconds === undefined ? defaultMs : seconds * 1000);
  return {
    loginTimeoutMs: scaledMs(loginTimeout, msgServerLimits.loginTimeoutMs),
    pcIdleTimeoutMs: scaledMs(pcIdleTimeout, msgServerLimits.pcIdleTimeoutMs),
    mobileIdleTimeoutMs: scaledMs(mobileIdleTimeout, msgServerLimits.mobileIdleTimeoutMs),
    presenceHealDelayMs: timeScale * msgServerLimits.presenceHealDelayMs,
    ...given("messagesPerSecondMax", options.messagesPerSecond),
    ...given("peerCommandsPerSecondMax", options.p2pPerSecond),
    ...given("fileRequestsPerSecondMax", options.filesPerSecond),
    ...given("connectionsMax", options.maxConnections ?? options.msgMaxConnections),
    ...given("connectionsPerSecondMax", options.maxConnectionRate),
    ...given("strangersMax", options.maxStrangers),
    ...given("clientPduSizeMaxBytes", options.maxPduBytes),
    ...given("clientOutboxSizeMaxBytes", options.maxOutboxBytes),
    ...given("pendingRequestsMax", options.maxPending),
    ...given("pendingPerClientMax", options.maxPendingPerClient),
    ...given("groupMembersMax", options.maxGroupMembers),
    ...given("groupNameMaxChars", options.maxGroupNameChars),
    ...given("userNameMaxChars", options.maxNameChars),
  };
}

/** RTE-11. */
export function redialDelaysMs({ timeScale }: LimitOptions): readonly number[] {
  return defaultRedialDelaysMs.map((delayMs) => timeScale * delayMs);
}

export function fileLimits(options: LimitOptions): Partial<FileServerLimits> {
  const { timeScale, fileTaskTimeout } = options;
  return {
    loginTimeoutMs: timeScale * fileServerLimits.loginTimeoutMs,
    ...given("fileSizeMaxBytes", options.maxFileBytes),
    ...given("storedMaxBytes", options.maxStoredBytes),
    ...given("storedPerSenderMaxBytes", options.maxUserFileBytes),
    ...given("tasksMax", options.maxFileTasks),
    ...given("offlineKeptMs", options.keepFiles === undefined ? undefined : options.keepFiles * 86_400_000),
    ...given("taskTimeoutMs", fileTaskTimeout === undefined ? undefined : fileTaskTimeout * 1000),
  };
}

function given<Name extends string>(name: Name, value: number | undefined): { readonly [name in Name]?: number } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [name in Name]?: number };
}
