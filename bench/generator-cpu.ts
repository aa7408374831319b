/** What a steady load costs the generator: 4,000 devices at 10,000 messages a second. */
import { withEchoServers } from "./echo-server.js";
import { startLoad } from "./load-process.js";
import { cpuMs, verdict, wait } from "./message-load.js";

export interface CpuOptions {
  readonly devices: number;
  readonly messagesPerSecond: number;
  readonly measuredMs: number;
}

const SETTLE_MS = 2000;
const MARGIN_MS = 2000;

export async function measureCpu(options: CpuOptions): Promise<void> {
  // Users with a PC alone, and users with a PC and a phone: three devices get each message of these.
  for (const devicesPerUser of [1, 2]) await measureWith(devicesPerUser, options);
}

async function measureWith(devicesPerUser: number, { devices, messagesPerSecond, measuredMs }: CpuOptions) {
  await withEchoServers(1, async ([port]) => {
    const seconds = Math.ceil((SETTLE_MS + measuredMs + MARGIN_MS) / 1000);
    const users = ["--users", String(devices / devicesPerUser), "--devices", String(devicesPerUser)];
    const plan = ["--rate", String(messagesPerSecond), "--duration", `${seconds}s`];
    const run = startLoad(["steady-chat", "--target", `127.0.0.1:${port}`, ...users, ...plan], "0");
    await run.steady;
    await wait(SETTLE_MS);
    const [fromMs, cpuFromMs] = [performance.now(), cpuMs(run)];
    await wait(measuredMs);
    const share = (cpuMs(run) - cpuFromMs) / (performance.now() - fromMs);
    const { metrics, delivery, summary } = await run.report;
    const sentPerSecond = metrics.msgs_sent?.rate ?? 0;
    // On a busy machine it may fall behind its plan; what it takes is then worked out.
    const cores = (share * messagesPerSecond) / sentPerSecond;
    console.log(
      `${devices} devices, ${devicesPerUser} each user, ${messagesPerSecond} messages/s: ${Math.round(sentPerSecond)} ` +
        `sent/s with ${(share * 100).toFixed(0)} % of a core, so ${cores.toFixed(2)} cores (less than one: ` +
        `${verdict(cores < 1)}); ${delivery.delivered} of ${delivery.expectedDeliveries} delivered, ` +
        `run ${summary.valid ? "valid" : "NOT VALID"}`,
    );
  });
}
