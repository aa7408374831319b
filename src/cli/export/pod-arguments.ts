import { CommanderError } from "commander";
import { didYouMean } from "../../codec/did-you-mean.js";
import { loadScenarios } from "../../scenarios/load/load-scenarios.js";
import { usageError } from "../command-error.js";
import type { Host } from "../host.js";
import { isScenarioFile } from "../load/scenario-file/load-file.js";

/** Options that every command has. */
const common = /^(-q|--quiet|-v|--verbose|--debug)$/;

/**
 * What stands behind `ttk load` in pods that have an image of somebody's own, or Node.js and this package alone.
 * @throws CommandError for what they would refuse once they run
 */
export async function requirePodArguments(host: Host, load: readonly string[], hasImage: boolean): Promise<void> {
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
  if (command.opts<{ findMax?: unknown }>().findMax !== undefined) {
    throw usageError("--find-max cannot be parted into pods: they do not hear of each other");
  }
  const [scenario = "steady-chat"] = operands;
  if (isScenarioFile(scenario)) {
    if (!hasImage) throw usageError(`${scenario} is not in the pods: name an image that has it with --image`);
  } else if (!loadScenarios.has(scenario)) {
    throw usageError(`there is no load scenario "${scenario}"${didYouMean(scenario, [...loadScenarios.keys()])}`);
  }
}

function parsed<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof CommanderError) throw usageError(error.message.replace(/^error: /, ""));
    throw error;
  }
}
