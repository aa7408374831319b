/** `2026-01-02 03:04:05 UTC` of an ISO time. */
export function dateText(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}
