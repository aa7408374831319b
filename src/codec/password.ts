import { createHash } from "node:crypto";

/** What clients put into IMLoginReq.password: the lower-case hex MD5 of the password as typed. */
export function loginPassword(plain: string): string {
  return createHash("md5").update(plain, "utf8").digest("hex");
}
