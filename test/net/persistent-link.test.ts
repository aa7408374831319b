import { expect, it } from "vitest";
import { listen } from "../../src/net/listen.js";
import { PersistentLink } from "../../src/net/persistent-link.js";

const limits = { pduSizeMaxBytes: 1024 };
const quiet = { onPdu: () => {}, onClose: () => {} };

it("dials again after a loss and after refused attempts, until it is stopped", async () => {
  const first = await listen({ host: "127.0.0.1", port: 0 }, { limits }, () => quiet);
  const events: string[] = [];
  let wake = () => {};
  const until = async (wanted: string) => {
    while (!events.includes(wanted)) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  const note = (event: string) => {
    events.push(event);
    wake();
  };
  const link = new PersistentLink(
    first.address,
    { limits, redialDelaysMs: [10, 20] },
    { ...quiet, onOpen: () => note("open"), onClose: () => note("lost"), onUnreachable: () => note("unreachable") },
  );
  link.start();
  await until("open");
  expect(link.isOpen).toBe(true);

  first.close();
  for (const connection of first.connections) connection.destroy();
  await until("unreachable");
  expect(events.slice(0, 3)).toEqual(["open", "lost", "unreachable"]);

  events.length = 0;
  const second = await listen(first.address, { limits }, () => quiet);
  await until("open");
  link.stop();
  await until("lost");
  second.close();
  expect(link.isOpen).toBe(false);
});
