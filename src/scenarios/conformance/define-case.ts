import type { BaseContext } from "./base-context.js";
import { CaseContext } from "./case-context.js";
import type { CaseRole } from "./case-role.js";
import type { CaseEnvironment, CaseNeeds, ConformanceCase } from "./conformance-case.js";

export interface CaseDefinition<Context>
  extends Omit<ConformanceCase, "role" | "needs" | "tags" | "waitsForTimeout" | "judgesLogin" | "run">,
    Partial<Pick<ConformanceCase, "waitsForTimeout" | "judgesLogin">> {
  readonly needs?: CaseNeeds;
  run(context: Context): Promise<void>;
}

/** How a role's cases are made of their data and a short body, which is given a context of that role. */
export function definer<Context extends BaseContext>(
  role: CaseRole,
  Context: new (environment: CaseEnvironment) => Context,
): (definition: CaseDefinition<Context>) => ConformanceCase {
  return ({ run, ...definition }) => {
    const filled = { role, needs: {} as CaseNeeds, waitsForTimeout: false, judgesLogin: false, ...definition };
    return { ...filled, tags: tagsOf(filled), run: (environment) => run(new Context(environment)) };
  };
}

/** A case of a msg_server as clients see it: data, and a body that ends in what is expected of the server. */
export const defineCase = definer("msg", CaseContext);

/** `msg`, `groups`, `two-servers`, `leavers`, `slow`, `spoils-accounts`, `login`, `push`, `several-servers`. */
function tagsOf({ id, needs, waitsForTimeout, judgesLogin }: Omit<ConformanceCase, "tags" | "run">): string[] {
  return [
    id.split(".")[0] as string,
    ...((needs.groupMembers ?? 0) > 0 ? ["groups"] : []),
    ...(needs.secondServer ? ["two-servers"] : []),
    ...(waitsForTimeout ? ["slow"] : []),
    ...(needs.leaver ? ["leavers"] : []),
    ...((needs.expendable ?? 0) > 0 ? ["spoils-accounts"] : []),
    ...(judgesLogin ? ["login"] : []),
    ...(needs.ports ?? []),
    ...(needs.played ?? []),
    ...(needs.instances === undefined ? [] : ["several-servers"]),
  ];
}
