import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodeBody } from "../../../../src/codec/body-codec.js";
import { type CommandBody, CommandId } from "../../../../src/codec/generated/commands.js";
import { HEADER_SIZE, readCommandId, readSeqNum } from "../../../../src/codec/pdu-header.js";
import type { LoadPlan } from "../../../../src/runner/load/load-plan.js";
import type { DeliveryWitness, WitnessPdu } from "../../../../src/runner/load/load-result.js";
import { mergeShards } from "../../../../src/runner/load/shard/merge-shards.js";
import type { LoadScenario } from "../../../../src/scenarios/load/load-scenario.js";
import { steadyChat } from "../../../../src/scenarios/load/steady-chat.js";
import { crowdFixture } from "../../../../src/server/storage/crowd-fixture.js";
import { startTap } from "../../../../src/tap/start-tap.js";
import { loadPlan } from "../../../helpers/load-plan.js";
import { ReferenceCluster } from "../../../helpers/reference-cluster.js";
import { named, shardedRun } from "../../../helpers/sharded-run.js";

const USERS = 10;
const ACCOUNTS = 60;
let cluster: ReferenceCluster;
let usersTaken = 0;

beforeAll(async () => {
  cluster = await ReferenceCluster.start({ fixture: crowdFixture(ACCOUNTS) });
});
afterAll(() => cluster.stop());

/** A run in 2 shards through a tap with one rule; how often the rule acted. */
async function runThrough(rule: string, overrides: Partial<LoadPlan> = {}) {
  // Runs go on side by side: each has users of its own.
  const first = usersTaken;
  usersTaken += USERS;
  const accounts = Array.from({ length: USERS }, (_, user) => ({
    name: `user${first + user + 1}`,
    password: "secret",
  }));
  const tap = await startTap({ listen: { host: "127.0.0.1", port: 0 }, to: cluster.msg(0), rules: [rule] });
  try {
    const plan = loadPlan(tap.address, USERS, { actsPerSecond: 60, durationMs: 1500, accounts, ...overrides });
    const result = mergeShards(named(await shardedRun(plan, 2)));
    return { result, applied: tap.counts().rules[0]?.applied ?? 0, accounts };
  } finally {
    await tap.stop();
  }
}

/** Each user writes to the next one, who is another shard's. */
const toTheNext: LoadScenario = {
  ...steadyChat,
  act(crowd, user) {
    const peer = (user + 1) % crowd.users;
    const device = user * crowd.devicesPerUser;
    if (!crowd.canSend(device, peer)) return false;
    crowd.sendText(device, peer);
    return true;
  },
  onMessage: () => {},
};

const none = { lost: 0, unacked: 0, duplicated: 0, reordered: 0, corrupted: 0, misdelivered: 0 };

function bodyOf<C extends CommandId>(command: C, pdu: WitnessPdu | undefined): CommandBody[C] {
  const bytes = Buffer.from(pdu?.hex ?? "", "hex");
  expect(readCommandId(bytes, 0)).toBe(command);
  return decodeBody(command, bytes, HEADER_SIZE);
}

