/**
 * What connections cost one msg_server on one core: logins a second, memory and idle CPU of many logged-in connections.
 * Against a bare net server (bench/bare-server.ts) with as many sockets and the very same client in the same run.
 * Linux: memory and CPU are read from /proc.
 *
 * npm run bench:connections [-- --devices 15000]
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { CommandId } from "../src/codec/generated/commands.js";
import { loginPassword } from "../src/codec/password.js";
import { readCommandId, serverLimits } from "../src/codec/pdu-header.js";
import { dial } from "../src/net/dial.js";
import type { PduLink } from "../src/net/pdu-link.js";
import { type Server, startBareServer, startMsgServer, wait } from "./message-load.js";

const { values } = parseArgs({ options: { devices: { type: "string", default: "15000" } } });
const devices = Number(values.devices);
/** A PC and a phone: presence is told to the half of them. */
const DEVICES_PER_USER = 2;
const AT_ONCE = 64;
const SETTLE_MS = 3000;
const IDLE_MS = 10_000;
const TICKS_PER_SECOND = 100;

interface Cost {
  readonly loginsPerSecond: number;
  readonly kibPerConnection: number;
  readonly idleCpuShare: number;
}

async function costOf(server: Server): Promise<Cost> {
  const pid = server.process.pid as number;
  await wait(SETTLE_MS);
  const emptyKib = rssKib(pid);
  const startedMs = performance.now();
  const links = await logIn(server);
  const loginsPerSecond = (devices * 1000) / (performance.now() - startedMs);
  await wait(SETTLE_MS);
  const kibPerConnection = (rssKib(pid) - emptyKib) / devices;
  const cpuBefore = cpuTicks(pid);
  await wait(IDLE_MS);
  const idleCpuShare = (cpuTicks(pid) - cpuBefore) / TICKS_PER_SECOND / (IDLE_MS / 1000);
  for (const link of links) link.destroy();
  server.process.kill();
  return { loginsPerSecond, kibPerConnection, idleCpuShare };
}

async function logIn(server: Server): Promise<PduLink[]> {
  const links: PduLink[] = [];
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < devices; index = next++) links.push(await logInOne(server, index));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return links;
}

async function logInOne({ address }: Server, index: number): Promise<PduLink> {
  let answered: () => void = () => {};
  const done = new Promise<void>((resolve) => {
    answered = resolve;
  });
  const link = await dial(
    address,
    { limits: serverLimits },
    {
      onPdu(_, bytes, start) {
        if (readCommandId(bytes, start) === CommandId.CID_LOGIN_RES_USERLOGIN) answered();
      },
      onClose() {},
    },
  );
  const user_name = `user${Math.floor(index / DEVICES_PER_USER) + 1}`;
  const client_type = index % DEVICES_PER_USER === 0 ? 0x01 : 0x11;
  link.send(
    CommandId.CID_LOGIN_REQ_USERLOGIN,
    { user_name, password: loginPassword("secret"), online_status: 1, client_type },
    1,
  );
  await done;
  return link;
}

function rssKib(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
}

/** User and system time, in ticks. */
function cpuTicks(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return Number(fields[11]) + Number(fields[12]);
}

const bare = await costOf(await startBareServer());
const served = await costOf(await startMsgServer(Math.ceil(devices / DEVICES_PER_USER), []));
console.log(`${devices} devices, ${AT_ONCE} at once`);
for (const [name, { loginsPerSecond, kibPerConnection, idleCpuShare }] of Object.entries({
  "bare sockets": bare,
  msg_server: served,
})) {
  console.log(
    `${name.padEnd(12)}  ${Math.round(loginsPerSecond)} logins/s, ${kibPerConnection.toFixed(1)} KiB a connection, ` +
      `${(idleCpuShare * 100).toFixed(1)} % of a core when idle`,
  );
}
console.log(
  `ratios        logins ${(served.loginsPerSecond / bare.loginsPerSecond).toFixed(2)}, ` +
    `memory ${(served.kibPerConnection / bare.kibPerConnection).toFixed(2)}`,
);
process.exit(0);
