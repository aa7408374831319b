import type { Address } from "../../client/peer.js";
import type { CaseResult, ConformanceResult, ConformanceTarget } from "./conformance-result.js";

/** What a run tells while it goes on, for live views. */
export type ConformanceEvent =
  | { readonly type: "run-started"; readonly target: ConformanceTarget; readonly total: number }
  | {
      /** The suite listens, and waits for the server under test to dial. */
      readonly type: "links-awaited";
      /** What kind of server that is: "http_msg_server". */
      readonly by: string;
      readonly listening: readonly { readonly name: string; readonly address: Address }[];
    }
  | {
      readonly type: "case-started";
      readonly id: string;
      /** It mostly waits for one of the server's time limits. */
      readonly waitsForTimeout: boolean;
    }
  | {
      readonly type: "case-connected";
      readonly id: string;
      readonly connection: string;
      readonly local: Address;
      readonly remote: Address;
    }
  | { readonly type: "case-finished"; readonly result: CaseResult; readonly finished: number; readonly total: number }
  | { readonly type: "run-finished"; readonly result: ConformanceResult };
