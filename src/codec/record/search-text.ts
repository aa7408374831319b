import protobuf from "protobufjs/light.js";
import { attachTypeName } from "../attach-data.js";
import { HEADER_SIZE, HeaderOffset } from "../pdu-header.js";
import { commandById, commandByObsoleteId, hexId } from "../registry.js";
import { messageType } from "../schema.js";
import { attachedMessage } from "./attachment.js";
import { audioText, messageText } from "./message-content.js";

/** Messages inside messages; as deep as the tree of `pduFields` goes. */
const DEPTH_MAX = 8;

interface FieldPlan {
  /** ` user_name=`, in small letters. */
  readonly label: string;
  readonly kind: "varint" | "enum" | "text" | "message" | "attach" | "content";
  readonly names: ReadonlyMap<number, string>;
  readonly messageName: string;
}

interface MessagePlan {
  readonly fields: readonly (FieldPlan | undefined)[];
  /** Field that says how content is to be read; 0 when there is none. */
  readonly contentTypeField: number;
}

const noNames: ReadonlyMap<number, string> = new Map();
const nothingKnown: MessagePlan = { fields: [], contentTypeField: 0 };
const plans = new Map<string, MessagePlan>();

/**
 * All that words may be looked for in a PDU, in small letters: ` user_name=user20 client_type=client_type_ios client_type=17 `.
 * Names of fields, values (those of enumerations as name and as number), decrypted text, and what attachments carry, with no
 * quotes and nothing cut off; `problem` where bytes cannot be read. Hot: it walks the bytes without making a record of them.
 */
export function searchText(pdu: Buffer, textKey?: string): string {
  if (pdu.length < HEADER_SIZE) return " problem ";
  const commandId = pdu.readUInt16BE(HeaderOffset.commandId);
  const command = commandById(commandId) ?? commandByObsoleteId(commandId);
  const walk = new Walk(pdu, commandId, textKey);
  walk.header();
  walk.message(command === undefined ? nothingKnown : planOf(command.messageName), HEADER_SIZE, pdu.length, 0);
  return `${walk.text} `.toLowerCase();
}

class Walk {
  text = "";
  /** Where the value read last ends. */
  #cursor = 0;

  constructor(
    private readonly pdu: Buffer,
    private readonly commandId: number,
    private readonly textKey: string | undefined,
  ) {}

  header(): void {
    const { pdu } = this;
    const length = pdu.readUInt32BE(HeaderOffset.length);
    this.text =
      ` length=${length} version=${pdu.readUInt16BE(HeaderOffset.version)} flag=${pdu.readUInt16BE(HeaderOffset.flag)}` +
      ` serviceid=${hexId(pdu.readUInt16BE(HeaderOffset.serviceId))} commandid=${hexId(this.commandId)}` +
      ` seqnum=${pdu.readUInt16BE(HeaderOffset.seqNum)} reserved=${pdu.readUInt16BE(HeaderOffset.reserved)}`;
    if (length !== pdu.length) this.text += " problem";
  }

  message(plan: MessagePlan, start: number, end: number, depth: number): void {
    let contentType = -1;
    let contentStart = -1;
    let contentEnd = -1;
    for (let at = start; at < end; at = this.#cursor) {
      const tag = this.#varint(at, end);
      const number = tag >>> 3;
      const wireType = tag & 7;
      if (tag < 0 || number === 0) return this.#problem();
      const field = plan.fields[number];
      if (wireType === 0) {
        const value = this.#varint(this.#cursor, end);
        if (value < 0) return this.#problem();
        this.#number(field, value);
        if (number === plan.contentTypeField) contentType = value;
        continue;
      }
      const size = wireType === 2 ? this.#varint(this.#cursor, end) : wireType === 1 ? 8 : wireType === 5 ? 4 : 0;
      const valueStart = this.#cursor;
      const valueEnd = valueStart + size;
      if (size < 0 || valueEnd > end || wireType > 5) return this.#problem();
      if (field?.kind === "content" && wireType === 2) {
        contentStart = valueStart;
        contentEnd = valueEnd;
      }
      if (wireType === 2) this.#bytes(field, valueStart, valueEnd, depth);
      else this.text += " unknown=";
      this.#cursor = valueEnd;
    }
    if (contentStart >= 0 && contentType >= 0) this.#content(contentType, contentStart, contentEnd);
  }

