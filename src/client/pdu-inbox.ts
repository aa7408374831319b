import type { CommandBody, CommandId } from "../codec/generated/commands.js";
import type { PduHeader } from "../codec/pdu-header.js";
import type { ProtocolError } from "../codec/protocol-error.js";
import { commandById, hexId } from "../codec/registry.js";
import { ExpectationError } from "./expectation-error.js";
import { Patience } from "./patience.js";

export interface ReceivedPdu<C extends CommandId = CommandId> {
  readonly commandId: C;
  readonly header: PduHeader;
  readonly seqNum: number;
  readonly body: CommandBody[C];
  /** The whole PDU; `body`'s bytes fields are views of it. */
  readonly bytes: Buffer;
}

/** A received PDU that breaks the schema: of no known command, or with an undecodable body. */
export interface MalformedPdu {
  readonly commandId: number;
  readonly error: ProtocolError;
}

/** Which PDU of a command is meant. */
export type Where<C extends CommandId> = (body: CommandBody[C], pdu: ReceivedPdu<C>) => boolean;

export interface ExpectOptions {
  readonly withinMs?: number;
  /** Which one of its kind is expected, in words: "from user 7". */
  readonly what?: string;
}

interface Waiter {
  readonly commandId: CommandId;
  readonly matches: (pdu: ReceivedPdu) => boolean;
  readonly resolve: (pdu: ReceivedPdu) => void;
  readonly reject: (actual: string) => void;
}

/** Kept for later expectations; a flood beyond either costs the peer its connection instead of eating memory. */
const INBOX_MAX = 100_000;
const INBOX_MAX_BYTES = 256 * 1024 * 1024;

/** What has come and was not taken yet, and who waits for what is still to come. */
export class PduInbox {
  readonly malformed: MalformedPdu[] = [];
  #waiters: Waiter[] = [];
  #pdus: ReceivedPdu[] = [];
  #bytes = 0;
  #end: string | undefined;

  constructor(
    private readonly label: string,
    private readonly answerTimeoutMs: number,
  ) {}

  get pdus(): readonly ReceivedPdu[] {
    return this.#pdus;
  }

  /** `false` when it is full: the PDU is not kept. */
  deliver(pdu: ReceivedPdu): boolean {
    const at = this.#waiters.findIndex(({ matches }) => matches(pdu));
    if (at >= 0) {
      this.#waiters.splice(at, 1)[0]?.resolve(pdu);
      return true;
    }
    if (this.#pdus.length >= INBOX_MAX || this.#bytes + pdu.bytes.length > INBOX_MAX_BYTES) return false;
    this.#pdus.push(pdu);
    this.#bytes += pdu.bytes.length;
    return true;
  }

  /** `false` when it is full. */
  deliverMalformed(commandId: number, error: ProtocolError): boolean {
    if (this.malformed.length >= INBOX_MAX) return false;
    this.malformed.push({ commandId, error });
    for (const waiter of this.#waiters.filter((each) => each.commandId === commandId)) {
      waiter.reject(`a ${nameOf(commandId)} that breaks the schema: ${error.message}`);
    }
    return true;
  }

  /** Nothing comes any more: whoever waits is told so. */
  end(words: string): void {
    this.#end = words;
    for (const waiter of [...this.#waiters]) waiter.reject(words);
  }

  /** Forgets everything, and whoever still waits waits no more. */
  clear(): void {
    for (const waiter of [...this.#waiters]) waiter.reject("nobody listens any more");
    this.#pdus = [];
    this.#bytes = 0;
    this.malformed.length = 0;
  }

  /** Of one command. */
  forget(commandId: CommandId): void {
    this.#pdus = this.#pdus.filter((pdu) => pdu.commandId !== commandId);
    this.#bytes = this.#pdus.reduce((bytes, pdu) => bytes + pdu.bytes.length, 0);
  }

  /** Takes the first PDU of the command that matches, kept or as it comes. @throws ExpectationError */
  expect<C extends CommandId>(
    commandId: C,
    where: Where<C> = () => true,
    { withinMs = this.answerTimeoutMs, what = "" }: ExpectOptions = {},
  ): Promise<ReceivedPdu<C>> {
    const expected = describe(commandId, what);
    const matches = (pdu: ReceivedPdu) =>
      pdu.commandId === commandId && where(pdu.body as CommandBody[C], pdu as ReceivedPdu<C>);
    const at = this.#pdus.findIndex(matches);
    if (at >= 0) {
      const [pdu] = this.#pdus.splice(at, 1) as [ReceivedPdu<C>];
      this.#bytes -= pdu.bytes.length;
      return Promise.resolve(pdu);
    }
    return new Promise((resolve, reject) => {
      const fail = (actual: string) => {
        endWait();
        this.#waiters = this.#waiters.filter((other) => other !== waiter);
        reject(new ExpectationError(`${expected} on ${this.label}`, actual));
      };
      const waiter: Waiter = {
        commandId,
        matches,
        reject: fail,
        resolve: (pdu) => {
          endWait();
          resolve(pdu as ReceivedPdu<C>);
        },
      };
      const silence = () => fail(`nothing of it within ${withinMs} ms; ${this.inWords()}`);
      const endWait = new Patience(withinMs).whenOver(silence);
      if (this.#end !== undefined) return fail(this.#end);
      this.#waiters.push(waiter);
    });
  }

  /** Nothing of the command that matches is kept. @throws ExpectationError */
  expectNone<C extends CommandId>(commandId: C, where: Where<C>, what: string): void {
    const unwanted = this.#pdus.find(
      (pdu) => pdu.commandId === commandId && where(pdu.body as CommandBody[C], pdu as ReceivedPdu<C>),
    );
    if (unwanted === undefined) return;
    throw new ExpectationError(
      `no ${describe(commandId, what)} on ${this.label}`,
      `${nameOf(commandId)} ${pduInWords(unwanted)}`,
    );
  }

  /** What is kept, by command. */
  inWords(): string {
    if (this.#pdus.length === 0 && this.malformed.length === 0) return "nothing else came";
    const counts = new Map<string, number>();
    for (const { commandId } of [...this.#pdus, ...this.malformed]) {
      counts.set(nameOf(commandId), (counts.get(nameOf(commandId)) ?? 0) + 1);
    }
    return `came: ${[...counts].map(([name, count]) => (count === 1 ? name : `${name} ×${count}`)).join(", ")}`;
  }
}

function describe(commandId: number, what: string): string {
  return `${nameOf(commandId)}${what === "" ? "" : ` ${what}`}`;
}

const WORDS_MAX = 200;

export function pduInWords({ seqNum, body }: ReceivedPdu): string {
  const text = JSON.stringify(body, (_, value) => (isBufferJson(value) ? `${value.data.length} bytes` : value));
  return `seq_num ${seqNum} ${text.length > WORDS_MAX ? `${text.slice(0, WORDS_MAX)}…` : text}`;
}

function isBufferJson(value: unknown): value is { type: "Buffer"; data: number[] } {
  return typeof value === "object" && value !== null && (value as { type?: unknown }).type === "Buffer";
}

export function nameOf(commandId: number): string {
  const name = commandById(commandId)?.name;
  return name === undefined ? `unknown command ${hexId(commandId)}` : `${hexId(commandId)} ${name}`;
}
