import { type FirstWords, firstWords } from "../../client/first-words.js";
import { type Address, DialError } from "../../client/peer.js";
import { CommandId } from "../../codec/generated/commands.js";
import { ClientFileRole, TransferFileType } from "../../codec/generated/enums.js";
import { encodePdu } from "../../codec/pdu.js";
import { quoted } from "../../codec/record/printable.js";
import { type CaseRole, named, type PortName } from "../../scenarios/conformance/case-role.js";
import { addressInWords } from "./address-words.js";

export interface HearOutOptions {
  readonly role: CaseRole;
  readonly port: PortName;
  readonly address: Address;
  readonly answerMs: number;
  /** After which servers beat by themselves on the links between them (RTE-09). */
  readonly heartbeatIntervalMs: number;
  readonly signal: AbortSignal;
}

/** What a port said, and the words for somebody who took it for one of another kind. */
export interface Heard {
  readonly kind: FirstWords["kind"] | "unreachable";
  /** Why what needs the port cannot be judged; `undefined` when PDUs come from it. */
  readonly problem: string | undefined;
}

/** An id that belongs to nobody. */
const NOBODY = 0x7fff_ffff;
const SHOWN_MAX_BYTES = 16;
const LINE_MIN_CHARS = 4;

/** Asks a port what any server of its kind answers, so that one that says nothing to all of it can be told from one with a fault. */
export async function hearOut(options: HearOutOptions): Promise<Heard> {
  const { role, port, address, answerMs, heartbeatIntervalMs, signal } = options;
  const isLink = port === "target" && role !== "msg" && role !== "msg-isolated";
  try {
    const words = await firstWords(address, questionFor(role, port), {
      connectTimeoutMs: answerMs,
      answerTimeoutMs: answerMs + (isLink ? heartbeatIntervalMs : 0),
      signal,
    });
    if (words.kind === "pdu") return { kind: "pdu", problem: undefined };
    return { kind: words.kind, problem: `${await inWords(words, options)}. ${whatToCheck(role, port)}` };
  } catch (error) {
    if (error instanceof DialError) return { kind: "unreachable", problem: error.message };
    throw error;
  }
}

function questionFor(role: CaseRole, port: PortName): Buffer {
  return Buffer.concat([encodePdu(CommandId.CID_OTHER_HEARTBEAT, {}, { seqNum: 1 }), furtherQuestion(role, port)]);
}

/** Leaves nothing behind that a case could see. */
function furtherQuestion(role: CaseRole, port: PortName): Buffer {
  const header = { seqNum: 2 };
  switch (role) {
    case "route": {
      const body = { user_id: NOBODY, user_id_list: [NOBODY] };
      return encodePdu(CommandId.CID_BUDDY_LIST_USERS_STATUS_REQUEST, body, header);
    }
    case "db":
      return encodePdu(CommandId.CID_MSG_UNREAD_CNT_REQUEST, { user_id: NOBODY }, header);
    case "login":
      return encodePdu(CommandId.CID_LOGIN_REQ_MSGSERVER, {}, header);
    case "file": {
      if (port === "clients") {
        const body = { user_id: NOBODY, task_id: "none", file_role: ClientFileRole.CLIENT_OFFLINE_DOWNLOAD };
        return encodePdu(CommandId.CID_FILE_LOGIN_REQ, body, header);
      }
      return encodePdu(
        CommandId.CID_OTHER_FILE_TRANSFER_REQ,
        {
          from_user_id: NOBODY,
          to_user_id: NOBODY,
          file_name: "none",
          file_size: 1,
          trans_mode: TransferFileType.FILE_TYPE_ONLINE,
        },
        header,
      );
    }
    default:
      return encodePdu(CommandId.CID_MSG_TIME_REQUEST, {}, header);
  }
}

async function inWords(words: Exclude<FirstWords, { readonly kind: "pdu" }>, options: HearOutOptions): Promise<string> {
  const { address, answerMs } = options;
  const at = addressInWords(address);
  if (words.kind === "foreign") return `${at} does not speak PDUs: what came is ${bytesInWords(words.bytes)}`;
  if (words.kind === "silent")
    return `${at} takes connections and says nothing: no PDU came within ${answerMs / 1000} s`;
  const isGone = await firstWords(address, Buffer.alloc(0), { connectTimeoutMs: answerMs, answerTimeoutMs: 0 }).then(
    () => false,
    (error: unknown) => error instanceof DialError,
  );
  const after = isGone ? ", and nobody listens there any more" : "";
  return `${at} takes connections and closes them without a word${after}`;
}

/** Of text, and of hex. */
const knownGreetings: readonly (readonly [RegExp, string])[] = [
  [/^HTTP\//, "HTTP"],
  [/^SSH-/, "SSH"],
  [/^-(?:ERR|NOAUTH|DENIED) /, "Redis"],
  [/^1[4-7]03/, "TLS"],
  [/^..0000000a/, "MySQL"],
];

/** As text up to the end of its line, or as hex, and whose language that is. */
function bytesInWords(bytes: Buffer): string {
  const [text, hex] = [bytes.toString("latin1"), bytes.toString("hex", 0, SHOWN_MAX_BYTES)];
  const line = /^[ -~]+/.exec(text)?.[0] ?? "";
  const isText = line.length >= Math.min(LINE_MIN_CHARS, bytes.length);
  const language = knownGreetings.find(([greeting]) => greeting.test(isText ? text : hex))?.[1];
  return `${isText ? quoted(line) : `the bytes ${hex}`}${language === undefined ? "" : ` (${language})`}`;
}

function whatToCheck(role: CaseRole, port: PortName): string {
  const isForClients = port === "clients" || role === "msg" || role === "msg-isolated";
  const dialledBy = isForClients ? "clients" : "msg_servers";
  return `Is it the port of ${named(role)} for ${dialledBy} (--role names other kinds), and is that server well?`;
}
