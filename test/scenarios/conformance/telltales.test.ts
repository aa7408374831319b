import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { Fingerprint } from "../../../src/runner/conformance/fingerprint-result.js";
import { takeFingerprint } from "../../../src/runner/conformance/take-fingerprint.js";
import { telltales } from "../../../src/scenarios/conformance/telltales.js";
import { seededRandom } from "../../../src/scenarios/load/random.js";
import {
  type DeviationId,
  type Deviations,
  deviatingIn,
  deviationIds,
  strict,
  teamtalk,
} from "../../../src/server/deviations.js";
import { startLoginServer } from "../../../src/server/login/login-server.js";
import { startRouteServer } from "../../../src/server/route/route-server.js";
import { startTap } from "../../../src/tap/start-tap.js";
import { ReferenceCluster } from "../../helpers/reference-cluster.js";
import { startRoleServer } from "../../helpers/role-server.js";

const TIMEOUT_MS = 120_000;
/** As the command's own. */
const TIMEOUT_FACTOR = 0.4;
const LOOPBACK = { host: "127.0.0.1", port: 0 };
const CLUSTERS_AT_ONCE = 6;
const fixture = await readFile(fileURLToPath(new URL("../../../fixtures/reference.yaml", import.meta.url)), "utf8");
const accounts = Array.from({ length: 200 }, (_, index) => ({ name: `user${index + 1}`, password: "secret" }));

/** FRM-15 costs a cluster seconds, so it is looked for only where it matters. */
const light = telltales.filter(({ isHeavy }) => !isHeavy);

function environment() {
  return {
    accounts,
    timeoutFactor: TIMEOUT_FACTOR,
    nowMs: () => Date.now(),
    random: seededRandom(1).next,
    signal: new AbortController().signal,
  };
}

/** Deviations that clients of two msg_servers can see. */
const seenByClients = telltales.flatMap(({ id, cases }) =>
  cases.some(({ role }) => role === "msg") ? [id as DeviationId] : [],
);

async function ofCluster(deviates: Deviations, { hasPeer = true, known = telltales } = {}): Promise<Fingerprint> {
  const cluster = await ReferenceCluster.start({ fixture, deviates, msgServers: 2 });
  try {
    const { fingerprint } = await takeFingerprint(known, {
      ...environment(),
      target: cluster.msg(0),
      ...(hasPeer ? { peer: cluster.msg(1) } : {}),
    });
    return fingerprint;
  } finally {
    await cluster.stop();
  }
}

const withState = ({ deviations }: Fingerprint, ...wanted: string[]) =>
  deviations.filter(({ state }) => wanted.includes(state)).map(({ id }) => id);

/** MSG-24 says that attach_data is nowhere; a server that leaves it everywhere leaves it where MSG-03 speaks of it, too. */
const expectedOf = (id: DeviationId) => (id === "MSG-24" ? ["MSG-03", "MSG-24"] : [id]);

