import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { type CommandResult, runCommandLine } from "../../deploy/demo/gateway.ts";
import { temporaryFolder } from "../support/servers.ts";
import { failure, status } from "./installation.ts";

const main = join(import.meta.dirname, "../../bridges/main.ts");
const folders = temporaryFolder("start");

/** Starts a gateway in a folder, calls `act` when its control socket is there, then ends it with SIGTERM. */
async function whileRunning(
  folder: string,
  env: NodeJS.ProcessEnv,
  act: () => Promise<void>,
): Promise<CommandResult> {
  const child = spawn(process.execPath, [main, "start"], {
    cwd: folder,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const printed = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (printed.out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (printed.err += text));
  const ended = once(child, "close") as Promise<[number | null]>;
  try {
    while (
      child.exitCode === null &&
      child.signalCode === null &&
      !existsSync(join(folder, "var/control.sock"))
    )
      await delay(20);
    await act();
  } finally {
    child.kill("SIGTERM");
    await ended;
  }
  return { code: child.exitCode, ...printed };
}

const statusIn = async (folder: string, env = process.env) => {
  const { code, out } = await runCommandLine(["status", "--json"], { folder, env });
  assert.equal(code, 0, out);
  return status.parse(JSON.parse(out));
};

void describe("mimi-gateway start", async () => {
  await it("runs on the embedded default without any configuration and says what to do next", async () => {
    const folder = mkdtempSync(join(folders, "x"));
    const { code, out, err } = await whileRunning(folder, process.env, async () => {
      const { running, store, redis, accounts } = await statusIn(folder);
      assert.deepEqual(
        { running, store, redis, accounts },
        { running: true, store: "sqlite", redis: "private", accounts: [] },
      );
    });
    assert.equal(code, 0, err);
    assert.match(err, /No accounts are configured: mimi-gateway init asks for them/);
    assert.match(out, /started the private Redis/);
    assert.ok(existsSync(join(folder, "var/gateway.sqlite")));
    assert.ok(!existsSync(join(folder, "var/control.sock")));
    // What it left can be asked, and the next one starts on it.
    assert.equal((await statusIn(folder)).running, false);
  });

  await it("works without redis-server and says how to get it", async () => {
    const folder = mkdtempSync(join(folders, "x"));
    const env = { ...process.env, PATH: mkdtempSync(join(folders, "path")) };
    const { code, out } = await whileRunning(folder, env, async () => {
      const { running, redis } = await statusIn(folder, env);
      assert.deepEqual({ running, redis }, { running: true, redis: "none" });
    });
    assert.equal(code, 0);
    assert.match(
      out,
      /redis-server is not installed, so this gateway works without Redis.*apt-get install redis-server/,
    );
  });

  await it("refuses a second gateway on the same data folder, and the first goes on", async () => {
    const folder = mkdtempSync(join(folders, "x"));
    await whileRunning(folder, process.env, async () => {
      const second = await runCommandLine(["start", "--json"], { folder });
      assert.equal(second.code, 3);
      // The log's lines come before the error.
      const { error } = failure.parse(JSON.parse(second.out.slice(second.out.indexOf('{\n  "error"'))));
      assert.equal(error.code, "store_locked");
      assert.match(
        error.detail,
        /another process holds .*gateway\.sqlite.*another data folder, or use PostgreSQL/,
      );
      assert.equal((await statusIn(folder)).running, true);
    });
  });

  await it("names every mistake in the configuration and starts nothing", async () => {
    const folder = mkdtempSync(join(folders, "x"));
    writeFileSync(
      join(folder, "gateway.yaml"),
      "bass: x\nwake: queue\nredis: off\naccounts:\n  - name: A\n    bridge: xmpp\n    service: xmpp://h\n",
    );
    const { code, err } = await runCommandLine(["start"], { folder });
    assert.equal(code, 2);
    for (const place of [
      /gateway\.yaml:1:1: bass/,
      /:2:7 wake.*queue needs Redis/,
      /:5:11 .*name/,
      /:7:14 .*service/,
      /domain/,
      /secret/,
    ])
      assert.match(err, place);
    assert.ok(!existsSync(join(folder, "var")));
  });

  await it("says which file is missing where one was named", async () => {
    const { code, err } = await runCommandLine(["--config", "nowhere.yaml", "start"], { folder: folders });
    assert.equal(code, 2);
    assert.match(err, /config_missing: .*nowhere\.yaml does not exist/);
  });

  await it("goes on running where the XMPP service is away, and says so", async () => {
    const folder = mkdtempSync(join(folders, "x"));
    writeFileSync(
      join(folder, "gateway.yaml"),
      "redis: off\naccounts:\n  - { name: a, bridge: xmpp, service: 'xmpp://127.0.0.1:1', domain: a.test, secret: s }\n",
    );
    const { code } = await whileRunning(folder, process.env, async () => {
      const { code, out } = await runCommandLine(["status"], { folder });
      assert.equal(code, 0);
      assert.match(out, /Account a is (down|connecting) for .*The gateway keeps trying/);
    });
    assert.equal(code, 0);
  });
});
