import { allCases } from "../../src/scenarios/conformance/all-cases.js";
import { allMutants, inWords } from "./all-mutants.js";
import { casesWithoutMutant } from "./cases-without-mutant.js";
import { type JudgeOptions, judgeControl, judgeMutant, likelyCases, type MutantVerdict } from "./judge-mutant.js";
import type { Mutant } from "./mutant.js";

export interface MatrixOptions extends Omit<JudgeOptions, "jobs"> {
  readonly mutants: readonly Mutant[];
  /** Clusters at once. */
  readonly jobs: number;
  readonly onVerdict?: (verdict: MutantVerdict, finished: number) => void;
}

/** What `npm run mutants` writes as JSON. */
export interface MutantMatrix {
  readonly schemaVersion: 1;
  readonly seed: number;
  /** Every mutant met every case; otherwise those that cite what it breaks, and the rest only while none had found it. */
  readonly isFull: boolean;
  readonly durationMs: number;
  readonly summary: {
    readonly mutants: number;
    readonly killed: number;
    readonly cases: number;
    readonly casesThatKill: number;
  };
  readonly mutants: readonly (Omit<MutantVerdict, "reasons"> & {
    readonly breaks: readonly string[];
    readonly does: string;
  })[];
  /** Ids of the cases that fail, by the mutant's id: what `ttk report` reads. */
  readonly kills: Readonly<Record<string, readonly string[]>>;
  readonly cases: readonly { readonly id: string; readonly kills: readonly string[]; readonly reason: string | null }[];
  /** What is wrong with the suite, in words; none = it holds. */
  readonly problems: readonly string[];
}

/** Cases at once in each cluster. */
const CASES_AT_ONCE = 8;

/** Lets the suite look for the fault of each mutant, several at once, beside clusters that have none. */
export async function mutantMatrix({ mutants, jobs, onVerdict, ...options }: MatrixOptions): Promise<MutantMatrix> {
  const startedMs = performance.now();
  // The control comes first and last, so that it has been among as many others as any mutant.
  const waiting: (Mutant | undefined)[] = [undefined, ...mutants, undefined];
  const controls: MutantVerdict[] = [];
  const concerned = allCases.filter((each) => mutants.some((mutant) => likelyCases(mutant).includes(each)));
  const verdicts = new Map<string, MutantVerdict>();
  const work = async () => {
    while (waiting.length > 0 && !options.signal.aborted) {
      const mutant = waiting.shift();
      const judging = { ...options, jobs: CASES_AT_ONCE };
      const verdict = await (mutant === undefined ? judgeControl(concerned, judging) : judgeMutant(mutant, judging));
      // What an interruption ended has no verdict.
      if (options.signal.aborted) return;
      if (mutant === undefined) controls.push(verdict);
      else verdicts.set(mutant.id, verdict);
      onVerdict?.(verdict, verdicts.size);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  const judged = mutants.flatMap((mutant) => {
    const verdict = verdicts.get(mutant.id);
    if (verdict === undefined) return [];
    const { reasons: _, ...found } = verdict;
    return [{ ...found, breaks: mutant.breaks, does: inWords(mutant) }];
  });
  const isWhole = mutants.length === allMutants.length && judged.length === mutants.length;
  const cases = allCases.map(({ id }) => ({
    id,
    kills: judged.filter(({ killedBy }) => killedBy.includes(id)).map((mutant) => mutant.id),
    reason: casesWithoutMutant[id] ?? null,
  }));
  return {
    schemaVersion: 1,
    seed: options.seed,
    isFull: options.isFull,
    durationMs: Math.round(performance.now() - startedMs),
    summary: {
      mutants: judged.length,
      killed: judged.filter(({ killedBy }) => killedBy.length > 0).length,
      cases: cases.length,
      casesThatKill: cases.filter(({ kills }) => kills.length > 0).length,
    },
    mutants: judged,
    kills: Object.fromEntries(judged.map(({ id, killedBy }) => [id, killedBy])),
    cases,
    problems: [
      ...(options.signal.aborted ? [`ended before ${mutants.length - judged.length} mutants were judged`] : []),
      ...controls.flatMap(problemsOfControl),
      ...judged.flatMap(problemsOf),
      ...(isWhole ? idle(cases) : []),
    ],
  };
}

export function problemsOfControl({ reasons }: Pick<MutantVerdict, "reasons">): string[] {
  return reasons.map((reason) => `the cluster without a fault does not pass: ${reason}`);
}

function problemsOf({ id, killedBy, errored }: Omit<MutantVerdict, "reasons">): string[] {
  return [
    ...(killedBy.length === 0 ? [`${id} survives: no case fails`] : []),
    ...errored.map((reason) => `${id} makes the suite err: ${reason.split("\n")[0]}`),
  ];
}

function idle(cases: MutantMatrix["cases"]): string[] {
  return cases.flatMap(({ id, kills, reason }) => {
    if (kills.length === 0 && reason === null) return [`${id} finds no fault, and has no reason for it`];
    if (kills.length > 0 && reason !== null) return [`${id} needs no reason any more: it finds ${kills[0]}`];
    return [];
  });
}
