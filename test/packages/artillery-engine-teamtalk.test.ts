import { EventEmitter } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatAddress } from "../../src/net/address.js";
import { ReferenceCluster } from "../helpers/reference-cluster.js";

interface Context {
  readonly vars: Record<string, unknown>;
}
type Step = (context: Context, callback: (error: Error | null, context: Context) => void) => void;

interface Engine {
  createScenario(spec: { readonly flow: readonly object[] }, events: EventEmitter): Step;
}
type EngineClass = new (script: object, events: EventEmitter, helpers: object) => Engine;

const root = fileURLToPath(new URL("../..", import.meta.url));
/** As npm installs it: the engine beside the package that it is for. */
const folder = mkdtempSync(join(tmpdir(), "ttk-artillery-"));
let cluster: ReferenceCluster;
let Engine: EngineClass;

beforeAll(async () => {
  const modules = join(folder, "node_modules");
  mkdirSync(modules);
  cpSync(join(root, "packages/artillery-engine-teamtalk"), join(modules, "artillery-engine-teamtalk"), {
    recursive: true,
  });
  symlinkSync(root, join(modules, "teamtalk-testkit"), "dir");
  Engine = createRequire(join(folder, "x.js"))("artillery-engine-teamtalk") as EngineClass;
  cluster = await ReferenceCluster.start();
});
afterAll(async () => {
  await cluster?.stop();
  rmSync(folder, { recursive: true });
});

/** Artillery's side of the contract, as far as the engine uses it. */
const helpers = {
  template: (value: unknown, { vars }: Context): unknown =>
    JSON.parse(JSON.stringify(value).replaceAll(/\{\{ *(\w+) *\}\}/g, (_, name: string) => String(vars[name]))),
  createThink: (): Step => (context, callback) => callback(null, context),
  createLoopWithCount:
    (count: number, steps: readonly Step[]): Step =>
    (context, callback) => {
      const todo = Array.from({ length: count }, () => steps).flat();
      const next = (error: Error | null, current: Context): void => {
        const step = todo.shift();
        if (error !== null || step === undefined) callback(error, current);
        else step(current, next);
      };
      next(null, context);
    },
};

async function runFlow(flow: readonly object[], vars: Record<string, unknown> = {}, processor: object = {}) {
  const events = new EventEmitter();
  const seen: Record<string, number> = {};
  const count = (name: string, by: number) => {
    seen[name] = (seen[name] ?? 0) + by;
  };
  const errors: string[] = [];
  events.on("started", () => count("started", 1));
  events.on("counter", count);
  events.on("histogram", (name: string, ms: number) => count(name, ms >= 0 ? 1 : Number.NaN));
  events.on("error", (code: string) => errors.push(code));
  const engine = new Engine(
    { config: { target: formatAddress(cluster.msg(0)), engines: { teamtalk: {} }, processor } },
    events,
    helpers,
  );
  const error = await new Promise<Error | null>((resolve) =>
    engine.createScenario({ flow }, events)({ vars }, resolve),
  );
  return { seen, errors, error };
}

describe("artillery-engine-teamtalk", () => {
  it("logs in, sends, awaits each ack and logs out, and counts it in Artillery's metrics", async () => {
    const flow = [
      { login: { name: "{{ name }}" } },
      { loop: [{ send: { to: "{{ peer }}", text: "hello" } }, { think: 1 }], count: 3 },
      { logout: {} },
    ];
    expect(await runFlow(flow, { name: "user1", peer: "user2" })).toEqual({
      seen: {
        started: 1,
        "teamtalk.connect_duration": 1,
        "teamtalk.login_duration": 1,
        "teamtalk.logins": 1,
        "teamtalk.messages_sent": 3,
        "teamtalk.msg_ack_duration": 3,
        "teamtalk.messages_acked": 3,
      },
      errors: [],
      error: null,
    });
  });

  it("counts what goes wrong by its error, and ends the virtual user", async () => {
    const refused = await runFlow([{ login: { name: "user1", password: "wrong" } }, { send: { to: "user2" } }]);
    expect(refused.errors).toHaveLength(1);
    expect(refused.seen["teamtalk.messages_sent"]).toBeUndefined();
    const nobody = await runFlow([{ login: { name: "user1" } }, { send: { to: "nobody" } }]);
    expect(nobody.errors).toEqual(['send: nobody is called "nobody"']);
    expect((await runFlow([{ send: { to: "user2" } }])).errors).toEqual(["send: nobody is logged in"]);
  });

  it("calls functions of the processor that call back and those that are asynchronous", async () => {
    const called: string[] = [];
    const processor = {
      back: (_: Context, __: EventEmitter, done: () => void) => {
        called.push("back");
        done();
      },
      later: async (context: Context, events: EventEmitter) => {
        called.push(`later ${context.vars.name}`);
        events.emit("counter", "own.laters", 1);
      },
      failing: async () => {
        throw new Error("not today");
      },
    };
    const flow = [{ function: "back" }, { function: "later" }, { function: "failing" }, { function: "back" }];
    const { seen, errors } = await runFlow(flow, { name: "user1" }, processor);
    expect(called).toEqual(["back", "later user1"]);
    expect([seen["own.laters"], errors]).toEqual([1, ["not today"]]);
  });

  it("hands a loop's whileTrue to Artillery as the processor's function", () => {
    const goOn = () => {};
    const loops: object[] = [];
    const createLoopWithCount = (_: number, __: readonly Step[], options: object) => loops.push(options);
    const engine = new Engine({ config: { processor: { goOn } } }, new EventEmitter(), {
      ...helpers,
      createLoopWithCount,
    });
    engine.createScenario({ flow: [{ loop: [{ logout: {} }], whileTrue: "goOn" }] }, new EventEmitter());
    expect(loops).toMatchObject([{ whileTrue: goOn }]);
  });

  it.each([
    [{ get: { url: "/" } }, "no step of a teamtalk flow: get"],
    [{ function: "gone" }, 'the processor has no function "gone"'],
    [{ loop: [{ logout: {} }], whileTrue: "gone" }, 'the processor has no function "gone"'],
    [{ login: { naem: "user1" } }, 'login has no "naem", only name, password, device'],
    [{ login: {} }, 'login needs "name"'],
    [{ send: { text: "hello" } }, 'send needs "to"'],
    [{ logout: { name: "user1" } }, 'logout has no "name", only {}'],
  ])("refuses %j before anything runs", (step, reason) => {
    const engine = new Engine({ config: {} }, new EventEmitter(), helpers);
    expect(() => engine.createScenario({ flow: [step] }, new EventEmitter())).toThrow(reason);
  });
});
