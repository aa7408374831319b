import { percentDecoded } from "./percent-decoded.js";

export interface MysqlTarget {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Without the password, for messages. */
  readonly shown: string;
}

const PORT = 3306;
const NAME = /^[A-Za-z0-9_$-]{1,64}$/;

/** `mysql://user:password@host:port/database`; `undefined` when it is not that. Port 3306 and user root unless given. */
export function parseMysqlUrl(text: string): MysqlTarget | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, hostname, port, username, password, pathname } = new URL(text);
  const database = pathname.slice(1);
  if (protocol !== "mysql:" || hostname === "" || !NAME.test(database)) return undefined;
  const user = percentDecoded(username);
  const secret = percentDecoded(password);
  if (user === undefined || secret === undefined) return undefined;
  const at = port === "" ? PORT : Number(port);
  return {
    host: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: at,
    user: user === "" ? "root" : user,
    password: secret,
    database,
    shown: `mysql://${hostname}:${at}/${database}`,
  };
}
