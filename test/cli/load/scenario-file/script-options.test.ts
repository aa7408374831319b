import { readFileSync } from "node:fs";
import type { Options } from "k6/options";
import { describe, expect, it } from "vitest";
import { readScript } from "../../../../src/cli/load/scenario-file/script-options.js";
import { MetricBook, noteMetrics, Trend } from "../../../../src/runner/load/script/own-metrics.js";
import { usersOf } from "../../../../src/runner/load/script/script-plan.js";

const exec = () => {};

function read(options: Options | Record<string, unknown>, more: Record<string, unknown> = {}) {
  return readScript({ default: exec, options, ...more }, new MetricBook());
}

function executorOf(options: Options) {
  return read(options).script.scenarios[0]?.executor;
}

describe("readScript", () => {
  it("takes k6's shortcuts for the executors that they stand for", () => {
    expect(executorOf({})).toMatchObject({ executor: "shared-iterations", vus: 1, iterations: 1 });
    expect(executorOf({ vus: 3, iterations: 9 })).toMatchObject({
      executor: "shared-iterations",
      vus: 3,
      iterations: 9,
    });
    expect(executorOf({ vus: 3, duration: "1m30s" })).toMatchObject({
      executor: "constant-vus",
      startVus: 3,
      stages: [{ durationMs: 90_000, target: 3 }],
      gracefulStopMs: 30_000,
    });
    expect(executorOf({ stages: [{ duration: "5s", target: 4 }] })).toMatchObject({
      executor: "ramping-vus",
      startVus: 1,
    });
  });

  it("reads every executor, and gives each VU users of its own", () => {
    const { script } = read(
      {
        scenarios: {
          a: {
            executor: "constant-arrival-rate",
            rate: 30,
            timeUnit: "1m",
            duration: "2s",
            preAllocatedVUs: 2,
            maxVUs: 5,
          },
          b: {
            executor: "ramping-arrival-rate",
            stages: [{ duration: "2s", target: 9 }],
            preAllocatedVUs: 3,
            exec: "other",
          },
          c: { executor: "per-vu-iterations", vus: 4, startTime: "3s", gracefulStop: "0s" },
          d: { executor: "ramping-vus", startVUs: 0, stages: [{ duration: "2s", target: 6 }], gracefulRampDown: "1s" },
        },
        ext: { teamtalk: { usersPerVu: 2 } },
      },
      { other: exec, setup: exec },
    );
    const [a, b, c, d] = script.scenarios.map(({ executor }) => executor);
    expect(a).toMatchObject({ preAllocatedVus: 2, maxVus: 5, pace: { peakPerSecond: 0.5, durationMs: 2000 } });
    expect(b).toMatchObject({ maxVus: 3, pace: { acts: 9 } });
    expect(c).toMatchObject({ iterations: 1, startTimeMs: 3000, gracefulStopMs: 0 });
    expect(d).toMatchObject({ startVus: 0, gracefulRampDownMs: 1000 });
    expect(usersOf(script)).toBe(2 * (5 + 3 + 4 + 6 + 1));
  });

  it("reads thresholds on tags, of scenarios and of the file's own metrics", async () => {
    const book = new MetricBook();
    await noteMetrics(book, async () => new Trend("mine"));
    const thresholds = {
      "msg_ack_duration{scenario:default}": [
        "p(95)<50",
        { threshold: "max<9", abortOnFail: true, delayAbortEval: "5s" },
      ],
      "pull_duration{pull:users,team:red}": ["avg<1"],
      "mine{what:ever}": ["med<1"],
      "mine{'what': \"else's\"}": ["med<1"],
      "mine{ my.tag :1, 'of us' : 2}": ["med<1"],
      "iterations{team-color:red}": ["count>0"],
      checks: ["rate>0.9"],
    };
    const choice = readScript(
      { default: exec, options: { tags: { team: "red", "team-color": "red" }, thresholds } },
      book,
    );
    expect(choice.thresholds).toMatchObject([
      { metric: "msg_ack_duration{scenario:default}", aggregate: { percent: 95 }, abortOnFail: false },
      { expression: "max<9", abortOnFail: true, delayAbortEvalMs: 5000 },
      { metric: "pull_duration{pull:users,team:red}" },
      { metric: "mine{what:ever}" },
      { metric: "mine{what:else's}" },
      { metric: "mine{my.tag:1,of us:2}" },
      { metric: "iterations{team-color:red}" },
      { metric: "checks" },
    ]);
  });

  it("takes any name for a tag or a variable, also one that every object has", () => {
    const named = JSON.parse('{"__proto__":"red","constructor":"blue"}');
    const tagged = { vus: 1, iterations: 1, exec: "default", executor: "per-vu-iterations", tags: named, env: named };
    const { script } = readScript(
      { default: exec, options: { scenarios: { one: tagged }, tags: named } },
      new MetricBook(),
    );
    for (const read of [script.tags, script.scenarios[0]?.tags, script.scenarios[0]?.env]) {
      expect(JSON.stringify(read)).toBe(JSON.stringify(named));
    }
  });

  it.each([
    "hosts",
    "insecureSkipTLSVerify",
    "httpDebug",
    "batch",
    "rps",
    "cloud",
    "tlsAuth",
    "executionSegment",
    "userAgent",
  ])("refuses k6's %s by name, and says why", (name) => {
    expect(() => read({ [name]: "x" })).toThrow(new RegExp(`^options\\.${name}: cannot be used here: .{15}`));
  });

  it.each<[Record<string, unknown>, string]>([
    [{ ext: { loadimpact: {} } }, "options.ext.loadimpact: cannot be used here: there is no cloud to run in"],
    [
      { scenarios: { a: { executor: "constant-vus", duration: "1s", options: { browser: {} } } } },
      "options.scenarios.a.options.browser: cannot be used here: there is no browser",
    ],
    [{ treshholds: {} }, 'options.treshholds: there is no such option; did you mean "thresholds"?'],
    [{ duration: "soon" }, "options.duration: expected a duration from above 0s to 168h"],
    [{ vus: 0, duration: "1s" }, "options.vus: expected a whole number from 1"],
    [{ vus: 5, iterations: 2 }, "options.iterations: 2 iterations are too few for 5 VUs"],
    [
      { scenarios: { a: { executor: "constant-vuss" } } },
      'there is no executor "constant-vuss"; did you mean "constant-vus"?',
    ],
    [
      { scenarios: { a: { executor: "externally-controlled" } } },
      "options.scenarios.a.executor: externally-controlled cannot be used here: only the keys",
    ],
    [
      { scenarios: { a: { executor: "constant-arrival-rate", rate: 0, duration: "1s", preAllocatedVUs: 1 } } },
      "options.scenarios.a.rate: expected a number from 0.001",
    ],
    [
      { thresholds: { errors: [{ threshold: "count<1", abortOnFail: "true" }] } },
      'options.thresholds["errors"].abortOnFail: expected true or false, not "true"',
    ],
    [
      { metricSamplesBufferSize: 9 },
      "options.metricSamplesBufferSize: cannot be used here: values are counted as they come",
    ],
    [{ thresholds: { errors: ["cont<1"] } }, 'or p(N); did you mean "count"?'],
    [{ scenarios: { a: { executor: "constant-vus" } } }, "options.scenarios.a.duration: is missing"],
    [
      { scenarios: { a: { executor: "constant-vus", duration: "1s", rate: 4 } } },
      "options.scenarios.a.rate: there is no such option",
    ],
    [{ scenarios: { a: { executor: "constant-vus", duration: "1s", exec: "b" } } }, 'the file exports no function "b"'],
    [{ scenarios: { a: {} }, vus: 2 }, "options.vus: a scenario says that: leave out one of them"],
    [{ thresholds: { msgs_lst: ["count==0"] } }, 'there is no metric "msgs_lst"; did you mean "msgs_lost"?'],
    [{ thresholds: { "msgs_lost{scenario:default}": ["count==0"] } }, "msgs_lost is kept for the whole run only"],
    [{ thresholds: { "errors{scenario:b}": ["count==0"] } }, 'nothing has the scenario "b"'],
    [{ thresholds: { errors: ["p(95)<1"] } }, "errors is a counter: it has count, rate"],
    [{ summaryTrendStats: ["p95"] }, "options.summaryTrendStats[0]: expected one of avg"],
  ])("says what is wrong with %j", (options, text) => {
    expect(() => read(options)).toThrow(text);
  });

  it("says all that is wrong at once", () => {
    expect(() => read({ vus: -1, hosts: {}, thresholds: { a: ["b"] } })).toThrow(
      /options\.hosts.*; options\.vus.*; .*"a"/,
    );
  });

  it("lets the command line's shortcuts replace the file's scenarios, as k6 does", () => {
    const options = { scenarios: { a: { executor: "constant-vus", duration: "9m" } } };
    const { script } = readScript({ default: exec, options }, new MetricBook(), { vus: 7, durationMs: 2000 });
    expect(script.scenarios).toMatchObject([
      { name: "default", executor: { startVus: 7, stages: [{ durationMs: 2000 }] } },
    ]);
  });

  it("lets --vus alone change the file's vus, and leaves how long it says, as k6 does", () => {
    const withVus = (options: Options) => readScript({ default: exec, options }, new MetricBook(), { vus: 7 });
    expect(withVus({ vus: 2, duration: "30s" }).script.scenarios[0]?.executor).toMatchObject({
      executor: "constant-vus",
      startVus: 7,
      stages: [{ durationMs: 30_000 }],
    });
    expect(withVus({ iterations: 20 }).script.scenarios[0]?.executor).toMatchObject({ vus: 7, iterations: 20 });
    const scenarios = { a: { executor: "constant-vus", duration: "9m" } } as const;
    expect(() => withVus({ scenarios })).toThrow("options.vus: a scenario says that");
  });

  it("takes null for what is not given, as k6 does", () => {
    const nothing = { vus: null, iterations: null, duration: null, stages: null, scenarios: null, hosts: null };
    expect(read(nothing).script.scenarios).toMatchObject([
      { name: "default", executor: { executor: "shared-iterations", vus: 1, iterations: 1 } },
    ]);
    const scenarios = { a: { executor: "constant-arrival-rate", rate: null, duration: null, preAllocatedVUs: null } };
    expect(() => read({ scenarios })).toThrow(
      "a.rate: is missing; options.scenarios.a.duration: is missing; options.scenarios.a.preAllocatedVUs: is missing",
    );
  });

  it("has a fate for each of k6's options: it is used, or refused with the reason", () => {
    const types = readFileSync(
      new URL("../../../../node_modules/@types/k6/options/index.d.ts", import.meta.url),
      "utf8",
    );
    const [, fields = ""] = /export interface Options \{([\s\S]*?)\n\}/.exec(types) ?? [];
    const names = [...fields.matchAll(/^ {4}(\w+)\?:/gm)].map(([, name]) => name as string);
    expect(names.length).toBeGreaterThan(40);
    const unknown = names.filter((name) => {
      try {
        read({ [name]: "x" });
        return false;
      } catch (error) {
        return (error as Error).message.includes("there is no such option");
      }
    });
    expect(unknown).toEqual([]);
  });

  it("leaves out setup and teardown, and the VU for them, where noSetup and noTeardown say so", () => {
    const hooks = { setup: exec, teardown: exec };
    expect(read({ noSetup: true }, hooks).script).toMatchObject({ setup: undefined, teardown: exec, hookVus: 1 });
    const neither = read({ noSetup: true, noTeardown: true }, hooks).script;
    expect(neither).toMatchObject({ setup: undefined, teardown: undefined, hookVus: 0 });
  });

  it("reads what k6 has no word for, and has a value for what is left out", () => {
    const given = read({
      ext: {
        teamtalk: {
          usersPerVu: 3,
          messageSizeBytes: 200,
          encrypted: true,
          audioShare: 0.25,
          finalCheckShare: 1,
          groupsMax: 0,
          groupMembersMax: 2,
        },
      },
    });
    expect(given).toMatchObject({
      messageSize: { fromBytes: 200, toBytes: 200 },
      isEncrypted: true,
      audioShare: 0.25,
      finalCheckShare: 1,
      script: { usersPerVu: 3, groupsMax: 0, groupMembersMax: 2 },
    });
    const usual = read({ ext: { teamtalk: {} } });
    expect(usual).toMatchObject({ script: { usersPerVu: 1, groupsMax: 1000, groupMembersMax: 100 } });
    for (const name of ["messageSize", "isEncrypted", "audioShare", "finalCheckShare"] as const) {
      expect(usual[name]).toBeUndefined();
    }
  });

  it.each([
    [{ usersPerVu: 0 }, "usersPerVu"],
    [{ usersPerVu: 1.5 }, "usersPerVu"],
    [{ usersPerVu: 101 }, "usersPerVu"],
    [{ messageSizeBytes: 4097 }, "messageSizeBytes"],
    [{ encrypted: "yes" }, "encrypted"],
    [{ audioShare: 1.1 }, "audioShare"],
    [{ finalCheckShare: -0.1 }, "finalCheckShare"],
    [{ groupsMax: 100_001 }, "groupsMax"],
    [{ groupMembersMax: 1 }, "groupMembersMax"],
    [{ usersPerVus: 2 }, "usersPerVus"],
  ])("refuses %j in ext.teamtalk by its name", (teamtalk, name) => {
    expect(() => read({ ext: { teamtalk } })).toThrow(`ext.teamtalk.${name}`);
  });
});
