import { readdirSync, readFileSync } from "node:fs";
import { grafanaDashboard } from "./grafana-dashboard.js";
import { luaDissector } from "./lua-dissector.js";

/** File name below the output folder → contents. */
export type ExportFiles = ReadonlyMap<string, string>;

const protoFolder = new URL("../../../proto/", import.meta.url);

/** The schemas, one file a package, and how to compile them. */
export function protoFiles(): ExportFiles {
  const names = readdirSync(protoFolder).filter((name) => name.endsWith(".proto"));
  const schemas = names.map((name) => [name, readFileSync(new URL(name, protoFolder), "utf8")] as const);
  return new Map([...schemas, ["README.md", protoReadme]]);
}

/** A dissector in Lua, the schemas beside it, and how to install them. */
export function wiresharkFiles(version: string): ExportFiles {
  const schemas = [...protoFiles()].filter(([name]) => name.endsWith(".proto"));
  return new Map([
    ["teamtalk.lua", luaDissector(version)],
    ["README.md", wiresharkReadme],
    ...schemas.map(([name, text]) => [`proto/${name}`, text] as const),
  ]);
}

/** The dashboard, and how to feed it. */
export function grafanaFiles(version: string): ExportFiles {
  return new Map([
    ["teamtalk-load.json", grafanaDashboard(version)],
    ["README.md", grafanaReadme],
  ]);
}

const grafanaReadme = `# Load runs in Grafana

Dashboards › New › Import, upload \`teamtalk-load.json\`, choose the Prometheus. It needs Grafana 10.1 or newer. Metrics come by
remote write, for which Prometheus is started with \`--web.enable-remote-write-receiver\`:

    ttk load --target 127.0.0.1:8000 --out prometheus-rw=http://127.0.0.1:9090/api/v1/write --tag testid=monday

or by a scrape of \`--out prometheus=127.0.0.1:9464\`, every five seconds or more often. \`--tag testid=…\` tells runs apart, and
generators that run at the same time: without it they write to the same series.
`;

const wiresharkReadme = `# TeamTalk / 0voice IM protocol in Wireshark

    mkdir -p ~/.local/lib/wireshark/plugins
    cp teamtalk.lua ~/.local/lib/wireshark/plugins/

Restart Wireshark, or press Ctrl+Shift+L. Windows: the folder is \`%APPDATA%\\Wireshark\\plugins\`; anywhere: Help › About
Wireshark › Folders › Personal Lua Plugins. Without installing: \`tshark -X lua_script:teamtalk.lua -r night.pcap\`.

- Links are recognised by their content, and on the default ports always; other ports: Preferences › Protocols › TEAMTALK, or
  Decode As.
- \`teamtalk\` filters PDUs; \`teamtalk.command_id == 0x0301\`, \`teamtalk.immsgdata.from_user_id == 7\`, \`teamtalk.missing_required\`
  what is in them. Every field of every message has such a name.
- Message text stays encrypted here: \`ttk decode\` shows it.

\`proto/\` holds the schemas, for other tools. The dissector does not need them.
`;

const protoReadme = `# TeamTalk / 0voice IM protocol: the schemas

proto2, one file a package. A PDU's body is the message that its command_id names (\`ttk schema\` lists them); before it stand
16 bytes of header, big-endian: length u32 (header included), version, flag, service_id, command_id, seq_num, reserved, u16 each.

    protoc --proto_path=. --decode=IM.Login.IMLoginReq IM.Login.proto < body.bin
    protoc --proto_path=. --python_out=out IM.*.proto
`;
