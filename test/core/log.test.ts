import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { GatewayError } from "../../core/errors.ts";
import type { LogOptions } from "../../core/log.ts";
import { createLogger } from "../../core/log.ts";

function record(options: Partial<LogOptions> = {}) {
  const lines: string[] = [];
  const log = createLogger({
    level: "trace",
    bodies: false,
    ...options,
    stream: { write: (line: string) => void lines.push(line) },
  });
  return {
    log,
    text: () => lines.join(""),
    entries: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

void describe("the log", () => {
  void it("lets no configured secret out, in an error's message or three levels deep", () => {
    const secret = 'pä"ss\\wörd';
    const { log, text, entries } = record({ secrets: [secret] });
    log.error({ err: new GatewayError("account_refused", `the server said ${secret}`) }, "refused");
    log.warn({ error: new Error("outer", { cause: new Error(`inner ${secret}`) }) }, `with ${secret} inside`);
    log.info({ a: { b: { c: `x${secret}y`, list: [secret] } } });
    log.info({ token: "short", a: { secret: "zzz", b: { password: "yyy" } } });
    assert.ok(!text().includes("wörd") && !text().includes("short"));
    assert.ok(!text().includes("zzz") && !text().includes("yyy"));
    assert.equal(entries().length, 4);
    assert.deepEqual(entries()[2]?.["a"], { b: { c: "x[redacted]y", list: ["[redacted]"] } });
  });

  void it("stays JSON when a secret looks like a part of the line", () => {
    const { log, entries } = record({ secrets: ["1234", "level", '":"', "{}\n"] });
    log.info({ count: 1234, text: "1234" }, "a level");
    assert.equal(entries()[0]?.["count"], 1234);
    assert.equal(entries()[0]?.["text"], "[redacted]");
  });

  void it("knows tokens, passwords in URLs and handshakes by their look", () => {
    const { log, text, entries } = record();
    log.info(
      { a: { b: { c: "xoxb-123-abcDEF" } }, d: "Bearer abcdefghijklmnopqrstuvwxyz=" },
      "syt_dXNlcg_abc",
    );
    log.info({ url: "postgres://mimi:hunter2@db/mimi" }, "<handshake xmlns='x'>0a1b2c</handshake>");
    log.info("<handshake>");
    for (const secret of ["xoxb", "abcdefghij", "dXNlcg", "hunter2", "0a1b2c"]) {
      assert.ok(!text().includes(secret), secret);
    }
    assert.equal(entries()[1]?.["url"], "postgres://mimi:[redacted]@db/mimi");
    assert.equal(entries()[2]?.["msg"], "<handshake>");
  });

  void it("writes message texts only at trace level and only when asked", () => {
    for (const [options, expected] of [
      [{ level: "trace", bodies: true }, 1],
      [{ level: "trace", bodies: false }, 0],
      [{ level: "debug", bodies: true }, 0],
    ] as const) {
      const { log, text } = record(options);
      log.trace({ body: "good morning", room: "r" }, "received");
      log.info({ body: "good morning", room: "r" }, "received");
      assert.equal(text().split("good morning").length - 1, expected);
      assert.ok(text().includes('"room":"r"'));
    }
  });

  void it("writes an error's code, detail and stack", () => {
    const { log, entries } = record();
    log.error({ err: new GatewayError("store_full", "the disk has no room left") });
    const error = entries()[0]?.["err"] as Record<string, unknown>;
    assert.equal(error["code"], "store_full");
    assert.equal(error["detail"], "the disk has no room left");
    assert.match(String(error["stack"]), /log\.test\.ts/);
  });

  void it("takes a token out of a long hostile line in reasonable time", () => {
    const { log, text } = record({ secrets: ["hunter2"] });
    const started = performance.now();
    log.info(`${"a:".repeat(100_000)}${"x://".repeat(50_000)}${"<handshake".repeat(20_000)} hunter2`);
    assert.ok(performance.now() - started < 2_000);
    assert.ok(!text().includes("hunter2"));
  });
});
