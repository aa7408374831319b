import { expect, it } from "vitest";
import { stoppingLog } from "../../src/server/stopping-log.js";
import { ReferenceCluster } from "../helpers/reference-cluster.js";
import { until } from "../helpers/until.js";

function recordingLog() {
  const notes: string[] = [];
  const troubles: string[] = [];
  const into = (lines: string[]) => (_: string, text: string) => void lines.push(text);
  return { notes, troubles, log: { command: undefined, note: into(notes), trouble: into(troubles) } };
}

it("warns of links that are lost, and not of those that servers close when they are asked to stop", async () => {
  const { notes, troubles, log } = recordingLog();
  const cluster = await ReferenceCluster.start({ log, dbProxies: 1, routeServers: 2 });
  await cluster.stopOne("route", 1);
  await until(() => cluster.counters("msg").routeLinks === 1, "one route_server");
  expect(troubles).toContain("route_server link lost");
  troubles.splice(0);
  await cluster.stop(5000);
  await until(() => notes.filter((text) => text === "db_proxy_server link lost").length === 4, "the end of all links");
  expect(troubles).toEqual([]);
  expect(notes).toContain("route_server link lost");
});

it("goes on warning of all else", () => {
  const { notes, troubles, log } = recordingLog();
  stoppingLog(log, () => true).trouble("db", "storage failed", { error: "disk full" });
  expect({ notes, troubles }).toEqual({ notes: [], troubles: ["storage failed"] });
});
