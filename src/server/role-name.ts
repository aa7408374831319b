export const roleNames = ["login", "route", "db", "file", "push", "msg", "http-msg", "msfs"] as const;
export type RoleName = (typeof roleNames)[number];
