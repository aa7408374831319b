import { createServer } from "node:net";
import { CommandId } from "../../src/codec/generated/commands.js";
import { MsgType } from "../../src/codec/generated/enums.js";
import { type Address, parseAddress } from "../../src/net/address.js";
import { type LoggedIn, logIn } from "./logged-in.js";
import { TtkProcess } from "./ttk-process.js";
import { until } from "./until.js";

/** What a loaded machine may need until servers have found each other again. */
export const HEAL_MS = 15_000;

const running = new Set<TtkProcess>();
const devices: LoggedIn[] = [];

/** For afterEach: whatever happened, nothing stays behind. */
export async function endAll(): Promise<void> {
  for (const { peer } of devices.splice(0)) await peer.close();
  for (const one of running) one.kill();
  await Promise.all([...running].map((one) => one.end()));
  running.clear();
}

/** A server, a process of its own, that can be killed and started again at the same place. */
export class KillableServer {
  #process: TtkProcess | undefined;
  #admin = "";

  constructor(
    /** Where its arguments do not say it. */
    readonly at: string | undefined,
    private readonly args: readonly string[],
  ) {}

  start(): void {
    const common = ["--json", "--quiet", "--time-scale", "0.1", "--ready-timeout", "0"];
    const listen = this.at === undefined ? [] : ["--listen", this.at];
    this.#process = new TtkProcess(["serve", ...this.args, ...listen, ...common]);
    running.add(this.#process);
  }

  /** Its roles, with the addresses of each. */
  async ready(): Promise<readonly Readonly<Record<string, string>>[]> {
    const line = await this.#process?.line(() => true);
    const { roles } = JSON.parse(line ?? "") as { roles: Record<string, string>[] };
    this.#admin = roles[0]?.admin ?? "";
    return roles;
  }

  async counters(): Promise<Record<string, number>> {
    return (await (await fetch(`http://${this.#admin}/counters`)).json()) as Record<string, number>;
  }

  signal(signal: NodeJS.Signals): void {
    this.#process?.signal(signal);
  }

  /** Exit code, or the signal that ended it. */
  async end(): Promise<number | NodeJS.Signals | undefined> {
    return this.#process?.end();
  }

  async killNow(): Promise<void> {
    this.signal("SIGKILL");
    await this.end();
  }
}

/** Systems give these to nobody who connects: what is free of them is so until a server is started there. */
const FIRST_PORT = 20_000;
const PORTS = 12_000;

/** An address where nobody listens now. */
export async function freePort(): Promise<string> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((resolve) => server.close(resolve));
    return `127.0.0.1:${port}`;
  }
}

/** Logged in as soon as the msg_server there lets it (LGN-05). */
export async function device(at: string, name: string): Promise<LoggedIn> {
  let found: LoggedIn | undefined;
  await until(
    async () => {
      found = await logIn(parseAddress(at) as Address, name).catch(() => undefined);
      return found !== undefined;
    },
    `${name} logged in`,
    HEAL_MS,
  );
  devices.push(found as LoggedIn);
  return found as LoggedIn;
}

export function textTo(from: LoggedIn, to: LoggedIn, text: string) {
  return {
    from_user_id: from.userId,
    to_session_id: to.userId,
    msg_id: 0,
    create_time: 0,
    msg_type: MsgType.MSG_TYPE_SINGLE_TEXT,
    msg_data: Buffer.from(text),
  };
}

/** Sends one after the other's ack; returns the ids. */
export async function say(from: LoggedIn, to: LoggedIn, count: number): Promise<number[]> {
  const ids: number[] = [];
  for (let n = 0; n < count; n++) {
    const { msg_id } = await from.peer.request(CommandId.CID_MSG_DATA, textTo(from, to, `${n}`));
    ids.push(msg_id);
  }
  return ids;
}

/** The PDUs of the messages that a device was sent, in hex. */
export function received({ peer }: LoggedIn): (string | null)[] {
  return peer.trace
    .entries()
    .filter(({ event, command }) => event === "received" && command === "CID_MSG_DATA")
    .map(({ hex }) => hex);
}
