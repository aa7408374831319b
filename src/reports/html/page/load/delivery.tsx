import { count, seconds } from "../../../load/quantity.js";
import type { LoadRun, PageWitness } from "../../load/load-page-data.js";
import { PduBytes } from "../pdu-bytes.js";
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
const sessionRows = [
  ["readsExpected", "other devices to tell of a read ack"],
  ["readsTold", "told"],
  ["diverged", "told to one device of a user and not to the other"],
  ["historyChecked", "acknowledged messages looked for in history"],
  ["notInHistory", "not in history"],
  ["unreadChecked", "unread counts compared"],
  ["unreadWrong", "unread counts wrong"],
] as const;
const faults: ReadonlySet<string> = new Set([
  "unacked",
  "lost",
  "duplicated",
  "reordered",
  "corrupted",
  "misdelivered",
  "diverged",
  "notInHistory",
  "unreadWrong",
]);

const pduWords = { sent: "sent by", ack: "acknowledged to", received: "received by" } as const;

/** What became of every message, with witnesses for what went wrong. */
export function Delivery({ run }: { readonly run: LoadRun }) {
  const { witnesses } = run;
  return (
    <section>
      <h2>Delivery</h2>
      <div class="columns">
        <Counts title="Messages" rows={messageRows} run={run} />
        <Counts title="Deliveries, one for each device that must get a message" rows={deliveryRows} run={run} />
        <Counts title="What servers keep of sessions, as far as it was looked at" rows={sessionRows} run={run} />
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
                  <th scope="col" class="text">
                    detail
                  </th>
                </tr>
              </thead>
              <tbody>
                {witnesses.map((witness, index) => (
                  <tr key={index}>
                    <th scope="row" class="bad">
                      {witness.kind}
                    </th>
                    <td>{witness.message === 0 ? "–" : witness.message}</td>
                    <td>{witness.msgId === 0 ? "–" : witness.msgId}</td>
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
                    <td class="text">
                      <Evidence {...witness} />
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

/** What says more than the kind, and what to look for in a recording. */
function Evidence({ kind, detail, token, arrived, pdus }: PageWitness) {
  return (
    <>
      {detail !== null && (
        <div>
          <PeerText>{detail}</PeerText>
        </div>
      )}
      {token !== null && (
        <div class="muted evidence">
          token <code>{token}</code>
        </div>
      )}
      {arrived !== null && isArrivalWrong(kind) && (
        <div class="muted evidence">
          came{" "}
          <code>
            <PeerText>{arrived}</PeerText>
          </code>
        </div>
      )}
      {pdus.map((pdu, index) => (
        <details key={index} class="pdu">
          <summary>
            {pduWords[pdu.what]} <At name={pdu.device} server={pdu.server} />
          </summary>
          <PduBytes {...pdu} />
        </details>
      ))}
    </>
  );
}

/** Of the others it is the message itself that came. */
function isArrivalWrong(kind: PageWitness["kind"]): boolean {
  return kind === "corrupted" || kind === "misdelivered";
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
