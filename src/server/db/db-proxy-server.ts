import { setTimeout as delay } from "node:timers/promises";
import { type CommandBody, CommandId } from "../../codec/generated/commands.js";
import type { IMMsgData } from "../../codec/generated/messages.js";
import { defaultTextKey } from "../../codec/text-content.js";
import type { ListenAddress } from "../../net/address.js";
import { type ListenOptions, listen } from "../../net/listen.js";
import type { PduLink } from "../../net/pdu-link.js";
import type { Clock } from "../clock.js";
import { type CommandHandlers, CommandIntake } from "../command-intake.js";
import { deviatingLink } from "../deviating-link.js";
import { type Deviations, strict } from "../deviations.js";
import { drainLinks } from "../drain-links.js";
import { linkCounters } from "../link-counters.js";
import { linkInspection } from "../link-inspection.js";
import { pduTrace } from "../pdu-log.js";
import type { RunningRole } from "../running-role.js";
import { serverLinkDefaults } from "../server-link.js";
import { type ServerLog, silentLog } from "../server-log.js";
import type { Storage } from "../storage/storage.js";
import { databaseCommands, databaseNotices } from "./commands/all-commands.js";
import type { DatabaseCommands, DatabaseContext } from "./commands/database-command.js";
import {
  type DatabaseNoticeId,
  type DatabaseRequestId,
  type DatabaseResponseBody,
  databaseResponse,
} from "./database-port.js";
import { failedDatabaseAnswers } from "./failed-answers.js";
import { PullTurns } from "./pull-turns.js";
import { StorageWatch } from "./storage-watch.js";

export interface DbProxyServerOptions {
  readonly listen: ListenAddress;
  readonly storage: Storage;
  readonly clock: Clock;
  readonly log?: ServerLog;
  readonly textKey?: string;
  /** How long file_servers keep offline files; for ever unless given. */
  readonly offlineKeptMs?: number;
  readonly link?: Partial<ListenOptions>;
  readonly deviates?: Deviations;
}

/** A stopping server reads on until nothing has come for so long: what was sent before the word reached its sender. */
const QUIET_MS = 100;
/** Requests and notices of one link under way; with so many it is not read until one of them is done. */
const PENDING_PER_LINK_MAX = 4096;

/** Starts a db_proxy_server (DBP-01 … DBP-03) over a storage. @throws ListenError */
export async function startDbProxyServer(options: DbProxyServerOptions): Promise<RunningRole> {
  const { storage, clock, log = silentLog, deviates = strict } = options;
  const { textKey = defaultTextKey, offlineKeptMs = Number.POSITIVE_INFINITY } = options;
  const context = { storage, clock, textKey, offlineKeptMs };
  const watch = new StorageWatch({ storage, role: "db", log });
  const work = new DatabaseWork(context, () => databaseCommands(deviates), watch);
  const intake = new CommandIntake("db", log, work.handlers());
  const linkOptions = deviatingLink({ ...serverLinkDefaults, ...pduTrace("db", log), ...options.link }, deviates);
  const listener = await listen(options.listen, linkOptions, () => ({
    onPdu: (link, bytes, start, end) => intake.handle(link, intake.note(link, bytes, start, end), bytes, start, end),
    onClose: (_, reason) => log.trouble("db", "msg_server link closed", { reason }),
  })).catch((error) => {
    watch.stop();
    throw error;
  });
  return {
    role: "db",
    addresses: { servers: listener.address },
    inspection: { ...linkInspection([], [{ listener }]), deviationsChanged: () => work.deviationsChanged() },
    counters: () => ({
      ...linkCounters(listener),
      ...intake.counters(),
      pendingStores: work.pending,
      failedStores: watch.failed,
    }),
    lacking: () => watch.lacking,
    stop: async (graceMs) => {
      listener.close();
      const endMs = performance.now() + graceMs;
      const leftMs = () => Math.max(0, endMs - performance.now());
      // DBP-04: what msg_servers have sent is still answered; what they would send goes elsewhere.
      for (const link of listener.connections) link.send(CommandId.CID_OTHER_STOP_RECV_PACKET, { result: 0 });
      let taken: number;
      do {
        taken = work.taken;
        if (listener.connections.size > 0) await delay(Math.min(QUIET_MS, leftMs()));
        await work.idle(leftMs());
      } while (work.taken > taken && leftMs() > 0);
      watch.stop();
      await drainLinks(listener.connections, leftMs());
    },
  };
}

