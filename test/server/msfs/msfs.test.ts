import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { formatAddress } from "../../../src/net/address.js";
import { type MsfsOptions, startMsfs } from "../../../src/server/msfs/msfs.js";
import type { RunningRole } from "../../../src/server/running-role.js";
import { until } from "../../helpers/until.js";

let folder = "";
let server: RunningRole | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ttk-msfs-"));
});
afterEach(async () => {
  await server?.stop(1000);
  await rm(folder, { recursive: true });
});

async function start(options: Partial<MsfsOptions> = {}): Promise<string> {
  server = await startMsfs({
    listen: { host: "127.0.0.1", port: 0 },
    folder: join(folder, "files"),
    clock: { nowMs: () => Date.now() },
    ...options,
  });
  return `http://${formatAddress(server.addresses.http as { host: string; port: number })}/`;
}

function form(name: string, content: Buffer | string): FormData {
  const data = new FormData();
  data.set("filename", new Blob([new Uint8Array(Buffer.from(content as string))]), name);
  return data;
}

interface UploadAnswer {
  readonly error_code: number;
  readonly error_msg: string;
  readonly path: string;
  readonly url: string;
}

async function post(site: string, body: FormData | string, headers: Record<string, string> = {}) {
  const answer = await fetch(site, { method: "POST", body, headers });
  return { status: answer.status, body: (await answer.json()) as UploadAnswer };
}

/** What is in the folder and below it, files only. */
async function kept(): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

