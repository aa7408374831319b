import { bytesText } from "../components/bytes-text.js";
import { fitted, widthOf } from "../components/fit-text.js";
import { countText, shortCount } from "../components/quantity-text.js";
import { sparkline } from "../components/sparkline.js";
import type { Style, Theme } from "../theme.js";
import { counted } from "./serve-moment.js";
import type { ServeView } from "./serve-view.js";

export const SUMMARY_LINES = 4;
const NAME_COLUMNS = 8;
const NUMBER_COLUMNS = 7;
const FACT_COLUMNS = 18;
/** Narrower, and a name or its value would be cut. */
const FACT_COLUMNS_MIN = 14;
const GAP = "  ";
const SPARK_COLUMNS_MAX = 60;
const devices = ["windows", "mac", "ios", "android"] as const;

/** Who is online, how much goes through, what waits, what went wrong. */
export function summaryLines(view: ServeView, columns: number, theme: Theme): string[] {
  const { roles } = view.moment;
  const inClasses = devices.map(
    (device) => [device, roles.reduce((sum, { clients }) => sum + (clients?.devices[device] ?? 0), 0)] as const,
  );
  const all = inClasses.reduce((sum, [, count]) => sum + count, 0);
  const trouble = (name: string, ...counters: string[]): Fact => {
    const count = counted(roles, ...counters);
    return [name, count, count > 0 ? theme.warn : theme.dim];
  };
  return [
    factsLine("online", [["all", all], ...inClasses.map(([name, count]) => [name, count] as const)], columns, theme),
    ratesLine(view, columns, theme),
    factsLine(
      "waiting",
      [
        ["outbox", bytesText(counted(roles, "outboxBytes"))],
        ["pending", counted(roles, "pendingRequests")],
        ["database", counted(roles, "databasePending", "pendingStores")],
        ["no ack", counted(roles, "unconfirmedMessages")],
        ["no login", counted(roles, "strangers")],
      ],
      columns,
      theme,
    ),
    factsLine(
      "trouble",
      [
        trouble("kicks", "kicks"),
        trouble("dropped", "connectionsNotReading", "strangersDropped"),
        trouble(
          "refused",
          "connectionsRefused",
          "connectionsOverRate",
          "loginsRefused",
          "messagesRefused",
          "requestsOverPending",
        ),
        trouble("broken", "connectionsBrokeProtocol"),
        trouble("missed ack", "missedAcks"),
      ],
      columns,
      theme,
    ),
  ];
}

type Fact = readonly [name: string, value: string | number, style?: Style];

/** Each fact has its own columns, whatever the others say; where those have no room, as many as have stand there whole. */
function factsLine(name: string, facts: readonly Fact[], columns: number, theme: Theme): string {
  const room = columns - NAME_COLUMNS;
  const size = Math.min(Math.floor(room / facts.length), FACT_COLUMNS);
  const cells = facts.map(([what, value, style]) => {
    const text = typeof value === "string" ? value : size < FACT_COLUMNS ? shortCount(value) : countText(value);
    return `${theme.dim(what)} ${(style ?? theme.bold)(text)}`;
  });
  const shown =
    size < FACT_COLUMNS_MIN
      ? wholeCells(cells, facts, room).join(GAP)
      : cells.map((cell) => fitted(cell, size)).join("");
  return theme.accent(fitted(name, NAME_COLUMNS)) + shown;
}

/** What is there comes before what is not; all keep their order. */
function wholeCells(cells: readonly string[], facts: readonly Fact[], room: number): readonly string[] {
  const isNone = (at: number) => facts[at]?.[1] === 0;
  const wanted = [...cells.keys()].sort((one, other) => Number(isNone(one)) - Number(isNone(other)) || one - other);
  const shown = new Set<number>();
  let left = room;
  for (const at of wanted) {
    left -= widthOf(cells[at] ?? "") + GAP.length;
    if (left + GAP.length < 0) break;
    shown.add(at);
  }
  return cells.filter((_, at) => shown.has(at));
}

function ratesLine({ rates }: ServeView, columns: number, theme: Theme): string {
  const half = Math.floor((columns - NAME_COLUMNS) / 2);
  const spark = Math.max(0, Math.min(SPARK_COLUMNS_MAX, half - NUMBER_COLUMNS - 6));
  const way = (name: string, values: readonly number[]) => {
    const number = fitted(countText(values.at(-1) ?? 0), NUMBER_COLUMNS, "right");
    return fitted(
      `${theme.dim(fitted(name, 3))} ${theme.bold(number)} ${theme.accent(sparkline(values, spark))}`,
      half,
    );
  };
  return theme.accent(fitted("PDUs/s", NAME_COLUMNS)) + way("in", rates.in) + way("out", rates.out);
}