  #problem(): void {
    this.text += " problem";
  }

  #number(field: FieldPlan | undefined, value: number): void {
    if (field === undefined) this.text += ` unknown=${value}`;
    else if (field.kind === "enum")
      this.text += `${field.label}${field.names.get(value | 0) ?? ""}${field.label}${value}`;
    else this.text += field.label + value;
  }

  #bytes(field: FieldPlan | undefined, start: number, end: number, depth: number): void {
    if (field?.kind === "message" && depth < DEPTH_MAX) {
      this.text += `${field.label}${field.messageName}`;
      this.message(planOf(field.messageName), start, end, depth + 1);
    } else if (field?.kind === "attach" && depth < DEPTH_MAX) this.#attach(field, start, end, depth);
    else this.text += (field?.label ?? " unknown=") + this.pdu.toString("utf8", start, end);
  }

  #attach(field: FieldPlan, start: number, end: number, depth: number): void {
    const bytes = this.pdu.subarray(start, end);
    const { type, messageName, bodyStart } = attachedMessage(this.commandId, bytes);
    this.text += field.label;
    if (type !== undefined) this.text += `${attachTypeName(type)} handle=${bytes.readUInt32BE(4)}`;
    if (bodyStart === undefined) return;
    if (messageName === undefined) this.text += ` ${this.pdu.toString("utf8", start + bodyStart, end)}`;
    else this.message(planOf(messageName), start + bodyStart, end, depth + 1);
  }

  #content(msgType: number, start: number, end: number): void {
    const bytes = this.pdu.subarray(start, end);
    const text = messageText(msgType, bytes, this.textKey) ?? audioText(msgType, bytes);
    if (text !== null) this.text += ` ${text}`;
  }

  /** A varint's low 32 bits, or -1; leaves the cursor behind it. */
  #varint(at: number, end: number): number {
    const { pdu } = this;
    let value = 0;
    let shift = 0;
    for (let position = at; position < end && position < at + 10; position++) {
      const byte = pdu[position] as number;
      if (shift < 32) value |= (byte & 0x7f) << shift;
      shift += 7;
      if (byte < 0x80) {
        this.#cursor = position + 1;
        return value >>> 0;
      }
    }
    return -1;
  }
}

function planOf(messageName: string): MessagePlan {
  const known = plans.get(messageName);
  if (known !== undefined) return known;
  const type = messageType(messageName);
  const fields: (FieldPlan | undefined)[] = [];
  for (const field of type.fieldsArray) fields[field.id] = fieldPlan(field.resolve());
  const contentType = type.fields.msg_type ?? type.fields.latest_msg_type;
  const plan = { fields, contentTypeField: contentType?.id ?? 0 };
  plans.set(messageName, plan);
  return plan;
}

function fieldPlan({ name, type, resolvedType }: protobuf.Field): FieldPlan {
  const base = { label: ` ${name.toLowerCase()}=`, names: noNames, messageName: "" };
  if (resolvedType instanceof protobuf.Type) {
    return { ...base, kind: "message", messageName: resolvedType.fullName.slice(1) };
  }
  if (resolvedType instanceof protobuf.Enum) {
    const names = new Map(Object.entries(resolvedType.values).map(([value, number]) => [number, value]));
    return { ...base, kind: "enum", names };
  }
  if (name === "attach_data") return { ...base, kind: "attach" };
  if (name === "msg_data" || name === "latest_msg_data") return { ...base, kind: "content" };
  return { ...base, kind: type === "string" || type === "bytes" ? "text" : "varint" };
}
