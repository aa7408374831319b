/** Login PDUs a second of CPU time: the generator's devices against Tsung's ts_raw, with the same server. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommandId } from "../src/codec/generated/commands.js";
import { ClientType, UserStatType } from "../src/codec/generated/enums.js";
import { loginPassword } from "../src/codec/password.js";
import { encodePdu } from "../src/codec/pdu.js";
import { cpuSecondsOf } from "./cpu-seconds.js";
import { withEchoServers } from "./echo-server.js";
import { verdict } from "./message-load.js";

export interface TsungOptions {
  readonly devices: number;
  readonly loginsEach: number;
}

const DTD = "/usr/share/tsung/tsung-1.0.dtd";

export async function compareWithTsung({ devices, loginsEach }: TsungOptions): Promise<void> {
  if (spawnSync("tsung", ["-v"]).status !== 0) {
    console.log("Tsung: skipped, there is no tsung here (Debian has a package of that name)");
    return;
  }
  const hadEpmd = spawnSync("epmd", ["-names"]).status === 0;
  const folder = mkdtempSync(join(tmpdir(), "ttk-bench-tsung-"));
  try {
    const logins = devices * loginsEach;
    const numbers = [devices, loginsEach].map(String);
    const ours = await withEchoServers(1, ([port]) =>
      cpuSecondsOf([process.execPath, "--import", "tsx", "bench/raw-logins.ts", String(port), ...numbers]),
    );
    const theirs = await withEchoServers(1, async ([port = 0]) => {
      const file = join(folder, "tsung.xml");
      writeFileSync(file, configuration(port, devices, loginsEach));
      const seconds = await cpuSecondsOf(["tsung", "-f", file, "-l", folder, "start"]);
      requireAllAnswered(folder, logins);
      return seconds;
    });
    const [rate, theirRate] = [logins / ours, logins / theirs];
    console.log(
      `login PDUs, ${devices} connections: ${Math.round(rate)} in a second of CPU time, Tsung ${Math.round(theirRate)}; ` +
        `ratio ${(rate / theirRate).toFixed(2)} (at least 1: ${verdict(rate >= theirRate)})`,
    );
  } finally {
    rmSync(folder, { recursive: true });
    // Erlang's port mapper stays when whoever needed it has gone.
    if (!hadEpmd) spawnSync("epmd", ["-kill"]);
  }
}

/** XML cannot hold a PDU's zeros, so a piece of Erlang does. */
function configuration(port: number, devices: number, loginsEach: number): string {
  const body = {
    user_name: "user1",
    password: loginPassword("secret"),
    online_status: UserStatType.USER_STATUS_ONLINE,
    client_type: ClientType.CLIENT_TYPE_WINDOWS,
  };
  const pdu = encodePdu(CommandId.CID_LOGIN_REQ_USERLOGIN, body, { seqNum: 1 });
  return `<?xml version="1.0"?>
<!DOCTYPE tsung SYSTEM "${DTD}">
<tsung loglevel="notice" version="1.0">
  <clients><client host="localhost" use_controller_vm="true" maxusers="2000"/></clients>
  <servers><server host="127.0.0.1" port="${port}" type="tcp"/></servers>
  <load><arrivalphase phase="1" duration="10" unit="minute">
    <users maxnumber="${devices}" arrivalrate="1000" unit="second"/>
  </arrivalphase></load>
  <sessions><session name="login" probability="100" type="ts_raw">
    <setdynvars sourcetype="eval" code="fun(_) -&gt; &lt;&lt;${pdu.join(",")}&gt;&gt; end."><var name="pdu"/></setdynvars>
    <for from="1" to="${loginsEach}" var="i">
      <request subst="true"><raw data="%%_pdu%%" ack="local"/></request>
    </for>
  </session></sessions>
</tsung>
`;
}

function requireAllAnswered(folder: string, logins: number): void {
  const run = readdirSync(folder).find((name) => /^\d+-\d+$/.test(name)) ?? "";
  const log = readFileSync(join(folder, run, "tsung.log"), "utf8");
  const answered = [...log.matchAll(/^stats: request (\d+)/gm)].reduce((sum, [, count]) => sum + Number(count), 0);
  if (answered !== logins) throw new Error(`Tsung has had ${answered} of ${logins} answers`);
}