describe("telltales", () => {
  it("are one for each known deviation, in the same order, and say why when nothing can see it", () => {
    expect(telltales.map(({ id }) => id)).toEqual(deviationIds);
    const mute = telltales.filter(({ cases, unseen }) => (cases.length === 0) === (unseen === undefined));
    expect(mute.map(({ id }) => id)).toEqual([]);
    const foreign = telltales.filter(({ id, cases }) => cases.some(({ requirements }) => !requirements.includes(id)));
    expect(foreign.map(({ id }) => id)).toEqual([]);
  });

  it(
    "find nothing in a strict cluster, and all that clients can see in one that is as the originals are",
    async () => {
      const [found, original] = await Promise.all([ofCluster(strict), ofCluster(teamtalk)]);
      expect([found.dialect, withState(found, "deviates", "differs")]).toEqual(["strict", []]);
      expect(withState(found, "conforms")).toEqual(seenByClients);
      expect([original.dialect, withState(original, "deviates")]).toEqual(["teamtalk", seenByClients]);
      const unknown = original.deviations.filter(({ state }) => state === "unknown");
      expect(unknown.map(({ id, seen }) => [id, seen])).toContainEqual([
        "RTE-07",
        "shows on a route_server: --role route",
      ]);
    },
    TIMEOUT_MS,
  );

  it(
    "find exactly the one that a cluster has",
    async () => {
      const visible = seenByClients.filter((id) => light.some((telltale) => telltale.id === id));
      const waiting = [...visible];
      const found: Record<string, string[]> = {};
      const work = async () => {
        for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
          found[id] = withState(await ofCluster(deviatingIn([id]), { known: light }), "deviates", "differs", "unknown");
        }
      };
      await Promise.all(Array.from({ length: CLUSTERS_AT_ONCE }, work));
      const unseen = deviationIds.filter((id) => !seenByClients.includes(id));
      const inOrder = (ids: readonly string[]) => deviationIds.filter((id) => ids.includes(id));
      expect(found).toEqual(Object.fromEntries(visible.map((id) => [id, inOrder([...expectedOf(id), ...unseen])])));
    },
    TIMEOUT_MS,
  );

  it(
    "do not take a late answer for one that never comes",
    async () => {
      const cluster = await ReferenceCluster.start({ fixture, msgServers: 1 });
      // Later than a hurried look waits, and sooner than a patient one gives up.
      const rules = ["delay 700ms command=0x020d"];
      const tap = await startTap({ listen: LOOPBACK, to: cluster.msg(0), rules });
      try {
        const known = telltales.filter(({ id }) => id === "PRE-05");
        const { fingerprint } = await takeFingerprint(known, {
          ...environment(),
          timeoutFactor: 0.1,
          target: tap.address,
        });
        expect(fingerprint.deviations).toMatchObject([{ id: "PRE-05", state: "conforms" }]);
      } finally {
        await tap.stop();
        await cluster.stop();
      }
    },
    TIMEOUT_MS,
  );

  it(
    "say what a second msg_server is needed for",
    async () => {
      const { deviations } = await ofCluster(strict, { hasPeer: false, known: light });
      expect(deviations.find(({ id }) => id === "FRM-14")).toMatchObject({
        state: "unknown",
        seen: "shows between two msg_servers: --peer",
      });
    },
    TIMEOUT_MS,
  );

  it("tell a route_server and a login_server, too", async () => {
    for (const [deviates, state] of [
      [strict, "conforms"],
      [teamtalk, "deviates"],
    ] as const) {
      const route = await startRouteServer({ listen: LOOPBACK, deviates });
      const login = await startLoginServer({
        listen: { clients: LOOPBACK, http: LOOPBACK, servers: LOOPBACK },
        deviates,
      });
      try {
        const { clients = LOOPBACK, http = LOOPBACK, servers = LOOPBACK } = login.addresses;
        const routes = await takeFingerprint(telltales, {
          ...environment(),
          role: "route",
          target: route.addresses.servers ?? LOOPBACK,
        });
        const logins = await takeFingerprint(telltales, {
          ...environment(),
          role: "login",
          target: servers,
          clients,
          http,
        });
        const ids = [routes, logins].flatMap(({ fingerprint }) => withState(fingerprint, state));
        expect(ids).toEqual(["FRM-05", "RTE-02", "RTE-07", "LSV-02", "LSV-03"]);
      } finally {
        await route.stop(0);
        await login.stop(0);
      }
    }
  });

  it.each([
    ["conforms", "strict", strict],
    ["deviates", "teamtalk", teamtalk],
  ] as const)("tell that a http_msg_server %s", async (state, dialect, deviates) => {
    const server = await startRoleServer("http-msg", { deviates });
    try {
      const { fingerprint } = await takeFingerprint(telltales, {
        ...environment(),
        ...server.options,
        role: "http-msg",
        target: server.target,
      });
      expect([fingerprint.dialect, withState(fingerprint, state)]).toEqual([dialect, ["HMS-03"]]);
    } finally {
      await server.stop();
    }
  });
});