describe.concurrent("faults that a tap puts between shards and server", { timeout: 60_000 }, () => {
  it("notices msg_ids that differ from those that the sender's shard was told, exactly as many", async () => {
    const plan = { scenario: toTheNext, devicesPerUser: 1 };
    const { result, applied, accounts } = await runThrough(
      "set body.msg_id=4000000 command=CID_MSG_DATA dir=s2c every=5",
      plan,
    );
    expect(applied).toBeGreaterThan(0);
    expect(result.delivery).toMatchObject({ ...none, corrupted: applied });
    expect(result.failures).toEqual([`${applied} corrupted`]);
    const { delivered, corrupted, expectedDeliveries } = result.delivery;
    expect(delivered + corrupted).toBe(expectedDeliveries);
    expect(result.witnesses.find(({ kind }) => kind === "corrupted")).toMatchObject({
      msgId: 4_000_000,
      device: expect.stringMatching(new RegExp(`^(${accounts.map(({ name }) => name).join("|")})/windows$`)),
      detail: expect.stringMatching(/^the sender's ack says msg_id \d+$/),
    });
    const witness = result.witnesses.find(({ kind }) => kind === "corrupted") as DeliveryWitness;
    const [sent, ack, received] = witness.pdus;
    expect(witness.pdus.map(({ what, device }) => [what, device])).toEqual([
      ["sent", witness.from],
      ["ack", witness.from],
      ["received", witness.device],
    ]);
    expect(bodyOf(CommandId.CID_MSG_DATA, received).msg_id).toBe(4_000_000);
    expect(witness.detail).toContain(`msg_id ${bodyOf(CommandId.CID_MSG_DATA_ACK, ack).msg_id}`);
    // It is what was sent, but for what the server puts into it, and what the tap did.
    expect(bodyOf(CommandId.CID_MSG_DATA, received).msg_data).toEqual(bodyOf(CommandId.CID_MSG_DATA, sent).msg_data);
  });

  it("has the PDUs of what was lost between shards: the message and its ack", async () => {
    const plan = { scenario: toTheNext, devicesPerUser: 1, isEncrypted: true };
    const { result, applied } = await runThrough("drop command=CID_MSG_DATA dir=s2c every=5", plan);
    expect(applied).toBeGreaterThan(0);
    const lost = result.witnesses.filter(({ kind }) => kind === "lost");
    expect(result.delivery.lost).toBe(applied);
    expect(lost).toHaveLength(Math.min(20, applied));
    for (const { pdus, from, msgId, detail } of lost) {
      expect(pdus.map(({ what, device }) => [what, device])).toEqual([
        ["sent", from],
        ["ack", from],
      ]);
      const [sent, ack] = pdus.map(({ hex }) => readSeqNum(Buffer.from(hex, "hex"), 0));
      expect(ack).toBe(sent);
      expect(bodyOf(CommandId.CID_MSG_DATA_ACK, pdus[1]).msg_id).toBe(msgId);
      expect(detail).toBeNull();
    }
  });

  it("notices acks with another msg_id than that of what arrives", async () => {
    const plan = { scenario: toTheNext, devicesPerUser: 1 };
    const { result, applied } = await runThrough(
      "set body.msg_id=4000000 command=CID_MSG_DATA_ACK dir=s2c every=5",
      plan,
    );
    expect(applied).toBeGreaterThan(0);
    expect(result.delivery).toMatchObject({ ...none, corrupted: applied });
  });

  it("finds nothing where nothing was done", async () => {
    const plan = { scenario: toTheNext, finalCheckShare: 1 };
    const { result } = await runThrough("drop command=0x0fff", plan);
    expect(result.failures).toEqual([]);
    const { acked, historyChecked, unreadChecked } = result.delivery;
    expect(historyChecked).toBe(acked);
    expect(unreadChecked).toBeGreaterThan(0);
  });

  it("finds that history has none of the messages, each of which its sender's shard looks for", async () => {
    const plan = { scenario: toTheNext, devicesPerUser: 1, finalCheckShare: 1 };
    const { result } = await runThrough("unset body.msg_list command=CID_MSG_LIST_RESPONSE dir=s2c", plan);
    expect(result.delivery.acked).toBeGreaterThan(0);
    expect(result.delivery.notInHistory).toBe(result.delivery.acked);
  });

  it("finds unread counts that do not have what others have sent from another shard", async () => {
    const plan = { scenario: toTheNext, devicesPerUser: 1, finalCheckShare: 1 };
    const { result, accounts } = await runThrough(
      "unset body.unreadinfo_list command=CID_MSG_UNREAD_CNT_RESPONSE dir=s2c",
      plan,
    );
    // Whoever has got anything has got it from another shard.
    expect(result.delivery.unreadWrong).toBeGreaterThan(0);
    expect(result.delivery.unreadWrong).toBe(result.delivery.unreadChecked);
    const names = accounts.map(({ name }) => name);
    const witness = result.witnesses.find(({ kind }) => kind === "unread-wrong");
    const [reader] = (witness?.device ?? "").split("/") as [string];
    expect(witness?.to).toBe(names.at(names.indexOf(reader) - 1));
    expect(witness?.detail).toMatch(/^the server says 0 unread, it must be \d+$/);
  });
});
