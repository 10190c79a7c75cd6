import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { temporaryFolder } from "../../support/servers.ts";

const root = join(import.meta.dirname, "../../..");
const script = readFileSync(join(root, "deploy/setup/prepare.sh"), "utf8");
const folder = temporaryFolder("prepare");
const TOOLS = "cat cksum dirname env grep ls mktemp rm sed sh tail tr".split(" ");
/** What a test needs that is in the PATH of a machine, and no Caddy. */
const SERVERS = ["redis-server", "prosody", "nginx", "postgres"];

/** Programs of a machine whose lists know no Caddy, once there are lists, and where nothing can be installed. */
const machine = (lists: string): Readonly<Record<string, string>> => ({
  id: "echo 1000",
  sudo: `case "$*" in
*" update") echo new >"${lists}" ;;
*" install "*) exit 100 ;;
esac`,
  "apt-cache": `[ -e "${lists}" ] && [ "$2" != caddy ]`,
  "apt-get": "exit 1",
});

/** Prepares a clone whose npm packages are there for the tests, on that machine with these servers. */
function prepare(name: string, servers: readonly string[], hasLists: boolean) {
  const [clone, bin, lists] = [join(folder, name), join(folder, name, "bin"), join(folder, name, "lists")];
  const modules = join(clone, "node_modules");
  for (const made of [
    bin,
    join(clone, "deploy/setup"),
    ...[".bin", "@xmpp/client", ".cache/foreign-clients"].map((at) => join(modules, at)),
  ])
    mkdirSync(made, { recursive: true });
  const programs = { ...machine(lists), ...Object.fromEntries(servers.map((server) => [server, "exit 0"])) };
  for (const [file, text] of Object.entries(programs))
    writeFileSync(join(bin, file), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  for (const tool of TOOLS) {
    const { stdout } = spawnSync("sh", ["-c", `command -v ${tool}`], { encoding: "utf8" });
    symlinkSync(stdout.trim(), join(bin, tool));
  }
  if (hasLists) writeFileSync(lists, "");
  writeFileSync(join(clone, "package-lock.json"), "{}");
  symlinkSync(process.execPath, join(modules, ".bin/node"));
  writeFileSync(join(modules, ".prepared"), spawnSync("cksum", { input: "{}", encoding: "utf8" }).stdout);
  const [, foreign = ""] = /^foreign_packages='(.*)'$/m.exec(script) ?? [];
  writeFileSync(join(modules, ".cache/foreign-clients/.prepared"), foreign);
  const file = join(clone, "deploy/setup/prepare.sh");
  writeFileSync(file, script);
  // A python that has Synapse, for all that is asked of it.
  const env = { PATH: bin, MIMI_SYNAPSE: "/bin/true" };
  return spawnSync("/bin/sh", [file, "test"], { encoding: "utf8", env });
}

void describe("deploy/setup/prepare.sh where the system has no Caddy", () => {
  void it("says that its example is not tested, and prepares all else", () => {
    const { status, stderr } = prepare("without", SERVERS, true);
    assert.equal(stderr, "prepare: this system has no Caddy: deploy/proxy/Caddyfile is not tested\n");
    assert.equal(status, 0);
  });

  void it("does not name it in the command to try by hand, once the lists say so", () => {
    const others = SERVERS.filter((server) => server !== "redis-server");
    const { status, stderr } = prepare("lists", others, false);
    assert.match(stderr, /^prepare: installing Debian packages: .*\bcaddy\b/m);
    const [, byHand = ""] = /To try by hand, as root: (.*)$/m.exec(stderr) ?? [];
    assert.match(byHand, /^apt-get update && apt-get install --no-install-recommends .*redis-server/);
    assert.doesNotMatch(byHand, /caddy/);
    assert.equal(status, 1);
  });
});
