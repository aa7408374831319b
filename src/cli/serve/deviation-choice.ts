import { didYouMean } from "../../codec/did-you-mean.js";
import { type Deviations, deviatingIn, deviationIds, strict, teamtalk } from "../../server/deviations.js";
import { usageError } from "../command-error.js";

export interface DeviationChoice {
  readonly profile: "strict" | "teamtalk";
  /** Each one id, or several with commas between. */
  readonly deviate?: readonly string[];
}

/** @throws CommandError usage, for an id that is none */
export function deviationsOf({ profile, deviate }: DeviationChoice): Deviations {
  const asked = (deviate ?? []).flatMap((ids) => ids.split(",")).map((id) => id.trim().toUpperCase());
  const ids = asked.map((id) => {
    const known = deviationIds.find((each) => each === id);
    if (known !== undefined) return known;
    throw usageError(
      `nothing deviates in ${id || "nothing"}; docs/deviations.md lists what can${didYouMean(id, deviationIds)}`,
    );
  });
  if (ids.length === 0) return profile === "teamtalk" ? teamtalk : strict;
  if (profile === "teamtalk")
    throw usageError("--profile teamtalk deviates in all of them; --deviate is for single ones");
  return deviatingIn(ids);
}
