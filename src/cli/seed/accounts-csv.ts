import type { FixtureData } from "../../server/storage/seed-data.js";
import { usageError } from "../command-error.js";

const MAY_LOG_IN = 0;

/** Lines `name,password` as `--accounts` reads them, of those who may log in. @throws CommandError usage */
export function accountsCsv({ users, passwords }: FixtureData): string {
  const lines = users.flatMap(({ name, status }, index) => {
    const line = `${name},${passwords[index]}`;
    if (status !== MAY_LOG_IN) return [];
    if (/[,\r\n]|^#|^\s|\s$/.test(name) || /[\r\n]|^\s|\s$/.test(passwords[index] ?? "")) {
      throw usageError(`the name or password of ${JSON.stringify(name)} cannot stand in a .csv file of accounts`);
    }
    return [line];
  });
  return `name,password\n${lines.map((line) => `${line}\n`).join("")}`;
}
