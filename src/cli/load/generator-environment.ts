import { arch, cpus, release, totalmem, type } from "node:os";
import type { GeneratorEnvironment } from "../../runner/load/load-result.js";
import type { Host } from "../host.js";
import { version } from "../version.js";

/** This machine, as reports name it. */
export function generatorEnvironment(host: Host): GeneratorEnvironment {
  const cores = cpus();
  return {
    toolkit: version(),
    node: host.nodeVersion,
    system: `${type()} ${release()} ${arch()}`,
    cpuModel: cores[0]?.model.trim() ?? "unknown",
    cpus: cores.length,
    memoryBytes: totalmem(),
  };
}
