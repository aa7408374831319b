/** Somebody who has left: name and password are right, and the status is not 0 (LGN-07). */
export const leaver = { name: "left1", password: "secret" };

/** The reference fixture with a leaver as its last user. */
export function withLeaver(fixture: string): string {
  const [users, groups, ...more] = fixture.split("\ngroups:\n");
  if (groups === undefined || more.length > 0) throw new Error("the fixture has no list of groups behind its users");
  return `${users}\n  - { name: ${leaver.name}, status: 3 }\ngroups:\n${groups}`;
}
