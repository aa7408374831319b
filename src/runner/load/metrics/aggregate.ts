/** What a threshold looks at: `p(95)` is `{ percent: 95 }`. */
export type Aggregate = "count" | "rate" | "value" | "avg" | "min" | "max" | "med" | { readonly percent: number };
