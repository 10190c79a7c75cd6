import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { startControlServer } from "../../../core/control/server.ts";
import { controlSocketPath } from "../../../core/control/socket-path.ts";
import { GatewayError } from "../../../core/errors.ts";
import { sampleOperations, sampleSetAside, sampleStatus, sampleTrace } from "../control/sample-operations.ts";
import { freshFolder, run } from "./run-line.ts";

void describe("the command line", () => {
  void it("asks the store where no gateway runs, and closes it", async () => {
    const status = await run(["status"]);
    assert.equal(status.code, 0);
    assert.match(status.out, /^mimi-gateway 0\.1\.0/);
    assert.deepEqual([status.calls, status.closed, status.err], [[["status"]], 1, ""]);
  });

  void it("asks the running gateway and leaves the store alone", async () => {
    const folder = freshFolder();
    const asked = sampleOperations();
    const server = await startControlServer({
      socket: controlSocketPath(join(folder, "var")),
      version: "1",
      operations: asked.operations,
    });
    const { code, out, closed } = await run(["set-aside", "retry", "3", "--json"], { folder });
    assert.deepEqual([code, closed], [0, 0]);
    assert.deepEqual(JSON.parse(out), sampleSetAside);
    assert.deepEqual(asked.calls, [["setAsideRetry", 3]]);
    const failed = await run(["set-aside", "discard", "4"], { folder });
    assert.equal(failed.code, 1);
    assert.match(failed.err, /^mimi-gateway: set_aside_unknown: .*4/);
    await server.close();
  });

  void it("hands over what the operator wrote", async () => {
    const room = { account: "xmpp", room: "lobby@rooms.example.org" };
    const other = { account: "far", room: "a:b@x" };
    const group = "mimi://xmpp.mimi.example.org/r/7";
    const linked = await run(["link", "xmpp:lobby@rooms.example.org", "far:a:b@x", "--group", group]);
    assert.deepEqual(linked.calls, [["link", [room, other], group]]);
    assert.match(linked.out, /far:a:b@x +linked now\nwarning: far:a:b@x: it may not pin: give it power\n$/);
    assert.deepEqual((await run(["link", "far:a:b@x"])).calls, [["link", [other], null]]);
    assert.deepEqual((await run(["unlink", "far:a:b@x", "--erase"])).calls, [["unlink", other, true]]);
    assert.match((await run(["unlink", "far:a:b@x"])).out, /is kept/);
    assert.deepEqual((await run(["resume", "far:a:b@x"])).calls, [["resume", other, false]]);
    const resumed = await run(["resume", "far:a:b@x", "--drop"]);
    assert.deepEqual(resumed.calls, [["resume", other, true]]);
    assert.match(
      resumed.out,
      /^far:a:b@x goes on\. It was paused: \S*echo says again.*\nSaid there meanwhile: 4, .*set aside\.\n$/,
    );
    assert.deepEqual((await run(["trace", "abcdef01"])).calls, [["trace", "abcdef01"]]);
    assert.deepEqual((await run(["set-aside", "list"])).calls, [["setAsideList"]]);
    assert.deepEqual((await run(["set-aside", "discard", "3"])).calls, [["setAsideDiscard", 3]]);
  });

  void it("prints exactly the reports with --json, before or after the command", async () => {
    assert.deepEqual(JSON.parse((await run(["status", "--json"])).out), sampleStatus);
    assert.deepEqual(JSON.parse((await run(["--json", "trace", "x"])).out), [sampleTrace]);
    const { out } = await run(["status", "--json"]);
    assert.ok(!out.includes("\u202e") && !out.includes("\u001b") && out.includes("\\u202e"));
  });

  void it("says 1 when an operation failed", async () => {
    const { code, err, out } = await run(["trace", "nothing"]);
    assert.deepEqual([code, out], [1, ""]);
    assert.match(err, /event_unknown: nothing is known under nothing/);
    const json = await run(["trace", "nothing", "--json"]);
    const error = (JSON.parse(json.out) as { error: Record<string, string> }).error;
    assert.deepEqual(
      [json.code, json.err, Object.keys(error), error["code"]],
      [1, "", ["code", "detail"], "event_unknown"],
    );
  });

  void it("says 2 when the command line is wrong", async () => {
    for (const line of [
      [],
      ["statsu"],
      ["status", "--nope"],
      ["status", "more"],
      ["link"],
      ["link", "lobby"],
      ["link", ":x"],
      ["link", "x:y", "--group", "https://x/y"],
      ["set-aside", "retry", "x"],
      ["set-aside"],
      ["config"],
    ]) {
      const { code, out, err } = await run(line);
      assert.deepEqual([code, out], [2, ""], line.join(" "));
      assert.notEqual(err, "");
      const json = await run([...line, "--json"]);
      assert.deepEqual([json.code, json.err], [2, ""]);
      assert.match(json.out, /"code": "usage"/);
    }
    assert.match(
      (await run(["statsu"])).err,
      /^mimi-gateway: usage: unknown command 'statsu'\n\(Did you mean status\?\)\nFor help: /,
    );
    const { out } = await run(["status", "--nope", "--json"]);
    assert.match(out, /"detail": "unknown option '--nope'"/);
  });

  void it("says 3 when neither gateway nor store can be reached", async () => {
    const error = new GatewayError("store_locked", "another process holds the store");
    assert.equal((await run(["status"], { storeFault: error })).code, 3);
  });

  void it("says what a fault of its own was", async () => {
    const { code, err } = await run(["status"], { storeFault: new TypeError("x is no function") });
    assert.equal(code, 1);
    assert.match(err, /internal: x is no function\nTypeError.*\n +at /);
  });

  void it("explains its exit codes, and knows its version", async () => {
    const help = await run(["--help"]);
    assert.equal(help.code, 0);
    assert.match(help.out, /start[^]*config[^]*set-aside[^]*3 {2}the gateway or its store cannot be reached/);
    assert.match((await run(["--version"])).out, /^\d+\.\d+\.\d+\n$/);
    const ofOne = await run(["link", "--help"]);
    assert.equal(ofOne.code, 0);
    assert.match(ofOne.out, /Global Options:[^]* --config <file> [^]* --json /, "which every command takes");
  });
});

