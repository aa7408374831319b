import { Command } from "commander";
import { planDefaults } from "../../runner/load/load-plan.js";
import { type Habits, habitDefaults } from "../../scenarios/load/behaviour.js";
import type { LoadScenario } from "../../scenarios/load/load-scenario.js";
import { loadScenarios } from "../../scenarios/load/load-scenarios.js";
import type { Host } from "../host.js";
import { GROUP_SIZE } from "./load-choice.js";

/** An option of `ttk load` that makes a difference to a scenario, and what it is there unless given. */
interface Parameter {
  readonly option: string;
  readonly default: string;
}

const share = (part: number) => `${Math.round(part * 100)}%`;
const seconds = (ms: number) => `${ms / 1000}s`;

/** How each habit is said on the command line. */
const habitOptions: {
  readonly [Habit in keyof Habits]: readonly [option: string, text: (value: Habits[Habit]) => string];
} = {
  talkTo: ["--talk-to", (whom) => whom],
  contacts: ["--contacts", String],
  groupShare: ["--group-share", share],
  readShare: ["--read-share", share],
  onlineMs: ["--online-time", seconds],
  offlineMs: ["--offline-time", seconds],
  switchMs: ["--switch-time", seconds],
};

/** `ttk load list`: a line for each built-in scenario, or JSON. */
export function listCommand(host: Host): Command {
  return new Command("list")
    .description("list the built-in scenarios: name, acts a second of each user, title, parameters")
    .option("--json", "as JSON")
    .action(({ json }: { json?: boolean }) => {
      const all = [...loadScenarios.values()];
      host.stdout.write(json ? `${JSON.stringify(all.map(facts), null, 2)}\n` : all.map(line).join(""));
    });
}

function line(scenario: LoadScenario): string {
  const { name, summary, actsPerUserPerSecond } = scenario;
  const parameters = parametersOf(scenario).map((parameter) => `${parameter.option} ${parameter.default}`);
  return `${name.padEnd(16)} ${`${actsPerUserPerSecond}/s`.padEnd(6)} ${summary} (${parameters.join(", ")})\n`;
}

function facts(scenario: LoadScenario): object {
  const { name, summary: title, acts, actsPerUserPerSecond, clientTypes, devicesMin = 1 } = scenario;
  return { name, title, acts, actsPerUserPerSecond, clientTypes, devicesMin, parameters: parametersOf(scenario) };
}

/** Those that a scenario has values of its own for, and those that all who write messages have. */
function parametersOf({ acts, clientTypes, habits = {}, finalCheckShare }: LoadScenario): Parameter[] {
  const devices = { option: "--devices", default: String(clientTypes.length) };
  if (acts !== "messages") return [devices];
  const { fromBytes } = planDefaults.messageSize;
  return [
    devices,
    { option: "--size", default: String(fromBytes) },
    ...habitParameters({ readShare: habitDefaults.readShare, ...habits }),
    ...groupParameters(habits),
    { option: "--final-check", default: finalCheckShare === undefined ? "none" : checkText(finalCheckShare) },
  ];
}

function habitParameters(habits: Partial<Habits>): Parameter[] {
  const withContacts = habits.talkTo === "contacts" ? { contacts: habitDefaults.contacts, ...habits } : habits;
  return (Object.keys(habitOptions) as (keyof Habits)[]).flatMap((habit) => parameterOf(habit, withContacts[habit]));
}

function parameterOf<Habit extends keyof Habits>(habit: Habit, value: Habits[Habit] | undefined): Parameter[] {
  if (value === undefined) return [];
  const [option, text] = habitOptions[habit];
  return [{ option, default: text(value) }];
}

/** Of a scenario that makes groups. */
function groupParameters({ groupShare = 0 }: Partial<Habits>): Parameter[] {
  if (groupShare === 0) return [];
  return [
    { option: "--groups", default: "each user in two" },
    { option: "--group-size", default: String(GROUP_SIZE) },
  ];
}

function checkText(part: number): string {
  return part === 1 ? "all" : share(part);
}
