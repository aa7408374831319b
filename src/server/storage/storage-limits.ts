/** The most that any adapter stores. Characters are code points, as database columns count. */
export const storageLimits = {
  userNameChars: 32,
  nickChars: 32,
  domainChars: 32,
  phoneChars: 11,
  emailChars: 64,
  avatarChars: 255,
  /** PRE-04. */
  signInfoBytes: 128,
  departmentNameChars: 64,
  groupNameChars: 256,
  groupAvatarChars: 256,
  groupMembers: 5_000,
  deviceTokenChars: 1024,
  fileNameChars: 255,
  /** Files that wait for one user; beyond it the oldest is no longer listed. */
  offlineFilesPerUser: 1_000,
  /** MSG-23. */
  contentBytes: 4096,
  /** Of audio, where it is not in a text column (MSG-19). */
  audioBytes: 512 << 10,
} as const;

/** As MsgType on the wire: 0x02 to a user, 0x12 to a group. */
export function isAudio(type: number): boolean {
  return type === 0x02 || type === 0x12;
}

export function fits(text: string, charsMax: number): boolean {
  // A code point is one or two UTF-16 units, so most texts need no counting.
  return text.length <= charsMax || (text.length <= 2 * charsMax && [...text].length <= charsMax);
}
