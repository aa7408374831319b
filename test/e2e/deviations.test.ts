import { afterAll, describe, expect, it } from "vitest";
import { CommandId } from "../../src/codec/generated/commands.js";
import { MsgType } from "../../src/codec/generated/enums.js";
import { type Address, parseAddress } from "../../src/net/address.js";
import { takeFingerprint } from "../../src/runner/conformance/take-fingerprint.js";
import type { CaseRole } from "../../src/scenarios/conformance/case-role.js";
import { telltales } from "../../src/scenarios/conformance/telltales.js";
import { seededRandom } from "../../src/scenarios/load/random.js";
import { type DeviationId, deviationIds } from "../../src/server/deviations.js";
import { logIn } from "../helpers/logged-in.js";
import { TtkProcess } from "../helpers/ttk-process.js";

const TIMEOUT_MS = 60_000;
const DEADLINE_MS = 30_000;
/** Most of the originals' ways show in that something does not come, and each is waited for beside four others. */
const TIMEOUT_FACTOR = 0.6;
const accounts = Array.from({ length: 200 }, (_, index) => ({ name: `user${index + 1}`, password: "secret" }));

const running = new Set<TtkProcess>();
afterAll(async () => {
  for (const one of running) one.kill();
  await Promise.all([...running].map((one) => one.end()));
});

interface Served {
  readonly server: TtkProcess;
  /** The nth server of that role. */
  at(role: string, port?: string, n?: number): Address;
}

async function serve(...options: string[]): Promise<Served> {
  const server = new TtkProcess(["serve", "--ports", "auto", "--json", ...options], { deadlineMs: DEADLINE_MS });
  running.add(server);
  const line = await server.line((text) => text.startsWith('{"ready"'));
  const { roles } = JSON.parse(line) as { roles: Record<string, string>[] };
  return {
    server,
    at: (role, port = "address", n = 0) =>
      parseAddress(roles.filter((each) => each.role === role)[n]?.[port] ?? "") as Address,
  };
}

async function end({ server }: Served): Promise<void> {
  server.signal("SIGTERM");
  expect(await server.end()).toBe(0);
}

/** Which role's servers show it: msg_servers, where they do. */
function roleOf(id: DeviationId): CaseRole {
  const roles = telltales.flatMap(({ id: each, cases }) => (each === id ? cases.map(({ role }) => role) : []));
  return roles.includes("msg") ? "msg" : (roles[0] ?? "msg");
}

/** What its telltale says of such a server. */
async function stateOf(id: DeviationId, role: CaseRole, { at }: Served): Promise<string | undefined> {
  const { fingerprint } = await takeFingerprint(
    telltales.filter((telltale) => telltale.id === id),
    {
      role,
      target: at(role, role === "login" ? "servers" : "address"),
      ...(role === "msg" ? { peer: at("msg", "address", 1) } : {}),
      ...(role === "login" ? { clients: at("login"), http: at("login", "http") } : {}),
      accounts,
      timeoutFactor: TIMEOUT_FACTOR,
      nowMs: () => Date.now(),
      random: seededRandom(1).next,
      signal: new AbortController().signal,
    },
  );
  return fingerprint.deviations.find((deviation) => deviation.id === id)?.state;
}

async function postNonsense(at: Address): Promise<string> {
  const url = `http://${at.host}:${at.port}/query/CreateGroup`;
  return fetch(url, { method: "POST", body: "{" }).then(
    () => "answered",
    () => "closed",
  );
}

/** How often the log says that there is no push_server, after two messages to an offline user. */
async function complaints({ server, at }: Served): Promise<number> {
  const { peer, userId } = await logIn(at("msg"), "user1");
  for (const text of ["one", "two"]) {
    await peer.request(CommandId.CID_MSG_DATA, {
      from_user_id: userId,
      to_session_id: 2,
      msg_id: 0,
      create_time: 0,
      msg_type: MsgType.MSG_TYPE_SINGLE_TEXT,
      msg_data: Buffer.from(text),
    });
  }
  await peer.close();
  server.signal("SIGTERM");
  await server.end();
  return server.stdout.split("no push_server is connected").length - 1;
}

/** To whom looks at the server alone: a http_msg_server needs a database and a route_server played around it. */
const shownByCases = telltales
  .filter(({ cases }) => cases.some(({ role }) => role !== "http-msg"))
  .map(({ id }) => id as DeviationId);

describe("ttk serve --deviate", { timeout: TIMEOUT_MS }, () => {
  it.concurrent.each(shownByCases)("%s, alone, changes what servers do as docs/deviations.md says", async (id) => {
    const role = roleOf(id);
    const served = await serve(...(role === "msg" ? ["--with", "file"] : [role]), "-q", "--deviate", id);
    expect(await stateOf(id, role, served)).toBe("deviates");
    await end(served);
  });

  it.concurrent.each([
    [[], "answered"],
    [["--deviate", "HMS-03"], "closed"],
  ])("HMS-03: bad JSON, with %j, is %s", async (options, outcome) => {
    const served = await serve("-q", "--with", "http-msg", ...options);
    expect(await postNonsense(served.at("http-msg"))).toBe(outcome);
    await end(served);
  });

  it.concurrent.each([
    [[], 0],
    [["--deviate", "PSH-03"], 2],
  ])("PSH-03: an absent push_server, with %j, costs %i log lines for two messages", async (options, lines) => {
    expect(await complaints(await serve(...options))).toBe(lines);
  });

  it("is tested for every deviation that there is", () => {
    expect(deviationIds.filter((id) => !shownByCases.includes(id))).toEqual(["PSH-03", "HMS-03"]);
  });
});
