/** Cases that find the fault of no mutant, each with the reason. One that does find a fault must not stand here. */
export const casesWithoutMutant: Readonly<Record<string, string>> = {};
