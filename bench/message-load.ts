/** What the benches of the message path have in common: servers on the second core, and one client for all of them. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { CommandId } from "../src/codec/generated/commands.js";
import { loginPassword } from "../src/codec/password.js";
import { encodePdu } from "../src/codec/pdu.js";
import { readCommandId, serverLimits } from "../src/codec/pdu-header.js";
import type { Address } from "../src/net/address.js";
import { dial } from "../src/net/dial.js";
import type { PduLink } from "../src/net/pdu-link.js";

export interface MessageLoad {
  /** Even: they talk in pairs. */
  readonly connections: number;
  readonly measuredMs: number;
}

const WARM_UP_MS = 1000;
export const MESSAGE_SIZE_BYTES = 64;

export interface Server {
  readonly address: Address;
  readonly process: ChildProcess;
}

/** Pinned to the second core, so that the client has the first; where there is no taskset the system decides. */
export async function startServer(args: readonly string[], portOf: (line: string) => number): Promise<Server> {
  const child = spawn("taskset", ["-c", "1", process.execPath, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  child.stdout.resume();
  return { address: { host: "127.0.0.1", port: portOf(line) }, process: child };
}

/** @param options further ones of `ttk serve` */
export function startMsgServer(users: number, options: readonly string[] = []): Promise<Server> {
  const cluster = ["serve", "--ports", "auto", "--json", "-q", "--msg-servers", "1"];
  const limits = ["--users", String(users), "--messages-per-second", "0"];
  return startServer(["dist/cli/main.js", ...cluster, ...limits, ...options], (line) => {
    const { roles } = JSON.parse(line) as { roles: { role: string; address: string }[] };
    return Number(
      roles
        .find(({ role }) => role === "msg")
        ?.address.split(":")
        .at(-1),
    );
  });
}

export function startBareServer(): Promise<Server> {
  return startServer(["--import", "tsx", "bench/bare-server.ts"], Number);
}

/** Messages acked in a second, by connections that each keep `inFlight` messages on their way. */
async function measure(server: Server, load: MessageLoad, inFlight: number, logsIn: boolean): Promise<number> {
  const { connections, measuredMs } = load;
  let acked = 0;
  let isSending = true;
  const links: PduLink[] = [];
  for (let index = 0; index < connections; index++) {
    const message = encodePdu(CommandId.CID_MSG_DATA, {
      from_user_id: index + 1,
      to_session_id: (index ^ 1) + 1,
      msg_id: 0,
      create_time: 0,
      msg_type: 1,
      msg_data: Buffer.alloc(MESSAGE_SIZE_BYTES, 0x61),
    });
    let ready: () => void = () => {};
    const loggedIn = new Promise<void>((resolve) => {
      ready = resolve;
    });
    const link = await dial(
      server.address,
      { limits: serverLimits },
      {
        onPdu(from, bytes, start) {
          const commandId = readCommandId(bytes, start);
          if (commandId === CommandId.CID_LOGIN_RES_USERLOGIN) return ready();
          if (commandId !== CommandId.CID_MSG_DATA_ACK) return;
          acked++;
          if (isSending) from.sendBytes(message);
        },
        onClose() {},
      },
    );
    if (logsIn) {
      const credentials = { user_name: `user${index + 1}`, password: loginPassword("secret") };
      link.send(CommandId.CID_LOGIN_REQ_USERLOGIN, { ...credentials, online_status: 1, client_type: 1 }, 1);
      await loggedIn;
    }
    links.push(link);
    for (let n = 0; n < inFlight; n++) setImmediate(() => link.sendBytes(message));
  }
  await wait(WARM_UP_MS);
  const [before, startedMs] = [acked, performance.now()];
  await wait(measuredMs);
  const perSecond = ((acked - before) * 1000) / (performance.now() - startedMs);
  isSending = false;
  for (const link of links) link.destroy();
  return perSecond;
}

export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export async function rateOf(
  starting: Promise<Server>,
  load: MessageLoad,
  inFlight: number,
  logsIn: boolean,
): Promise<number> {
  const server = await starting;
  try {
    return await measure(server, load, inFlight, logsIn);
  } finally {
    server.process.kill();
    await once(server.process, "close");
  }
}

export function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? 0;
}
