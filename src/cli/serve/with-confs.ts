import type { Address } from "../../net/address.js";
import type { ClusterLayout } from "../../server/cluster-layout.js";
import type { RoleName } from "../../server/role-name.js";
import type { ConfChoice } from "./conf-choice.js";
import type { ServeChoice } from "./serve-plan.js";

/** Where each part of a layout belongs. */
const roleOf: Readonly<Record<keyof ClusterLayout, RoleName>> = {
  login: "login",
  route: "route",
  db: "db",
  file: "file",
  push: "push",
  msg: "msg",
  httpMsg: "http-msg",
  msfs: "msfs",
};

/**
 * The command line's options with what configuration files say beneath them: a flag or an environment variable wins. What
 * files of a whole deployment say to other roles than those that run here is left out.
 * @param isGiven whether an option was given in one of these two ways
 */
export function withConfs<Options extends ServeChoice>(
  options: Options,
  { roles, listenOn, ...values }: ConfChoice,
  isGiven: (option: string) => boolean,
): Options & Omit<ConfChoice, "roles" | "listenOn"> & Pick<ServeChoice, "roles" | "listenOn"> {
  // Redis and msfs go with the MySQL of the same file.
  const isBeaten = (option: string) =>
    isGiven(option) ||
    (["redis", "audioMsfs"].includes(option) && isGiven("storage")) ||
    (option === "fileAdvertise" && isGiven("advertise"));
  const running = new Set(options.roles.length > 0 ? options.roles : roles);
  const asksDatabase = running.has("msg") || running.has("http-msg");
  const hasDbProxies = (options.dbProxy ?? values.dbProxy) !== undefined;
  const isWanted: Readonly<Record<string, boolean>> = {
    ...forAll(["login", "fileServer", "pushServer"], running.has("msg")),
    ...forAll(["route", "dbProxy"], asksDatabase),
    ...forAll(["storage", "redis", "audioMsfs"], running.has("db") || (asksDatabase && !hasDbProxies)),
  };
  const fromFiles = Object.entries(values).filter(([option]) => !isBeaten(option) && isWanted[option] !== false);
  return {
    ...options,
    ...Object.fromEntries(fromFiles),
    roles: [...running],
    listenOn: addressesFor(options, listenOn, running, isGiven),
  };
}

function forAll(options: readonly string[], value: boolean): Record<string, boolean> {
  return Object.fromEntries(options.map((option) => [option, value]));
}

function addressesFor(
  { host }: ServeChoice,
  listenOn: Partial<ClusterLayout>,
  roles: ReadonlySet<string>,
  isGiven: (option: string) => boolean,
): Partial<ClusterLayout> {
  if (isGiven("listen") || isGiven("ports")) return {};
  const entries = Object.entries(listenOn).filter(([part]) => roles.has(roleOf[part as keyof ClusterLayout]));
  if (!isGiven("host")) return Object.fromEntries(entries);
  return JSON.parse(JSON.stringify(Object.fromEntries(entries)), (_, value: unknown) =>
    isAddress(value) ? { host, port: value.port } : value,
  ) as Partial<ClusterLayout>;
}

function isAddress(value: unknown): value is Address {
  return typeof value === "object" && value !== null && "port" in value;
}