/** Requests under way, which a stopping server finishes (OBS-03). */
class DatabaseWork {
  /** Requests and notices so far. */
  taken = 0;
  pending = 0;
  readonly #turns = new WeakMap<PduLink, PullTurns>();
  readonly #pendingOf = new WeakMap<PduLink, number>();
  #commands: DatabaseCommands;
  #whenIdle: (() => void) | undefined;

  constructor(
    private readonly context: DatabaseContext,
    private readonly makeCommands: () => DatabaseCommands,
    private readonly watch: StorageWatch,
  ) {
    this.#commands = makeCommands();
  }

  deviationsChanged(): void {
    this.#commands = this.makeCommands();
  }

  handlers(): CommandHandlers {
    const requests = Object.keys(databaseResponse).map((id) => [id, this.#answering(Number(id) as DatabaseRequestId)]);
    const notices = Object.keys(databaseNotices).map((id) => [id, this.#taking(Number(id) as DatabaseNoticeId)]);
    return Object.fromEntries([...requests, ...notices]) as CommandHandlers;
  }

  /** Resolves once nothing is under way, or after `graceMs`. */
  async idle(graceMs: number): Promise<void> {
    if (this.pending === 0) return;
    await new Promise<void>((resolve) => {
      this.#whenIdle = resolve;
      setTimeout(resolve, graceMs).unref();
    });
  }

  /** DBP-02: attach_data and seq_num go back unchanged. What the storage fails to serve is answered, too, where it can be. */
  #answering<C extends DatabaseRequestId>(commandId: C) {
    return (link: PduLink, body: CommandBody[C], seqNum: number): void => {
      this.taken++;
      const request = owned(body) as CommandBody[C] & { attach_data?: Buffer };
      const { attach_data } = request;
      const send = (body: DatabaseResponseBody<C>) => {
        link.send(databaseResponse[commandId], attach_data === undefined ? body : { ...body, attach_data }, seqNum);
      };
      const failed = (error: Error) => {
        const answer = failedDatabaseAnswers[commandId]?.(request);
        if (answer !== undefined) send(answer);
        throw error;
      };
      const ask = () => this.#commands[commandId](this.context, request);
      // MSG-09: messages are stored, and told, in the order they came.
      if (!isMessage(request))
        return this.#track(
          link,
          this.#turnsOf(link).take(async () => Promise.resolve(ask()).then(send, failed)),
        );
      const answer = ask();
      if (answer instanceof Promise) this.#track(link, answer.then(send, failed));
      else send(answer);
    };
  }

  #taking<C extends DatabaseNoticeId>(commandId: C) {
    return (link: PduLink, body: CommandBody[C]): void => {
      this.taken++;
      this.#track(link, databaseNotices[commandId](this.context, body));
    };
  }

  #track(link: PduLink, work: Promise<void>): void {
    this.pending++;
    this.#count(link, 1);
    const done = () => {
      this.pending--;
      this.#count(link, -1);
      if (this.pending === 0) this.#whenIdle?.();
    };
    work.then(done, (error: Error) => {
      this.watch.failure(error);
      done();
    });
  }

  #turnsOf(link: PduLink): PullTurns {
    const known = this.#turns.get(link) ?? new PullTurns(link);
    this.#turns.set(link, known);
    return known;
  }

  #count(link: PduLink, more: 1 | -1): void {
    const before = this.#pendingOf.get(link) ?? 0;
    this.#pendingOf.set(link, before + more);
    if (more === 1 && before + more === PENDING_PER_LINK_MAX) link.pause();
    else if (more === -1 && before === PENDING_PER_LINK_MAX) link.resume();
  }
}

/** The only request that has content. */
function isMessage(body: object): body is IMMsgData {
  return "msg_data" in body;
}

/** Byte fields are views of the link's read buffer, which the next read overwrites. */
function owned(body: object): object {
  const copy: Record<string, unknown> = { ...body };
  for (const [name, value] of Object.entries(copy)) if (Buffer.isBuffer(value)) copy[name] = Buffer.from(value);
  return copy;
}
