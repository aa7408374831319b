import { CaseContext } from "./case-context.js";
import type { CaseNeeds, ConformanceCase } from "./conformance-case.js";

interface Definition
  extends Omit<ConformanceCase, "needs" | "tags" | "waitsForTimeout" | "judgesLogin" | "run">,
    Partial<Pick<ConformanceCase, "waitsForTimeout" | "judgesLogin">> {
  readonly needs?: CaseNeeds;
  run(context: CaseContext): Promise<void>;
}

/** A case from its data and a short body that ends in what is expected of the server. */
export function defineCase({ run, ...definition }: Definition): ConformanceCase {
  const filled = { needs: {} as CaseNeeds, waitsForTimeout: false, judgesLogin: false, ...definition };
  return { ...filled, tags: tagsOf(filled), run: (environment) => run(new CaseContext(environment)) };
}

/** `msg`, `groups`, `two-servers`, `slow`, `spoils-accounts`, `login`. */
function tagsOf({ id, needs, waitsForTimeout, judgesLogin }: Omit<ConformanceCase, "tags" | "run">): string[] {
  return [
    id.split(".")[0] as string,
    ...((needs.groupMembers ?? 0) > 0 ? ["groups"] : []),
    ...(needs.secondServer ? ["two-servers"] : []),
    ...(waitsForTimeout ? ["slow"] : []),
    ...((needs.expendable ?? 0) > 0 ? ["spoils-accounts"] : []),
    ...(judgesLogin ? ["login"] : []),
  ];
}
