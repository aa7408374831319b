import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CaseResult, ConformanceResult } from "../../src/runner/conformance/conformance-result.js";
import type { Verdict } from "../../src/runner/conformance/verdict.js";
import { allCases } from "../../src/scenarios/conformance/all-cases.js";
import { type CaseRole, roleFacts } from "../../src/scenarios/conformance/case-role.js";
import type { Cell } from "./cells.js";
import { freeAddress, type ReadyRole, Ttk } from "./served.js";
import { newStore, type Services, type Store } from "./stores.js";

export interface Judged {
  /** What each case of the cell came to. */
  readonly cases: readonly CaseResult[];
  readonly durationMs: number;
}

/** Verdicts that leave a cell sound. */
const good: ReadonlySet<Verdict> = new Set(["passed", "expected-failure", "supported", "unsupported"]);

/** Why a cell does not hold, a line for each case. */
export function problemsOf({ cases }: Judged): string[] {
  return cases
    .filter(({ verdict }) => !good.has(verdict))
    .map(({ id, verdict, reason, expected, actual }) => {
      return `${id}: ${verdict}: ${reason ?? `expected ${expected}; got ${actual}`}`;
    });
}

interface Pass {
  /** Options of `ttk serve`, and of `ttk conform`. */
  readonly serve: readonly string[];
  readonly conform: readonly string[];
}

/** Cases that wait for the time limits of clients run against a cluster whose limits are a twentieth, the others do not. */
const TIME_SCALE = "0.05";
const clusterPasses: readonly Pass[] = [
  { serve: [], conform: ["--skip", "slow"] },
  { serve: ["--time-scale", TIME_SCALE], conform: ["--only", "slow", "--time-scale", TIME_SCALE] },
];
const onePass: readonly Pass[] = [{ serve: [], conform: [] }];
const quickPass: readonly Pass[] = [{ serve: [], conform: ["--skip", "slow"] }];
/** What `ttk conform` refuses to skip is not there. */
const rolesWithSlowCases: ReadonlySet<CaseRole> = new Set(
  allCases.filter(({ tags }) => tags.includes("slow")).map(({ role }) => role),
);
/** Of the suite, which ends by itself long before. */
const SUITE_MAX_MS = 300_000;

export interface Patience {
  /** Of the suite's own. */
  readonly timeoutFactor: number;
  /** Leaves out the cases that wait for time limits. */
  readonly isQuick: boolean;
}

/** @throws NotStartedError */
export async function judgeCell(cell: Cell, services: Services, { timeoutFactor, isQuick }: Patience): Promise<Judged> {
  const startedMs = performance.now();
  const cases: CaseResult[] = [];
  const allPasses = cell.role === "msg" ? clusterPasses : onePass;
  const passes = isQuick && rolesWithSlowCases.has(cell.role) ? quickPass : allPasses;
  const patience = ["--timeout-factor", String(timeoutFactor)];
  for (const { serve, conform } of passes) {
    cases.push(...(await judgeOnce(cell, services, { serve, conform: [...conform, ...patience] })));
  }
  return { cases, durationMs: performance.now() - startedMs };
}

async function judgeOnce(cell: Cell, services: Services, pass: Pass): Promise<readonly CaseResult[]> {
  const folder = mkdtempSync(join(tmpdir(), "ttk-conform-all-"));
  const store = cell.storage === undefined ? undefined : await newStore(cell.storage, services);
  const report = join(folder, "report.json");
  const judged = cell.profile === "strict" ? ["--strict"] : ["--baseline", "teamtalk"];
  const suite = ["--role", cell.role, "--report", `json=${report}`, "--quiet", "--no-tui", ...judged, ...pass.conform];
  let server: Ttk | undefined;
  try {
    const place = roleFacts[cell.role].plays.length > 0 ? await surroundedPlace(cell.role) : undefined;
    const serve = place?.serve ?? serveWords(cell, store, folder);
    server = new Ttk(["serve", ...serve, "--json", "--quiet", "--profile", cell.profile, ...pass.serve]);
    const target = place?.conform ?? conformWords(cell, await server.ready());
    const conform = new Ttk(["conform", ...target, ...suite]);
    const code = await conform.end(SUITE_MAX_MS);
    const result = readReport(report);
    if (result === undefined) throw new Error(`ttk conform ended with ${code}: ${conform.lastWords}`);
    return result.cases.filter(({ verdict }) => verdict !== "skipped");
  } finally {
    await server?.stop();
    await store?.drop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function readReport(path: string): ConformanceResult | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as ConformanceResult;
  } catch {
    return undefined;
  }
}

function serveWords({ role, msgServers }: Cell, store: Store | undefined, folder: string): string[] {
  const common = ["--ports", "auto", "--data", join(folder, "files"), ...(store?.options ?? [])];
  if (role !== "msg") return [role, ...common];
  const around = msgServers === 1 ? [] : ["--db-proxies", "2", "--route-servers", "2"];
  return ["--with", "file", "--msg-servers", String(msgServers), ...around, ...common];
}

/** Where the suite finds what it judges. */
function conformWords({ role }: Cell, roles: readonly ReadyRole[]): string[] {
  const [first = {}, second] = roles.filter((each) => each.role === role);
  const at = (port: string) => first[port] ?? "";
  switch (role) {
    case "msg":
      return [at("address"), ...(second === undefined ? [] : ["--peer", `${second.address}`])];
    case "login":
      return [at("servers"), "--clients", at("address"), "--http", at("http")];
    case "file":
      return [at("servers"), "--clients", at("address")];
    default:
      return [at("address")];
  }
}

/** The server dials the suite, and the suite the server, so both need to know before where the other is. */
async function surroundedPlace(role: CaseRole): Promise<{ serve: string[]; conform: string[] }> {
  const { plays } = roleFacts[role];
  const [target = "", ...played] = await Promise.all(["", ...plays].map(freeAddress));
  const serveOption = { db: "db-proxy", route: "route", login: "login", file: "file-server", push: "push-server" };
  return {
    serve: [
      ...[role === "msg-isolated" ? "msg" : role, "--listen", target, "--ready-timeout", "0"],
      ...plays.flatMap((each, n) => [`--${serveOption[each]}`, played[n] ?? ""]),
    ],
    conform: [target, ...plays.flatMap((each, n) => [`--listen-${each}`, played[n] ?? ""])],
  };
}
