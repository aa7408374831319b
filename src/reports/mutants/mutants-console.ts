import { idleCases, type MutantMatrix, survivors } from "./mutant-matrix.js";

/** What the suite found, and what got away. */
export function mutantsConsole(matrix: MutantMatrix): string {
  const alive = survivors(matrix);
  const idle = idleCases(matrix);
  const lines = [
    `${matrix.mutants.length - alive.length} of ${matrix.mutants.length} mutants killed by ${matrix.cases.length} cases`,
    ...alive.map((id) => `SURVIVES  ${id}`),
    ...idle.map(({ id, reason }) => `kills none  ${id}  ${reason ?? "NO REASON GIVEN"}`),
  ];
  return `${lines.join("\n")}\n`;
}
