import { afterEach, describe, expect, it } from "vitest";
import { CommandId } from "../../../src/codec/generated/commands.js";
import { type PreflightOptions, preflight } from "../../../src/runner/conformance/preflight.js";
import { FakeMsgServer } from "../../helpers/fake-msg-server.js";
import { nobodyAt, type Oddity, OddServer } from "../../helpers/odd-server.js";
import { ReferenceCluster } from "../../helpers/reference-cluster.js";
import { neverSends } from "../../mutants/fault-words.js";
import { FaultyWire, type Line } from "../../mutants/faulty-wire.js";

const started: { stop(): unknown }[] = [];
afterEach(async () => {
  for (const server of started.splice(0)) await server.stop();
});

async function fake(users = 5): Promise<FakeMsgServer> {
  const server = await FakeMsgServer.start({ users });
  started.push(server);
  return server;
}

async function odd(oddity: Oddity): Promise<OddServer> {
  const server = await OddServer.start(oddity);
  started.push(server);
  return server;
}

function named(...names: string[]) {
  return names.map((name) => ({ name, password: "secret" }));
}

function look(options: Pick<PreflightOptions, "target"> & Partial<PreflightOptions>) {
  return preflight({
    peer: undefined,
    accounts: named("user1", "user2", "user3"),
    answerMs: 5000,
    needsLogin: true,
    needsGroups: false,
    ...options,
  });
}

const nothingWrong = {
  targetProblem: undefined,
  peerProblem: undefined,
  loginProblem: undefined,
  isLoginBroken: false,
};

describe("preflight", () => {
  it("finds nothing wrong with a server that can be logged in to, and leaves nobody logged in", async () => {
    const server = await fake();
    expect(await look({ target: server.address })).toEqual({ ...nothingWrong, hasSpoken: true, groups: [] });
    await expect.poll(() => server.logins).toBe(0);
  });

  it("says that nobody listens", async () => {
    const { targetProblem } = await look({ target: await nobodyAt() });
    expect(targetProblem).toMatch(/^cannot connect to 127\.0\.0\.1:\d+.*ECONNREFUSED/);
  });

  it("says that nobody listens at the peer, and goes on", async () => {
    const { peerProblem, ...rest } = await look({ target: (await fake()).address, peer: await nobodyAt() });
    expect(peerProblem).toContain("ECONNREFUSED");
    expect(rest).toMatchObject({ targetProblem: undefined, loginProblem: undefined });
  });

  it("says why a login is refused, after it has tried others", async () => {
    const accounts = named("nobody1", "nobody2", "nobody3", "user1");
    expect(await look({ target: (await fake()).address, accounts })).toMatchObject({
      loginProblem: 'nobody3 cannot log in: the login was refused (result_code 6, "wrong user name or password")',
      isLoginBroken: false,
    });
  });

  it("is content with one of the first accounts: others may be locked out by an earlier run", async () => {
    const accounts = named("nobody1", "nobody2", "user1");
    expect(await look({ target: (await fake()).address, accounts })).toMatchObject(nothingWrong);
  });

  it.each<[Oddity, RegExp]>([
    ["mute", /no answer in time/],
    ["closing", /the connection is closed/],
    ["babbling", /the connection is closed \(protocol-error: .*, text "HTTP\/1\.1 400 Bad Request"\)/],
    ["echoing", /no answer in time/],
  ])("calls the login of a %s server broken, not refused", async (oddity, reason) => {
    const { targetProblem, loginProblem, isLoginBroken } = await look({
      target: (await odd(oddity)).address,
      answerMs: 50,
    });
    expect({ targetProblem, isLoginBroken }).toEqual({ targetProblem: undefined, isLoginBroken: true });
    expect(loginProblem).toMatch(/^user1 cannot log in: /);
    expect(loginProblem).toMatch(reason);
  });

  it("does not log in when no case needs users", async () => {
    expect(await look({ target: (await odd("mute")).address, needsLogin: false })).toMatchObject(nothingWrong);
  });

  it("finds groups, with who of the accounts is in them and who is not", async () => {
    const cluster = await ReferenceCluster.start({
      fixture: `
password: secret
users: ["user{1..10}"]
groups: [{ name: Crew, creator: user1, members: "user{1..6}" }]
`,
    });
    started.push(cluster);
    const accounts = named(...Array.from({ length: 10 }, (_, index) => `user${index + 1}`));
    const { groups } = await look({ target: cluster.msg(0), accounts, needsGroups: true });
    expect(groups).toHaveLength(1);
    expect(groups[0]).toMatchObject({ group: { name: "Crew", version: 1 } });
    expect(groups[0]?.members.map(({ name }) => name).sort()).toEqual(
      named("user1", "user2", "user3", "user4", "user5", "user6").map(({ name }) => name),
    );
    // user10 is kept for cases that lock users out, and is never looked at.
    expect(groups[0]?.outsiders.map(({ name }) => name).sort()).toEqual(["user7", "user8", "user9"]);
  });

  it("asks no more users for their groups than a few where none is answered, and leaves nobody logged in", async () => {
    const cluster = await ReferenceCluster.start({
      fixture: `{ password: secret, users: ["user{1..40}"], groups: [{ name: Crew, creator: user1, members: "user{1..40}" }] }`,
    });
    started.push(cluster);
    const silent = neverSends(CommandId.CID_GROUP_NORMAL_LIST_RESPONSE);
    const users = new Set<number>();
    const lines = new Set<Line>();
    const wire = await FaultyWire.start(
      cluster.msg(0),
      {
        sent(pdu, line) {
          if (line.userId !== 0) users.add(line.userId);
          return silent.sent?.(pdu, line);
        },
      },
      lines,
    );
    started.push(wire);
    const accounts = named(...Array.from({ length: 40 }, (_, index) => `user${index + 1}`));
    const found = await look({ target: wire.address, accounts, needsGroups: true, answerMs: 500 });
    expect(found).toEqual({ ...nothingWrong, hasSpoken: true, groups: [] });
    expect(users.size).toBeLessThanOrEqual(8);
    await expect.poll(() => lines.size).toBe(0);
  });
});
