import { Command, Option } from "commander";
import type { Address } from "../../net/address.js";
import { fingerprintText } from "../../reports/conformance/fingerprint-text.js";
import { takeFingerprint } from "../../runner/conformance/take-fingerprint.js";
import { type CaseRole, caseRoles } from "../../scenarios/conformance/case-role.js";
import { telltales } from "../../scenarios/conformance/telltales.js";
import { usageError } from "../command-error.js";
import { ExitCode } from "../exit-codes.js";
import type { Host } from "../host.js";
import { addressValue, scaleValue } from "../option-values.js";
import { conformProgress } from "./conform-progress.js";
import { addRolePortOptions, portsFor, type RolePortOptions } from "./role-ports.js";
import {
  addSuiteUserOptions,
  givenUsers,
  provisionedUsers,
  requireSensibleUsers,
  type SuiteUserOptions,
} from "./suite-users.js";
import { suiteWords } from "./suite-words.js";

interface FingerprintOptions extends RolePortOptions, SuiteUserOptions {
  readonly role: CaseRole;
  readonly peer?: Address;
  readonly timeoutFactor: number;
  readonly json?: boolean;
}

/** Of the suite's usual patience: what a server does not do within 2 s, it is taken not to do. */
const TIMEOUT_FACTOR = 0.4;

const examples = `
Examples:
  $ ttk conform fingerprint 127.0.0.1:8000 --peer 127.0.0.1:8001
  $ ttk conform fingerprint 127.0.0.1:8000 --provision mysql://root:pw@db/teamtalk --redis redis://db/1
  $ ttk conform fingerprint 127.0.0.1:8200 --role route
  $ ttk conform fingerprint 127.0.0.1:8400 --role http-msg --listen-db 127.0.0.1:10601
  $ ttk conform fingerprint 127.0.0.1:8000 --accounts staging.csv --json

Looks only for what the original servers are known to do differently (docs/deviations.md), by the cases that tell.
Exit codes: 0 something could be told, 3 nothing could, 5 the suite itself failed.`;

/** `ttk conform fingerprint`: which dialect a server speaks, and in which ways it deviates. */
export function fingerprintCommand(host: Host): Command {
  return addRolePortOptions(
    addSuiteUserOptions(new Command("fingerprint"))
      .description("which known deviations a server has, within seconds, and what each means")
      .argument("<address>", "host:port of the server", addressValue)
      .addOption(new Option("--role <role>", "what kind of server it is").choices(caseRoles).default("msg"))
      .option("--peer <address>", "another msg_server of the same cluster: some show only between two", addressValue)
      .option("--timeout-factor <x>", "of the suite's patience: 2 for a slow network", scaleValue, TIMEOUT_FACTOR)
      .option("--json", "as JSON"),
  )
    .addHelpText("after", examples)
    .action((address: Address, options: FingerprintOptions) => fingerprint(host, address, options));
}

async function fingerprint(host: Host, target: Address, options: FingerprintOptions): Promise<void> {
  const { role, peer, json } = options;
  if (peer !== undefined && role !== "msg") throw usageError("--peer is for msg_servers");
  const roles = [...new Set(telltales.flatMap(({ cases }) => cases.map((each) => each.role)))];
  if (!roles.includes(role))
    throw usageError(`--role ${role}: no known deviation shows there; give ${roles.join(", ")}`);
  requireSensibleUsers(role, options);
  const { accounts } = (await givenUsers(options, host)) ?? (await provisionedUsers(options, host));
  const found = await takeFingerprint(telltales, {
    role,
    target,
    ...portsFor(role, target, options),
    ...(peer === undefined ? {} : { peer }),
    accounts,
    timeoutFactor: options.timeoutFactor,
    nowMs: host.clock.nowMs,
    random: host.random,
    signal: host.signal,
    onEvent: conformProgress(host),
  });
  const { fingerprint: seen, target: where, cases } = found;
  const facts = { role, address: where.address, peer: where.peer, ...seen };
  host.stdout.write(json ? `${JSON.stringify(facts, null, 2)}\n` : fingerprintText(where, seen, suiteWords));
  if (host.signal.aborted) host.exitCode = ExitCode.interrupted;
  else if (cases.some(({ verdict }) => verdict === "errored")) host.exitCode = ExitCode.internal;
  else if (seen.dialect === "unknown") host.exitCode = ExitCode.blocked;
}
