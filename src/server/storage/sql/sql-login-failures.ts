import { createHash } from "node:crypto";
import { FAILURE_WINDOW_MS } from "../login-guard.js";
import type { LoginFailures } from "../storage.js";
import type { LiveState } from "./live-state.js";

/** Counted together by all processes of a store. Names go by a hash: a stranger chooses them, of any length (LGN-08). */
export class SqlLoginFailures implements LoginFailures {
  constructor(
    private readonly live: LiveState,
    private readonly nowSeconds: () => number,
  ) {}

  recent(name: string): Promise<number> {
    return this.live.loginFailures(hashOf(name), this.nowSeconds() - FAILURE_WINDOW_MS / 1000);
  }

  failed(name: string): Promise<void> {
    return this.live.loginFailed(hashOf(name), this.nowSeconds());
  }

  succeeded(name: string): Promise<void> {
    return this.live.loginSucceeded(hashOf(name));
  }
}

function hashOf(name: string): string {
  return createHash("sha256").update(name, "utf8").digest("base64url");
}
