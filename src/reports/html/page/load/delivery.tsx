import { count, seconds } from "../../../load/quantity.js";
import type { LoadRun } from "../../load/load-page-data.js";
import { PeerText } from "../peer-text.js";

const messageRows = [
  ["sent", "sent"],
  ["acked", "acknowledged"],
  ["unacked", "never acknowledged"],
  ["abandoned", "cut off before their ack"],
] as const;
const deliveryRows = [
  ["expectedDeliveries", "expected"],
  ["delivered", "delivered"],
  ["lost", "lost"],
  ["duplicated", "duplicated"],
  ["reordered", "out of order"],
  ["corrupted", "corrupted"],
  ["misdelivered", "to the wrong device"],
  ["unjudged", "cannot be judged: disconnected"],
] as const;
const faults: ReadonlySet<string> = new Set([
  "unacked",
  "lost",
  "duplicated",
  "reordered",
  "corrupted",
  "misdelivered",
]);

/** What became of every message, with witnesses for what went wrong. */
export function Delivery({ run }: { readonly run: LoadRun }) {
  const { witnesses } = run;
  return (
    <section>
      <h2>Delivery</h2>
      <div class="columns">
        <Counts title="Messages" rows={messageRows} run={run} />
        <Counts title="Deliveries, one for each device that must get a message" rows={deliveryRows} run={run} />
      </div>
      {witnesses.length > 0 && (
        <>
          <h3>Witnesses</h3>
          <div class="scroll">
            <table id="witnesses">
              <thead>
                <tr>
                  <th scope="col">what</th>
                  <th scope="col">message</th>
                  <th scope="col">msg_id</th>
                  <th scope="col">sent at</th>
                  <th scope="col" class="text">
                    from
                  </th>
                  <th scope="col" class="text">
                    to
                  </th>
                  <th scope="col" class="text">
                    whose delivery
                  </th>
                </tr>
              </thead>
              <tbody>
                {witnesses.map((witness, index) => (
                  <tr key={index}>
                    <th scope="row" class="bad">
                      {witness.kind}
                    </th>
                    <td>{witness.message}</td>
                    <td>{witness.msgId}</td>
                    <td>{witness.sentAtMs === null ? "–" : seconds(witness.sentAtMs)}</td>
                    <td class="text">
                      <At name={witness.from} server={witness.fromServer} />
                    </td>
                    <td class="text">
                      <PeerText>{witness.to}</PeerText>
                    </td>
                    <td class="text">
                      {witness.device === null ? "–" : <At name={witness.device} server={witness.deviceServer ?? ""} />}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </section>
  );
}

interface CountsProps {
  readonly title: string;
  readonly rows: ReadonlyArray<readonly [keyof LoadRun["delivery"], string]>;
  readonly run: LoadRun;
}

function Counts({ title, rows, run: { delivery } }: CountsProps) {
  return (
    <table>
      <caption>{title}</caption>
      <tbody>
        {rows.map(([name, text]) => (
          <tr key={name} class={faults.has(name) && delivery[name] > 0 ? "bad" : ""}>
            <th scope="row">{text}</th>
            <td data-count={name}>{count(delivery[name])}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function At({ name, server }: { readonly name: string; readonly server: string }) {
  return (
    <>
      <PeerText>{name}</PeerText>{" "}
      <span class="muted">
        <PeerText>{server}</PeerText>
      </span>
    </>
  );
}
