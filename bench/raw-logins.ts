/**
 * Logins over and over by the generator's devices: encoded, sent, awaited, decoded and timed each, one on its way for each
 * connection. From `dist`, as it is published. Prints nothing; ends with exit code 1 unless every one was answered.
 *
 * raw-logins PORT DEVICES LOGINS_EACH
 */
const built = <Module>(path: string): Promise<Module> => import(new URL(`../dist/${path}`, import.meta.url).href);
const { Device } = await built<typeof import("../src/client/device.js")>("client/device.js");
const { Trend } = await built<typeof import("../src/runner/load/metrics/metrics.js")>("runner/load/metrics/metrics.js");

const [port = 0, devices = 0, loginsEach = 0] = process.argv.slice(2).map(Number);
const durations = new Trend();

async function logIn(index: number): Promise<void> {
  const device = new Device({ clientType: "windows", heartbeatIntervalMs: 0 });
  await device.connect({ host: "127.0.0.1", port });
  for (let login = 0; login < loginsEach; login++) {
    const startedMs = performance.now();
    await device.login({ userName: `user${index + 1}`, password: "secret" });
    durations.recordMs(performance.now() - startedMs);
  }
  device.destroy();
}

await Promise.all(Array.from({ length: devices }, (_, index) => logIn(index)));
if (durations.count !== devices * loginsEach) process.exitCode = 1;
