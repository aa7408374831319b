import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HttpPush } from "../../src/outputs/http-push.js";
import { HttpReceiver } from "../helpers/http-receiver.js";
import { runView } from "../helpers/run-view.js";
import { until } from "../helpers/until.js";

let receiver: HttpReceiver;
beforeEach(async () => {
  receiver = await HttpReceiver.start();
});
afterEach(() => receiver.stop());

function push(run = runView()) {
  let batch = 0;
  const encode = () => ({ headers: {}, body: `batch ${batch++}` });
  return { run, output: new HttpPush("otlp=there", new URL(`http://${receiver.host}/`), run, encode) };
}

describe("HttpPush", () => {
  it("sends the last batch when the run is over", async () => {
    const { output } = push();
    expect(await output.close()).toMatchObject({ sent: 1, failed: 0, dropped: 0 });
    expect(receiver.received.map(({ body }) => body.toString())).toEqual(["batch 1"]);
  });

  it("warns once when nobody is there, and goes on trying", async () => {
    const { run, output } = push();
    receiver.stop();
    output.onSecond();
    await until(() => run.warnings.length > 0, "the first has failed");
    const { sent, failed, firstFailure } = await output.close();
    expect({ sent, failed }).toEqual({ sent: 0, failed: 2 });
    expect(firstFailure).toMatch(/^connect ECONNREFUSED 127\.0\.0\.1:\d+$/);
    expect(run.warnings).toEqual([
      `--out otlp=there: ${firstFailure}; the run goes on, and the report counts what is missing`,
    ]);
  });

  it("passes on the first line of a refusal, without anything that a terminal would obey", async () => {
    const { run, output } = push();
    receiver.answer = (response) => response.writeHead(400).end("out of \u001b[31morder\nsecond line");
    const { failed } = await output.close();
    expect(failed).toBe(1);
    expect(run.warnings[0]).toContain("it answers 400 out of ?[31morder; the run goes on");
  });

  it("has one batch under way, and gives up those that fall into its time", async () => {
    const { output } = push();
    const held: (() => void)[] = [];
    receiver.answer = (response) => held.push(() => response.end());
    output.onSecond();
    await until(() => held.length === 1, "the first has arrived");
    output.onSecond();
    output.onSecond();
    receiver.answer = (response) => response.end();
    held[0]?.();
    expect(await output.close()).toMatchObject({ sent: 2, failed: 0, dropped: 2 });
    expect(receiver.received).toHaveLength(2);
  });

  it("says that a connection was cut, and sends the next batch over another one", async () => {
    const { output } = push();
    receiver.answer = (response) => response.socket?.destroy();
    output.onSecond();
    await until(() => receiver.received.length === 1, "the first has arrived");
    receiver.answer = (response) => response.end();
    expect(await output.close()).toMatchObject({ sent: 1, failed: 1, firstFailure: "socket hang up" });
  });
});