describe("msfs (MFS-01)", () => {
  it("keeps an uploaded file and gives the bytes out by its path and url", async () => {
    const site = await start();
    const content = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index * 13));
    const { status, body } = await post(site, form("Photo.PNG", content));
    expect({ status, code: body.error_code }).toEqual({ status: 200, code: 0 });
    expect(body.path).toMatch(/^g0\/[0-9a-f]{2}\/[0-9a-f]{32}\.png$/);
    expect(body.url).toBe(site + body.path);
    const got = await fetch(body.url);
    expect(got.headers.get("content-type")).toBe("image/png");
    expect(Buffer.from(await got.arrayBuffer()).equals(content)).toBe(true);
    expect((await fetch(body.url, { method: "HEAD" })).headers.get("content-length")).toBe("100000");
    expect((await fetch(body.url, { method: "PUT" })).status).toBe(405);
  });

  it("names the site that it was told, and has anything but pictures and sound saved, not shown", async () => {
    const site = await start({ site: "https://files.example/" });
    const { body } = await post(site, form("page.html", "<script>"));
    expect(body.url).toBe(`https://files.example/${body.path}`);
    const got = await fetch(site + body.path);
    expect(got.headers.get("content-type")).toBe("application/octet-stream");
    expect(got.headers.get("content-disposition")).toBe("attachment");
  });

  it("gives 404 for what is not there, and reaches nothing outside its folder", async () => {
    const site = await start();
    await writeFile(join(folder, "secret"), "x");
    expect((await fetch(`${site}g0/00/${"0".repeat(32)}.png`)).status).toBe(404);
    for (const path of ["../secret", "g0/../../secret", "%2e%2e/secret", "..%2fsecret", "", "secret", "//etc/passwd"]) {
      expect(await statusOf(site, path)).toMatch(/ 404 /);
    }
    const { body } = await post(site, form("../../../evil/../x.sh/..", "y"));
    expect(body.path).toMatch(/^g0\/[0-9a-f]{2}\/[0-9a-f]{32}$/);
    expect(await kept()).toHaveLength(2);
  });

  it("gives out what an original msfs kept in its folder, and keeps files where an original looks for them", async () => {
    const site = await start();
    const name = "1410606663123456_140147430262321_200x300.JPG";
    await mkdir(join(folder, "files", "000", "012"), { recursive: true });
    await writeFile(join(folder, "files", "000", "012", name), "picture");
    const got = await fetch(`${site}g0/000/012/${name}`);
    expect(got.headers.get("content-type")).toBe("image/jpeg");
    expect(await got.text()).toBe("picture");
    for (const path of ["g0/000/../../secret", "g0/000/012", `g0/000/012/../012/${name}`, `000/012/${name}`]) {
      expect(await statusOf(site, path)).toMatch(/ 404 /);
    }
    const { body } = await post(site, form("a.mp3", "sound"));
    expect(await readFile(join(folder, "files", body.path.slice("g0/".length)), "utf8")).toBe("sound");
  });

  it("names in its answer the host that the client dialled, wherever it listens", async () => {
    const site = await start({ listen: { host: "0.0.0.0", port: 0 } });
    const dialled = site.replace("0.0.0.0", "127.0.0.1");
    const { body } = await post(dialled, form("a.txt", "x"));
    expect(body.url).toBe(`${dialled}${body.path}`);
  });

  it("lets a client go that asks for a file and does not read it", async () => {
    const site = await start({ connectionsMax: 1, requestTimeoutMs: 300 });
    const path = "000/000/1410606663123456_1.bin";
    await mkdir(join(folder, "files", "000", "000"), { recursive: true });
    await writeFile(join(folder, "files", path), Buffer.alloc(32 << 20));
    const { hostname, port } = new URL(site);
    const deaf = connect(Number(port), hostname).pause();
    deaf.on("error", () => {});
    deaf.write(`GET /g0/${path} HTTP/1.1\r\nHost: h\r\n\r\n`);
    await until(() => server?.counters().filesGiven === 1, "the file is on its way");
    const isFree = async () => (await fetch(`${site}nothing`).catch(() => undefined))?.status === 404;
    await until(isFree, "the only place is free again");
    deaf.destroy();
  });

  it("refuses a file above its limit with 413 and keeps nothing of it", async () => {
    const site = await start({ fileSizeMaxBytes: 1000 });
    expect(await post(site, form("a.bin", "x".repeat(1001)))).toMatchObject({ status: 413, body: { error_code: 1 } });
    expect(await kept()).toEqual([]);
    expect((await post(site, form("a.bin", "x".repeat(1000)))).status).toBe(200);
  });

  it.each([
    ["no form", "hello", {}],
    ["a form without its boundary", "hello", { "Content-Type": "multipart/form-data" }],
    [
      "a form cut short",
      "--b\r\nContent-Disposition: form-data; name=f",
      {
        "Content-Type": "multipart/form-data; boundary=b",
      },
    ],
    [
      "a form without a file",
      '--b\r\nContent-Disposition: form-data; name="f"\r\n\r\nx\r\n--b--\r\n',
      {
        "Content-Type": "multipart/form-data; boundary=b",
      },
    ],
    [
      "a file cut short",
      '--b\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\nhalf of i',
      {
        "Content-Type": "multipart/form-data; boundary=b",
      },
    ],
  ])("answers 400 to %s and keeps nothing", async (_, body, headers) => {
    const site = await start();
    expect(await post(site, body, headers as Record<string, string>)).toMatchObject({
      status: 400,
      body: { error_code: 1 },
    });
    expect(await kept()).toEqual([]);
  });

  it("keeps every one of the files that come together first, when no folder is there yet", async () => {
    const site = await start();
    const answers = await Promise.all(Array.from({ length: 32 }, () => post(site, form("a.png", "x"))));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(await kept()).toHaveLength(answers.length);
  });

  it.each([1, 1_000_000])("answers 500 where a file of %i bytes cannot be kept", async (size) => {
    await writeFile(join(folder, "occupied"), "");
    const site = await start({ folder: join(folder, "occupied") });
    expect(await post(site, form("a.png", "x".repeat(size)))).toMatchObject({ status: 500, body: { error_code: 1 } });
  });

  it("loses at its start what was half-written when an msfs was killed, and nothing else", async () => {
    const id = "0123456789abcdef0123456789abcdef";
    const put = async (path: string, ageMs: number) => {
      const file = join(folder, "files", path);
      await mkdir(join(file, ".."), { recursive: true });
      await writeFile(file, "half of it");
      await utimes(file, new Date(), new Date(Date.now() - ageMs));
    };
    const dayMs = 86_400_000;
    await put(`01/${id}.part`, dayMs);
    await put(`01/${id}.png.part`, dayMs);
    // Another msfs may be writing to it.
    await put(`ab/${id}.jpg.part`, 0);
    await put(`01/${id}.png`, dayMs);
    await put("01/somebody's.part", dayMs);
    await put(`other/${id}.part`, dayMs);
    await put("001/002/3_4.part", dayMs);
    const site = await start({ requestTimeoutMs: 60_000 });
    expect((await kept()).sort()).toEqual(
      [`${id}.jpg.part`, `${id}.png`, "somebody's.part", `${id}.part`, "3_4.part"].sort(),
    );
    expect((await fetch(`${site}g0/01/${id}.png`)).status).toBe(200);
  });

  it("refuses with 507 what all files together may not have, and counts it", async () => {
    await mkdir(join(folder, "files", "001", "002"), { recursive: true });
    await writeFile(join(folder, "files", "001", "002", "3_4.png"), "of an original ".repeat(10));
    const site = await start({ folderSizeMaxBytes: 1000 });
    const first = await post(site, form("a.bin", "x".repeat(600)));
    expect(first.status).toBe(200);
    const full = { status: 507, body: { error_code: 1, error_msg: "all files together may have 1000 bytes" } };
    expect(await post(site, form("b.bin", "x".repeat(251)))).toMatchObject(full);
    expect(await post(site, form("b.bin", "x".repeat(1_000_000)))).toMatchObject(full);
    expect((await post(site, form("b.bin", "x".repeat(250)))).status).toBe(200);
    expect((await kept()).length).toBe(3);
    expect(server?.counters()).toMatchObject({ filesKept: 2, uploadsRefused: 2, uploadsOverRoom: 2 });
    expect((await fetch(`${site}${first.body.path}`)).status).toBe(200);
  });

  it("takes files again once somebody has deleted others", async () => {
    const site = await start({ folderSizeMaxBytes: 1000 });
    const { body } = await post(site, form("a.bin", "x".repeat(1000)));
    await rm(join(folder, "files", body.path.slice("g0/".length)));
    expect((await post(site, form("b.bin", "x".repeat(1000)))).status).toBe(200);
  });

  it("has room again for what an upload that broke, or was too large, would have taken", async () => {
    const site = await start({ folderSizeMaxBytes: 1000, fileSizeMaxBytes: 900 });
    expect((await post(site, form("a.bin", "x".repeat(901)))).status).toBe(413);
    const cut = '--b\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\nhalf of i';
    const headers = { "Content-Type": "multipart/form-data; boundary=b" };
    expect((await post(site, cut.padEnd(500, "x"), headers)).status).toBe(400);
    expect((await post(site, form("a.bin", "x".repeat(900)))).status).toBe(200);
    expect((await post(site, form("a.bin", "x".repeat(100)))).status).toBe(200);
    expect((await post(site, form("a.bin", "x"))).status).toBe(507);
  });

  it("keeps nothing of an upload whose client goes away", async () => {
    const { hostname, port } = new URL(await start());
    const socket = connect(Number(port), hostname);
    socket.write(
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 9999\r\n\r\n" +
        '--b\r\nContent-Disposition: form-data; name="f"; filename="a.png"\r\n\r\nhalf of it',
    );
    await until(async () => (await kept()).length === 1, "the part of the file");
    socket.destroy();
    await until(async () => (await kept()).length === 0, "the end of the part");
  });
});

/** `fetch` would tidy the path up before it sends it. */
function statusOf(site: string, path: string): Promise<string> {
  const { hostname, port } = new URL(site);
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(Number(port), hostname, () => socket.write(`GET /${path} HTTP/1.1\r\nHost: x\r\n\r\n`));
    socket.setEncoding("utf8").on("data", (text: string) => {
      answer += text;
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(answer.split("\r\n")[0] ?? ""));
  });
}
