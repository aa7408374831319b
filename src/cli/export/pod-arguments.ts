import { CommanderError } from "commander";
import { didYouMean } from "../../codec/did-you-mean.js";
import { loadScenarios } from "../../scenarios/load/load-scenarios.js";
import { usageError } from "../command-error.js";
import type { Host } from "../host.js";
import { isScenarioFile } from "../load/scenario-file/load-file.js";

/** Options that every command has. */
const common = /^(-q|--quiet|-v|--verbose|--debug)$/;

/** What pods know of a run that the manifests make. */
interface PodChoice {
  readonly load: readonly string[];
  /** One of somebody's own, which may have files in it. */
  readonly image: string | undefined;
  /** Users of the reference cluster. */
  readonly users: number;
}

/** As far as they matter here. */
interface PodOptions {
  readonly users?: number;
  readonly target?: unknown;
  readonly login?: unknown;
  readonly accounts?: string;
  readonly findMax?: unknown;
  readonly maxRate?: number;
}

/** @throws CommandError for what the pods would refuse once they run */
export async function requirePodArguments(host: Host, { load, image, users }: PodChoice): Promise<void> {
  const own = load.find((each) => /^--(segment|start-at|workers|seed|report)(=|$)/.test(each));
  if (own !== undefined) throw usageError(`${own} is what the Job says: leave it out behind --`);
  const { loadCommand } = await import("../commands/load.js");
  const command = loadCommand(host)
    .exitOverride()
    .configureOutput({ outputError: () => {} });
  const { operands, unknown } = parsed(() => command.parseOptions([...load]));
  const slip = unknown.find((each) => each.startsWith("-") && !common.test(each));
  const flags = command.options.flatMap(({ long }) => long ?? []);
  if (slip !== undefined) throw usageError(`ttk load has no option ${slip}${didYouMean(slip, flags)}`);
  const [scenario = "steady-chat"] = operands;
  if (!isScenarioFile(scenario) && !loadScenarios.has(scenario)) {
    throw usageError(`there is no load scenario "${scenario}"${didYouMean(scenario, [...loadScenarios.keys()])}`);
  }
  const options = command.opts<PodOptions>();
  if (options.findMax !== undefined && options.maxRate === undefined) {
    throw usageError(
      "--find-max needs --max-rate in pods: they do not hear of each other, and go through all rates up to it",
    );
  }
  const isOfCluster = options.target === undefined && options.login === undefined;
  if (isOfCluster && (options.users ?? 0) > users) {
    throw usageError(`--users ${options.users}: the reference cluster has ${users}, unless --users before -- says so`);
  }
  const file = [scenario, options.accounts].find((name) => name !== undefined && isFile(name));
  if (file !== undefined && image === undefined) {
    throw usageError(`${file} is not in the pods: name an image that has it with --image`);
  }
}

/** Accounts may be a pattern, `user{1..2000}`. */
function isFile(name: string): boolean {
  return isScenarioFile(name) || /\.(csv|json|ya?ml)$/i.test(name);
}

function parsed<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof CommanderError) throw usageError(error.message.replace(/^error: /, ""));
    throw error;
  }
}
