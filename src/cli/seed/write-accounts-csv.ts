import type { FixtureData } from "../../server/storage/seed-data.js";
import { csvCell } from "../accounts-csv.js";
import { usageError } from "../command-error.js";

const MAY_LOG_IN = 0;

/** Lines `name,password` as `--accounts` reads them, of those who may log in. @throws CommandError usage */
export function accountsCsv({ users, passwords }: FixtureData): string {
  const lines = users.flatMap(({ name, status }, index) => {
    if (status !== MAY_LOG_IN) return [];
    const cells = [name, passwords[index] ?? ""];
    if (cells.some((cell) => /[\r\n]/.test(cell)))
      throw usageError(`the name or password of ${JSON.stringify(name)} cannot stand in a .csv file of accounts`);
    return [cells.map(csvCell).join(",")];
  });
  return `name,password\n${lines.map((line) => `${line}\n`).join("")}`;
}
