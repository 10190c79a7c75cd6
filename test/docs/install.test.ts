import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { z } from "zod";
import { temporaryFolder } from "../support/servers.ts";
import { blocksOf, readPage, root } from "./blocks.ts";
import { Walk } from "./walk.ts";

const PAGE = "docs/operating.md";
const folder = temporaryFolder("install");

void describe("docs/operating.md, Install", () => {
  void it("leads without questions to a configuration without mistakes", async () => {
    const walk = new Walk({ page: PAGE, folder });
    const printed = await walk.run("init");
    for (const file of [
      "gateway.yaml",
      "secrets/xmpp-secret",
      "xmpp-prosody.cfg.lua",
      "matrix-registration.yaml",
    ]) {
      assert.ok(printed.includes(`  ${file}\n`), file);
      assert.ok(statSync(join(folder, "gateway", file)).isFile());
    }
    // Each file that the page names is one that is written, for whatever account.
    for (const [, name = ""] of readPage(PAGE).matchAll(/`NAME-([\w.-]+)`/g))
      assert.ok(printed.includes(`-${name}\n`) || name === "manifest.yaml", name);
  });

  void it("installs the service with files of the clone, here below a folder in the place of the machine's root", async () => {
    const machine = join(folder, "machine");
    for (const made of ["etc/systemd/system", "usr/local/bin"])
      mkdirSync(join(machine, made), { recursive: true });
    const walk = new Walk({
      page: PAGE,
      folder,
      here: {
        " /etc/": ` ${machine}/etc/`,
        " /usr/": ` ${machine}/usr/`,
        " /var/": ` ${machine}/var/`,
        " /srv/": ` ${machine}/srv/`,
        "/opt/mimi-gateway": root,
        // The machine gets no user, and the clone is prepared.
        "-o mimi-gateway -g mimi-gateway ": "",
        "systemd-sysusers\n": "true\n",
        "sh deploy/setup/prepare.sh runtime": "sh -n deploy/setup/prepare.sh",
      },
    });
    await walk.run("install");
    const same = (made: string, file: string): void =>
      assert.deepEqual(
        readFileSync(join(machine, made)),
        readFileSync(join(root, "deploy/systemd", file)),
        file,
      );
    same("etc/systemd/system/mimi-gateway.service", "mimi-gateway.service");
    same("etc/sysusers.d/mimi-gateway.conf", "mimi-gateway.conf");
    same("usr/local/bin/mimi-gateway", "mimi-gateway");
    assert.equal(statSync(join(machine, "usr/local/bin/mimi-gateway")).mode & 0o777, 0o755);
    assert.equal(statSync(join(machine, "etc/mimi-gateway")).mode & 0o777, 0o750);
    // What the pages say of backups is done by the service's user, who may make nothing there.
    for (const own of ["var/lib/mimi-gateway", "srv/backups"])
      assert.equal(statSync(join(machine, own)).mode & 0o777, 0o700);
  });
});

void describe("README.md, Start it", () => {
  const scripts = z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync(join(root, "package.json"), "utf8"))).scripts;
  const block = blocksOf("README.md").find(({ text }) => text.includes("npm start"))?.text ?? "";
  const lines = block.trim().split("\n");

  void it("begins with commands that prepare what they run, and that the gateway knows", () => {
    assert.ok(lines.length > 1);
    for (const line of lines) {
      const [, name = ""] = /^npm (?:run )?([a-z]+) +#/.exec(line) ?? [];
      const [prepared, command = "", ...more] = (scripts[name] ?? "").split(" && ");
      assert.deepEqual([prepared, more], ["sh deploy/setup/prepare.sh runtime", []], line);
      const [program, ...words] = command.split(" ");
      assert.equal(program, "node");
      const { status, stderr } = spawnSync(process.execPath, [...words, "--help"], {
        cwd: root,
        encoding: "utf8",
      });
      assert.equal(status, 0, stderr);
    }
  });

  void it("leaves nothing that holds a secret to be committed", () => {
    const names = ["gateway.yaml", "secrets/xmpp-secret", "xmpp-prosody.cfg.lua", "xmpp-ejabberd.yml"];
    const files = [
      ...names,
      "matrix-registration.yaml",
      "matrix-registration.yaml.old",
      "work-manifest.yaml",
    ];
    const clone = join(folder, "clone");
    mkdirSync(clone);
    copyFileSync(join(root, ".gitignore"), join(clone, ".gitignore"));
    const git = (...line: readonly string[]) => spawnSync("git", line, { cwd: clone, encoding: "utf8" });
    assert.equal(git("init", "-q").status, 0);
    assert.equal(git("check-ignore", ...files).stdout, `${files.join("\n")}\n`);
  });
});
