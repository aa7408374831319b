import { afterEach, expect, it } from "vitest";
import { serverLimits } from "../../../src/codec/pdu-header.js";
import { listen, type PduListener } from "../../../src/net/listen.js";
import { PushClient } from "../../../src/server/msg/push-client.js";
import { silentLog } from "../../../src/server/server-log.js";
import { until } from "../../helpers/until.js";

let pushServer: PduListener;
let client: PushClient;
afterEach(() => {
  client.stop();
  pushServer.close();
  for (const link of pushServer.connections) link.destroy();
});

it("sends nothing more to a push_server that has much to read, counts it, and keeps the link", async () => {
  let received = 0;
  const handler = { onPdu: () => received++, onClose: () => {} };
  pushServer = await listen({ host: "127.0.0.1", port: 0 }, { limits: serverLimits }, () => handler);
  client = new PushClient({ role: "msg", servers: [pushServer.address], log: silentLog }, 100);
  client.links.start();
  await until(() => client.links.isOpen, "the link");
  const request = { flash: "x".repeat(1 << 20), data: "{}", user_token_list: [] };
  await Promise.all(Array.from({ length: 100 }, () => client.push(async () => request)));
  const { pushesSent, pushesDropped } = client;
  expect(pushesSent).toBeGreaterThan(0);
  expect(pushesDropped).toBe(100 - pushesSent);
  expect(pushesDropped).toBeGreaterThan(90);
  await until(() => received === pushesSent, "what was sent");
  await client.push(async () => request);
  expect(client).toMatchObject({ pushesSent: pushesSent + 1, pushesDropped });
  expect(client.links.isOpen).toBe(true);
});
