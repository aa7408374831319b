import { CaseContext } from "./case-context.js";
import type { CaseNeeds, ConformanceCase } from "./conformance-case.js";

interface Definition
  extends Omit<ConformanceCase, "needs" | "waitsForTimeout" | "judgesLogin" | "run">,
    Partial<Pick<ConformanceCase, "waitsForTimeout" | "judgesLogin">> {
  readonly needs?: CaseNeeds;
  run(context: CaseContext): Promise<void>;
}

/** A case from its data and a short body that ends in what is expected of the server. */
export function defineCase({ run, ...definition }: Definition): ConformanceCase {
  return {
    needs: {},
    waitsForTimeout: false,
    judgesLogin: false,
    ...definition,
    run: (environment) => run(new CaseContext(environment)),
  };
}
