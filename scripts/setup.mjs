#!/usr/bin/env node
// Brings a fresh clone to where `ttk` runs: dependencies installed, dist/ built. Does nothing when both are up to date.
// Plain JavaScript without imports beyond Node's own, because it runs before anything is installed.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const top = dirname(dirname(fileURLToPath(import.meta.url)));
const installedStamp = join(top, "node_modules", ".package-lock.json");
const builtStamp = join(top, "dist", ".built");

requireNode(20, 19);
if (!isNewer(installedStamp, ["package.json", "package-lock.json"])) {
  run("installing dependencies", "npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
}
if (!isNewer(builtStamp, ["src", "package.json", "tsconfig.json", "tsconfig.build.json"])) build();
linkCommand();

function requireNode(major, minor) {
  const [haveMajor, haveMinor] = process.versions.node.split(".").map(Number);
  if (haveMajor > major || (haveMajor === major && haveMinor >= minor)) return;
  fail(`Node.js ${major}.${minor} or newer is needed; this is ${process.versions.node}`);
}

function build() {
  rmSync(join(top, "dist"), { recursive: true, force: true });
  run("building", process.execPath, [join(top, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.build.json"]);
  run("bundling the pages of the reports", process.execPath, [join(top, "scripts/bundle-pages.mjs")]);
  writeFileSync(builtStamp, "");
}

/** `npx ttk` inside the clone finds the command where a dependency's would be. */
function linkCommand() {
  const main = join(top, "dist/cli/main.js");
  chmodSync(main, 0o755);
  const bin = join(top, "node_modules/.bin/ttk");
  if (existsSync(bin)) return;
  mkdirSync(dirname(bin), { recursive: true });
  if (process.platform === "win32") writeFileSync(`${bin}.cmd`, `@node "${main}" %*\r\n`);
  else symlinkSync("../../dist/cli/main.js", bin);
}

/** Whether the stamp exists and nothing among the sources has changed since. */
function isNewer(stamp, sources) {
  if (!existsSync(stamp)) return false;
  const stampMs = statSync(stamp).mtimeMs;
  return sources.every((source) => newestMs(join(top, source)) <= stampMs);
}

function newestMs(path) {
  const entry = statSync(path);
  if (!entry.isDirectory()) return entry.mtimeMs;
  return readdirSync(path).reduce((newest, name) => Math.max(newest, newestMs(join(path, name))), entry.mtimeMs);
}

function run(what, command, args) {
  process.stderr.write(`${what} …\n`);
  const { status, error } = spawnSync(command, args, { cwd: top, stdio: ["ignore", 2, 2] });
  if (error) fail(`${what}: ${error.message}`);
  if (status !== 0) fail(`${what} failed`);
}

function fail(text) {
  process.stderr.write(`setup: ${text}\n`);
  process.exit(5);
}