void describe("the configuration's commands", () => {
  void it("take the file from the option, then the environment, then the folder", async () => {
    const folder = freshFolder();
    for (const name of ["a", "b", "gateway"])
      writeFileSync(join(folder, `${name}.yaml`), "base: a.example\n");
    const checked = async (line: string[], env: Record<string, string> = {}) =>
      (await run([...line, "config", "check"], { folder, env })).out.split(":")[0];
    assert.equal(await checked(["-c", "a.yaml"], { MIMI_GATEWAY_CONFIG: "b.yaml" }), join(folder, "a.yaml"));
    assert.equal(await checked([], { MIMI_GATEWAY_CONFIG: "b.yaml" }), join(folder, "b.yaml"));
    assert.equal(await checked([]), join(folder, "gateway.yaml"));
    assert.match((await run(["config", "check"])).out, /^no file, so the defaults/);
    assert.equal((await run(["config", "check", "--config", "gone.yaml"])).code, 2);
  });

  void it("print every mistake", async () => {
    const folder = freshFolder();
    writeFileSync(join(folder, "gateway.yaml"), "bse: x\nwake: never\n");
    const { code, err } = await run(["config", "check"], { folder });
    assert.equal(code, 2);
    assert.match(
      err,
      /gateway\.yaml:1:1: bse .*did you mean base\?\n.*gateway\.yaml:2:7 wake: .*\n.*2 to correct\n$/,
    );
    const json = JSON.parse((await run(["config", "check", "--json"], { folder })).out) as {
      error: { code: string; mistakes: { line: number }[] };
    };
    assert.deepEqual(
      [json.error.code, json.error.mistakes.map(({ line }) => line)],
      ["config_invalid", [1, 2]],
    );
  });

  void it("print a sample that passes the check, and a JSON Schema", async () => {
    const folder = freshFolder();
    const { out } = await run(["config", "sample"]);
    writeFileSync(join(folder, "gateway.yaml"), out);
    assert.equal((await run(["config", "check"], { folder })).code, 0);
    writeFileSync(join(folder, "gateway.yaml"), out.replace(/^( *)#(?! )/gm, "$1"));
    assert.match((await run(["config", "check"], { folder })).out, /accounts: 1\n$/);
    const schema = JSON.parse((await run(["config", "schema"])).out) as { title: string };
    assert.equal(schema.title, "gateway.yaml");
  });
});

function gatewayProcess(
  way: string,
  folder: string,
): { child: ChildProcess; said: () => string; saw: (text: string) => Promise<void> } {
  const script = fileURLToPath(new URL("gateway-process.ts", import.meta.url));
  const child = spawn(process.execPath, [script, "start"], {
    cwd: folder,
    env: { ...process.env, GATEWAY_WAY: way },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  const heard = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      for (const check of heard) check();
    });
  }
  return {
    child,
    said: () => text,
    saw: (expected) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (!text.includes(expected)) return;
          heard.delete(check);
          resolve();
        };
        heard.add(check);
        check();
      }),
  };
}

void describe("start", () => {
  void it("stops in order at a signal and says what to do without accounts", async () => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      const { child, saw, said } = gatewayProcess("runs", freshFolder());
      await saw("up\n");
      child.kill(signal);
      assert.deepEqual(await once(child, "close"), [0, null]);
      assert.match(said(), /config sample > gateway\.yaml[^]*stopping/);
    }
  });

  void it("ends at once at a second signal", async () => {
    const { child, saw } = gatewayProcess("hangs", freshFolder());
    await saw("up\n");
    child.kill("SIGINT");
    await saw("\nstopping\n");
    child.kill("SIGTERM");
    assert.deepEqual(await once(child, "exit"), [143, null]);
  });

  void it("ends with the reason when the gateway gives up or does not start", async () => {
    const failing = gatewayProcess("fails", freshFolder());
    assert.deepEqual(await once(failing.child, "close"), [3, null]);
    // The two come by different streams, so in no order.
    assert.match(failing.said(), /^stopping$/m);
    assert.match(failing.said(), /store_failed: the store went away/);
    const refused = gatewayProcess("refuses", freshFolder());
    assert.deepEqual(await once(refused.child, "close"), [3, null]);
    assert.match(refused.said(), /store_locked/);
  });
});
