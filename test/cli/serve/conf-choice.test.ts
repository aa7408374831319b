import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Host } from "../../../src/cli/host.js";
import { readConfs } from "../../../src/cli/serve/conf-choice.js";
import { parseConf } from "../../../src/cli/serve/conf-file.js";
import { type ServeChoice, servePlan } from "../../../src/cli/serve/serve-plan.js";
import { withConfs } from "../../../src/cli/serve/with-confs.js";
import { parseRedisUrl } from "../../../src/server/storage/sql/redis-url.js";

let folder = "";
let said = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ttk-conf-"));
  said = "";
});
afterEach(() => rm(folder, { recursive: true }));

async function read(files: Record<string, string>) {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const stderr = {
    write: (text: string | Buffer) => {
      said += text.toString();
    },
  };
  return readConfs({ cwd: folder, stderr } as unknown as Host, Object.keys(files));
}

const at = (host: string, port: number) => ({ host, port });

describe("configuration files of the original servers", () => {
  it("are read as the original reads them: blanks, comments", () => {
    const { entries, odd } = parseConf(
      "# all\n ListenIP = 0.0.0.0 # here\r\n\nnonsense\n=x\nListenPort=1\nListenPort=2\n",
    );
    expect(entries.map(({ key, value, line }) => [key, value, line])).toEqual([
      ["ListenIP", "0.0.0.0", 2],
      ["ListenPort", "1", 6],
      ["ListenPort", "2", 7],
    ]);
    expect(odd).toEqual([4, 5]);
  });

  it("may say a key again, and the first value counts, as for the originals, which pass empty ones over", async () => {
    const text = "ListenMsgPort=\nListenMsgPort=4\nListenIP=r\nListenMsgPort=5\nListenIP=\n";
    expect((await read({ "routeserver.conf": text })).listenOn.route).toEqual([at("r", 4)]);
    expect(said).toBe("routeserver.conf:4: ListenMsgPort is passed over: line 2 has it\n");
  });

  it("may begin with a byte order mark and have comments in any encoding", async () => {
    const text = Buffer.concat([Buffer.from("\ufeffListenMsgPort=4 \r\n# "), Buffer.from("d6d0cec4", "hex")]);
    await writeFile(join(folder, "routeserver.conf"), text);
    expect((await readConfs({ cwd: folder } as unknown as Host, ["routeserver.conf"])).listenOn.route).toEqual([
      at("127.0.0.1", 4),
    ]);
  });

  it("say everything about a msg_server", async () => {
    const choice = await read({
      "msgserver.conf": `
ListenIP=127.0.0.1;10.0.0.1
ListenPort=8000
ConcurrentDBConnCnt=2
DBServerIP1=10.0.0.2
DBServerPort1=10600
DBServerIP2=10.0.0.2
DBServerPort2=10600
DBServerIP3=10.0.0.3
DBServerPort3=10601
LoginServerIP1=10.0.0.4
LoginServerPort1=8100
RouteServerIP1=10.0.0.5
RouteServerPort1=8200
RouteServerIP2=10.0.0.6
RouteServerPort2=8200
PushServerIP1=10.0.0.7
PushServerPort1=8500
FileServerIP1=10.0.0.8
FileServerPort1=8601
IpAddr1=1.2.3.4
IpAddr2=1.2.3.5
MaxConnCnt=100000
aesKey=12345678901234567890123456789012
`,
    });
    expect(choice).toEqual({
      roles: ["msg"],
      listenOn: { msg: [{ ...at("127.0.0.1", 8000), alsoOn: ["10.0.0.1"] }] },
      linksPerDbProxy: 2,
      dbProxy: [at("10.0.0.2", 10600), at("10.0.0.3", 10601)],
      login: [at("10.0.0.4", 8100)],
      route: [at("10.0.0.5", 8200), at("10.0.0.6", 8200)],
      pushServer: [at("10.0.0.7", 8500)],
      fileServer: [at("10.0.0.8", 8601)],
      advertise: "1.2.3.4",
      advertise2: "1.2.3.5",
      msgMaxConnections: 100000,
      textKey: "12345678901234567890123456789012",
    });
    expect(said).toBe("");
  });

  it("say several addresses to listen on, for each port", async () => {
    const choice = await read({
      "loginserver.conf":
        "ClientListenIP=a;b # can use multiple ip, seperate by ';'\nHttpListenIP=c; d;\nMsgServerListenIP=e\n",
      "routeserver.conf": "ListenIP=f;g\nListenMsgPort=4\n",
      "fileserver.conf": "ClientListenIP=h;i\n",
      "msfs.conf": "ListenIP=k;l\n",
    });
    expect(choice.listenOn).toEqual({
      login: {
        clients: { ...at("a", 8008), alsoOn: ["b"] },
        http: { ...at("c", 8080), alsoOn: ["d"] },
        servers: at("e", 8100),
      },
      route: [{ ...at("f", 4), alsoOn: ["g"] }],
      file: { clients: { ...at("h", 8600), alsoOn: ["i"] }, servers: at("h", 8601) },
      msfs: { ...at("k", 8700), alsoOn: ["l"] },
    });
    expect(said).toBe("");
  });

  it("say everything about the others", async () => {
    const choice = await read({
      "loginserver.conf":
        "ClientListenIP=h\nClientPort=1\nHttpListenIP=i\nHttpPort=2\nMsgServerListenIP=j\nMsgServerPort=3\nmsfs=http://m/\ndiscovery=http://d/\n",
      "routeserver.conf": "ListenIP=r\nListenMsgPort=4\n",
      "dbproxyserver.conf": `
ListenIP=d
ListenPort=5
ThreadNum=48
MsfsSite=127.0.0.1
DBInstances=teamtalk_master,teamtalk_slave
teamtalk_master_host=10.0.0.9
teamtalk_master_port=3307
teamtalk_master_dbname=teamtalk
teamtalk_master_username=me
teamtalk_master_password=p@ss/word
teamtalk_master_maxconncnt=16
teamtalk_slave_host=10.0.0.9
CacheInstances=unread,group_set,token,sync,group_member
unread_host=10.0.0.10
unread_port=6379
unread_db=1
group_set_host=10.0.0.10
group_set_port=6379
group_set_db=2
sync_host=10.0.0.10
sync_db=3
token_host=10.0.0.10
token_db=4
group_member_host=10.0.0.10
group_member_db=5
`,
      "fileserver.conf":
        "FileServerIp=x;y\nAddress=f\nListenPort=6\nMsgServerListenIP=g\nMsgServerListenPort=7\nTaskTimeout=60\n",
      "httpmsgserver.conf": "ListenIP=q\nListenPort=8\nDBServerIP1=d\nDBServerPort1=5\n",
      "msfs.conf":
        "ListenIP=s\nListenPort=9\nBaseDir=./tmp\nFileCnt=1\nFilesPerDir=2\nGetThreadCount=3\nPostThreadCount=4\n",
      "pushserver.conf": "ListenIP=p\nListenPort=10\nCertPath=a\nKeyPath=b\nKeyPassword=c\nSandBox=0\n",
    });
    expect(choice).toMatchObject({
      roles: ["login", "route", "db", "file", "http-msg", "msfs", "push"],
      listenOn: {
        login: { clients: at("h", 1), http: at("i", 2), servers: at("j", 3) },
        route: [at("r", 4)],
        db: [at("d", 5)],
        file: { clients: at("f", 6), servers: at("g", 7) },
        httpMsg: at("q", 8),
        msfs: at("s", 9),
        push: at("p", 10),
      },
      msfsSite: "http://m/",
      discovery: "http://d/",
      fileAdvertise: ["x", "y"],
      fileTaskTimeout: 60,
      msfsData: "./tmp",
      dbProxy: [at("d", 5)],
      storage: "mysql://me:p%40ss%2Fword@10.0.0.9:3307/teamtalk",
      redis: "redis://10.0.0.10:6379?unread=1&group_set=2&token=4&sync=3&group_member=5",
    });
    expect(said).toBe(
      "dbproxyserver.conf: not used: ThreadNum, teamtalk_master_maxconncnt, teamtalk_slave_host\n" +
        "msfs.conf: not used: FileCnt, FilesPerDir, GetThreadCount, PostThreadCount\n" +
        "pushserver.conf: not used: CertPath, KeyPath, KeyPassword, SandBox\n",
    );
  });

  it("have the keys named that nothing is done with: of no instance, or beside another that counts", async () => {
    await read({
      "dbproxyserver.conf":
        "ListenIP=d\nunread_password=secret\nCacheInstances=unread\nunread_host=h\nunraed_db=7\nMsfsSite=f\n",
      "fileserver.conf": "Address=f\nClientListenIP=g\nListenPort=\n",
    });
    expect(said).toBe(
      "dbproxyserver.conf: not used: unread_password, unraed_db, MsfsSite\nfileserver.conf: not used: Address\n",
    );
  });

  it("that name no address have their servers listen on loopback alone", async () => {
    const choice = await read({
      "msgserver.conf": "ListenPort=1\n",
      "routeserver.conf": "ListenIp=10.0.0.1\nListenMsgPort=2\n",
      "loginserver.conf": "ClientPort=3\nHttpPort=4\nMsgServerPort=5\n",
      "dbproxyserver.conf": "ListenPort=6\n",
      "httpmsgserver.conf": "ListenPort=7\n",
      "msfs.conf": "ListenPort=8\n",
      "pushserver.conf": "ListenPort=9\n",
      "fileserver.conf": "Address=f\nListenPort=10\n",
    });
    const loopback = (port: number) => at("127.0.0.1", port);
    expect(choice.listenOn).toEqual({
      msg: [loopback(1)],
      route: [loopback(2)],
      login: { clients: loopback(3), http: loopback(4), servers: loopback(5) },
      db: [loopback(6)],
      httpMsg: loopback(7),
      msfs: loopback(8),
      push: loopback(9),
      file: { clients: at("f", 10), servers: at("f", 8601) },
    });
  });

  it("may name another Redis server for each group of keys", async () => {
    const { redis } = await read({
      "dbproxyserver.conf":
        "CacheInstances=unread,token,group_member\nunread_host=h\ntoken_host=i\ntoken_db=4\ngroup_member_host=h\ngroup_member_port=7000\n",
    });
    expect(redis).toBe("redis://h:6379?unread=0&token=i:6379/4&group_member=h:7000/0");
    expect(parseRedisUrl(redis ?? "")).toMatchObject({
      numbers: { unread: 0, token: 4, group_member: 0 },
      elsewhere: { token: { host: "i", port: 6379 }, group_member: { host: "h", port: 7000 } },
    });
  });

  it("are warned about for keys that the server does not know, and lines that are none", async () => {
    await read({ "routeserver.conf": "ListenIp=r\nhello\nListenMsgPort=4\n" });
    expect(said).toBe(
      'routeserver.conf:2: is not key=value, and is passed over\nrouteserver.conf:1: routeserver.conf has no key ListenIp; did you mean "ListenIP"?\n',
    );
  });

  it("are warned about for servers of a list behind a number that is missing, where the originals stop reading", async () => {
    const text = "RouteServerIP1=r\nRouteServerPort1=1\nRouteServerIP3=s\nRouteServerPort3=2\nDBServerIP2=d\n";
    expect((await read({ "msgserver.conf": text })).route).toEqual([at("r", 1)]);
    expect(said).toBe(
      "msgserver.conf:3: RouteServerIP3 is passed over: there is no RouteServerIP2\n" +
        "msgserver.conf:5: DBServerIP2 is passed over: there is no DBServerIP1\n" +
        "msgserver.conf: not used: RouteServerPort3\n",
    );
  });

  it.each([
    [{ "routserver.conf": "" }, /^routserver\.conf is none of msgserver\.conf, .*did you mean "routeserver\.conf"/],
    [{ "routeserver.conf": "ListenMsgPort=http" }, /routeserver\.conf:1: ListenMsgPort must be a whole number/],
    [{ "msgserver.conf": "aesKey=short" }, "msgserver.conf:1: aesKey must have 32 characters, not 5"],
    [{ "msgserver.conf": "DBServerIP1=x" }, "msgserver.conf:1: DBServerIP1 has no DBServerPort1"],
    [
      { "msgserver.conf": "\nListenPort=70000" },
      'msgserver.conf:2: ListenPort must be a whole number, 1 to 65535, not "70000"',
    ],
    [
      { "msgserver.conf": "ListenIP=127.0.0.1; a b" },
      'msgserver.conf:1: ListenIP must be hosts\' names or addresses, ; between, not "a b"',
    ],
    [{ "msgserver.conf": "ListenIP= ; " }, "msgserver.conf:1: ListenIP must be at least one host's name or address"],
    [
      { "msgserver.conf": "MaxConnCnt=many" },
      'msgserver.conf:1: MaxConnCnt must be a whole number, 1 to 4294967295, not "many"',
    ],
    [
      { "msgserver.conf": "RouteServerIP1=10.0.0.5:8200\nRouteServerPort1=8200" },
      'msgserver.conf:1: RouteServerIP1 must be a host\'s name or address, without a port, not "10.0.0.5:8200"',
    ],
    [
      { "loginserver.conf": "HttpListenIP=http://h" },
      'loginserver.conf:1: HttpListenIP must be a host\'s name or address, without a port, not "http://h"',
    ],
    [
      { "fileserver.conf": "Address=a b" },
      'fileserver.conf:1: Address must be a host\'s name or address, without a port, not "a b"',
    ],
    [
      { "fileserver.conf": "TaskTimeout=60s" },
      'fileserver.conf:1: TaskTimeout must be a whole number, 1 to 4294967295, not "60s"',
    ],
    [
      { "dbproxyserver.conf": "# db\nDBInstances=a_slave, a_master\na_slave_host=h" },
      "dbproxyserver.conf:2: DBInstances names a_master, but there is no a_master_host",
    ],
    [
      { "dbproxyserver.conf": "DBInstances=a_master\na_master_host=a b" },
      'dbproxyserver.conf:2: a_master_host must be a host\'s name or address, without a port, not "a b"',
    ],
    [
      { "dbproxyserver.conf": "CacheInstances=unread,token\nunread_host=h" },
      "dbproxyserver.conf:1: CacheInstances names token, but there is no token_host",
    ],
    [
      { "dbproxyserver.conf": "CacheInstances=unread\nunread_host=h\nunread_db=-1" },
      'dbproxyserver.conf:3: unread_db must be a whole number, 0 to 1000, not "-1"',
    ],
    [
      { "dbproxyserver.conf": "DBInstances=m\nm_host=h\nMsfsSite=ftp://files" },
      'dbproxyserver.conf:3: MsfsSite must be host, host:port or http://host:port/, not "ftp://files"',
    ],
  ])("are refused with the line that is wrong: %s", async (files, message) => {
    await expect(read(files as unknown as Record<string, string>)).rejects.toThrow(message);
  });

  it("give way to flags", async () => {
    const choice = await read({
      "msgserver.conf": "ListenPort=8000\nMaxConnCnt=5\nIpAddr1=1.2.3.4\nLoginServerIP1=l\nLoginServerPort1=1\n",
    });
    const flags: ServeChoice & { advertise: string; msgMaxConnections?: number } = {
      roles: [],
      host: "127.0.0.1",
      ports: "default",
      advertise: "mine",
    };
    const settled = withConfs(flags, choice, (option) => ["advertise", "host"].includes(option));
    expect(settled).toMatchObject({
      roles: ["msg"],
      advertise: "mine",
      msgMaxConnections: 5,
      login: [at("l", 1)],
      listenOn: { msg: [at("127.0.0.1", 8000)] },
    });
    expect(withConfs(flags, choice, (option) => option === "ports").listenOn).toEqual({});
    expect(withConfs({ ...flags, roles: ["route"] }, choice, () => false).listenOn).toEqual({});
    const withFile = { ...choice, fileAdvertise: ["10.0.0.8"] };
    expect(withConfs(flags, withFile, () => false).fileAdvertise).toEqual(["10.0.0.8"]);
    expect(withConfs(flags, withFile, (option) => option === "advertise").fileAdvertise).toBeUndefined();
  });

  it("of a whole deployment serve for one of its roles, too", async () => {
    const choice = await read({
      "msgserver.conf":
        "ListenIP=m\nLoginServerIP1=l\nLoginServerPort1=1\nRouteServerIP1=r\nRouteServerPort1=2\nDBServerIP1=d\nDBServerPort1=3\nFileServerIP1=f\nFileServerPort1=4\nPushServerIP1=p\nPushServerPort1=5\n",
      "routeserver.conf": "ListenIP=r\nListenMsgPort=2\n",
      "httpmsgserver.conf": "ListenIP=h\nListenPort=6\n",
      "dbproxyserver.conf": "ListenIP=d\nListenPort=3\nDBInstances=a_master\na_master_host=sql\n",
    });
    const settledFor = (role: string) => {
      const flags: ServeChoice & { storage: string } = {
        roles: [role],
        host: "h",
        ports: "default",
        storage: "memory",
      };
      return withConfs(flags, choice, () => false);
    };
    const planFor = (role: string) => servePlan(settledFor(role));
    expect(planFor("route")).toMatchObject({ layout: { route: [at("r", 2)], msg: [] }, remote: { login: [], db: [] } });
    expect(planFor("http-msg").remote).toEqual({
      login: [],
      route: [at("r", 2)],
      db: [at("d", 3)],
      file: [],
      push: [],
    });
    expect(planFor("db").layout).toMatchObject({ db: [at("d", 3)], msg: [] });
    expect(["route", "msg", "http-msg", "db"].map((role) => settledFor(role).storage)).toEqual([
      "memory",
      "memory",
      "memory",
      choice.storage,
    ]);
    expect(planFor("msg").remote).toMatchObject({ login: [at("l", 1)], file: [at("f", 4)], push: [at("p", 5)] });
  });
});
