import { hash, timingSafeEqual } from "node:crypto";

/** What is stored: md5(md5(plain) + salt), lower-case hex. `received` is md5(plain), as clients send it. */
export function passwordHash(received: string, salt: string): string {
  return hash("md5", received + salt, "hex");
}

/** In constant time, so that an answer's delay says nothing about the stored hash. */
export function passwordMatches(received: string, salt: string, storedHash: string): boolean {
  const computed = Buffer.from(passwordHash(received, salt), "latin1");
  const stored = Buffer.from(storedHash, "latin1");
  return computed.length === stored.length && timingSafeEqual(computed, stored);
}
