/** Which cases found which faults of the reference servers; schemas/mutants-report.schema.json describes it. */
export interface MutantMatrix {
  /** A reference cluster with one fault each. */
  readonly mutants: readonly {
    readonly id: string;
    /** Requirements that do not hold with the fault. */
    readonly breaks?: readonly string[];
  }[];
  readonly cases: readonly {
    readonly id: string;
    /** Why it need not kill any mutant. */
    readonly reason?: string | null;
  }[];
  /** Ids of the cases that fail, by the mutant's id. */
  readonly kills: Readonly<Record<string, readonly string[]>>;
}

/** Mutants that no case finds. */
export function survivors({ mutants, kills }: MutantMatrix): string[] {
  return mutants.flatMap(({ id }) => ((kills[id] ?? []).length === 0 ? [id] : []));
}

/** Cases that find no mutant, with the reason, if there is one. */
export function idleCases({ cases, kills }: MutantMatrix): { id: string; reason: string | null }[] {
  const busy = new Set(Object.values(kills).flat());
  return cases.flatMap(({ id, reason }) => (busy.has(id) ? [] : [{ id, reason: reason ?? null }]));
}
