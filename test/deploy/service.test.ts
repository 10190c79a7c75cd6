import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { temporaryFolder } from "../support/servers.ts";

const root = join(import.meta.dirname, "../..");
const units = join(root, "deploy/systemd");
const folder = temporaryFolder("service");
const unit = readFileSync(join(units, "mimi-gateway.service"), "utf8");

/** What a program says of it; null: the program is not on this machine. */
function run(program: string, line: readonly string[], input = "") {
  const { error, status, stdout, stderr } = spawnSync(program, line, { encoding: "utf8", input });
  return error ? null : { status, said: stdout + stderr };
}

const valueOf = (key: string): string => new RegExp(`^${key}=(.*)$`, "m").exec(unit)?.[1] ?? "";

void describe("the unit for systemd", () => {
  // The gateway of this clone stands for the one in /opt, since the command has to be there.
  const file = join(folder, "mimi-gateway.service");
  writeFileSync(file, unit.replaceAll("/opt/mimi-gateway", root));

  void it("has no mistake that systemd sees", (t) => {
    const verified = run("systemd-analyze", ["verify", "--man=no", file]);
    if (verified === null) {
      t.skip("systemd-analyze is not on this machine");
      return;
    }
    assert.deepEqual(verified, { status: 0, said: "" });
  });

  void it("lets the service do little that it does not need", (t) => {
    const rated = run("systemd-analyze", ["security", "--offline=true", "--threshold=20", file]);
    if (rated === null || /unrecognized option/.test(rated.said)) {
      t.skip("systemd-analyze is not on this machine, or rates no files");
      return;
    }
    assert.equal(rated.status, 0, rated.said);
  });

  void it("runs a command that the gateway knows, with what is in the clone", () => {
    const [node = "", ...line] = valueOf("ExecStart").replaceAll("/opt/mimi-gateway", root).split(" ");
    assert.ok(statSync(node).isFile());
    assert.deepEqual(line.slice(1), [
      join(root, "bridges/main.ts"),
      "--config",
      "/etc/mimi-gateway/gateway.yaml",
      "start",
    ]);
    const helped = run(node, [...line, "--help"]);
    assert.equal(helped?.status, 0, helped?.said);
    assert.match(helped.said, /run the gateway until SIGINT or SIGTERM/);
    // As `npm start` does it.
    const scripts = readFileSync(join(root, "package.json"), "utf8");
    assert.ok(scripts.includes(`node ${line[0] ?? ""} bridges/main.ts start`));
  });

  void it("names a user that systemd can make", (t) => {
    const text = readFileSync(join(units, "mimi-gateway.conf"), "utf8");
    assert.match(text, new RegExp(`^u ${valueOf("User")} `, "m"));
    const made = run("systemd-sysusers", ["--dry-run", `--root=${folder}`, "-"], text);
    if (made === null || /unrecognized option/.test(made.said)) {
      t.skip("systemd-sysusers is not on this machine");
      return;
    }
    assert.equal(made.status, 0, made.said);
    assert.match(made.said, /Creating user 'mimi-gateway'/);
  });
});

void describe("the command for /usr/local/bin", () => {
  const script = readFileSync(join(units, "mimi-gateway"), "utf8");

  void it("runs the gateway's command line with the service's configuration, and never as root", () => {
    const file = join(folder, "mimi-gateway");
    // Whoever stands for the other user says so, and goes on.
    writeFileSync(join(folder, "runuser"), '#!/bin/sh\necho "as $2"\nshift 3\nexec "$@"\n', { mode: 0o755 });
    writeFileSync(file, script.replaceAll("/opt/mimi-gateway", root), { mode: 0o755 });
    const env = { ...process.env, PATH: `${folder}:${process.env["PATH"] ?? ""}` };
    const { status, stdout } = spawnSync(file, ["config", "check", "--json"], { encoding: "utf8", env });
    assert.equal(status, 2);
    assert.equal(stdout.startsWith("as mimi-gateway\n"), process.getuid?.() === 0);
    assert.match(stdout, /"config_missing"[^]*\/etc\/mimi-gateway\/gateway\.yaml does not exist/);
    assert.equal(statSync(join(units, "mimi-gateway")).mode & 0o111, 0o111);
  });

  void it("finds what it needs with the PATH that root's crontab has", (t) => {
    if (!["/usr/sbin", "/sbin", "/usr/bin", "/bin"].some((at) => existsSync(join(at, "runuser")))) {
      t.skip("runuser is not on this machine");
      return;
    }
    // Whoever runs this is taken for root, and the user is one that no machine has: runuser itself refuses that.
    const cron = join(folder, "cron");
    mkdirSync(cron);
    writeFileSync(join(cron, "id"), "#!/bin/sh\necho 0\n", { mode: 0o755 });
    const file = join(cron, "mimi-gateway");
    const user = "-u mimi-gateway --";
    assert.ok(script.includes(user));
    writeFileSync(file, script.replace(user, "-u nobody-of-this-name --"), { mode: 0o755 });
    const env = { PATH: `${cron}:/usr/bin:/bin` };
    const { status, stderr } = spawnSync(file, ["backup", "/srv/backups/monday"], { encoding: "utf8", env });
    assert.match(stderr, /^runuser: /);
    assert.equal(status, 1);
  });
});
