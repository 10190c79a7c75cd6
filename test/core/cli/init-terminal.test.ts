import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { startControlServer } from "../../../core/control/server.ts";
import { controlSocketPath } from "../../../core/control/socket-path.ts";
import type { DoctorReport } from "../../../core/doctor-operations.ts";
import { sampleOperations } from "../control/sample-operations.ts";
import { init } from "./init-run.ts";
import { freshFolder } from "./run-line.ts";

const DOWN = "\u001B[B";

void describe("init at a terminal", () => {
  const talk = [
    ["Base domain", "mimi.example.org\r"],
    ["Which platforms", " \r"],
    ["Name of the xmpp account", "\r"],
    ["Where does the XMPP server", "xmpp://127.0.0.1:5999\r"],
    ["Domain that the gateway gets", "\r"],
    ["Secret of the component", "geheim\r"],
    ["other gateways", `${DOWN}\r`],
    ["proxy find the gateway", "\r"],
    ["Done at the platforms", "\r"],
  ] as const;

  void it("asks for everything, shows no secret, and writes what was answered", async () => {
    const { code, folder, screen, err, tried } = await init([], { typed: talk });
    assert.equal(code, 0, err);
    assert.ok(!screen.includes("geheim"));
    const text = readFileSync(join(folder, "gateway.yaml"), "utf8");
    assert.match(text, /^ {4}service: xmpp:\/\/127\.0\.0\.1:5999$/m);
    assert.match(text, /^federation:\n(?: {2}#.*\n)* {2}listen: 127\.0\.0\.1:8448$/m);
    assert.equal(readFileSync(join(folder, "secrets/xmpp-secret"), "utf8"), "geheim\n");
    assert.equal(tried.length, 1);
  });

  void it("looks before each try whether a gateway runs meanwhile", async (test) => {
    const folder = freshFolder();
    const found: DoctorReport = { state: "warning", gateway: [], accounts: [] };
    const socket = controlSocketPath(join(folder, "var"));
    const startGateway = async () => {
      const { operations } = sampleOperations();
      const server = await startControlServer({ socket, version: "1", operations });
      test.after(() => server.close());
    };
    const typed = [...talk, ["Try again?", "\r", startGateway]] as const;
    const { code, tried, err } = await init([], { folder, found, typed });
    assert.deepEqual([code, tried.length], [0, 1], err);
    assert.match(err, /A gateway runs here/);
  });

  void it("asks first where secrets are left of a set-up that was killed", async () => {
    const folder = freshFolder();
    mkdirSync(join(folder, "secrets"));
    writeFileSync(join(folder, "secrets/xmpp-secret"), "old");
    assert.equal((await init([], { folder, typed: [["Replace what is in", "n"]] })).code, 1);
    const { code, err } = await init([], { folder, typed: [["Replace what is in", "y"], ...talk] });
    assert.equal(code, 0, err);
    assert.equal(readFileSync(join(folder, "secrets/xmpp-secret"), "utf8"), "geheim\n");
  });

  void it("asks again where an answer won't do", async () => {
    const typed = [
      ["Base domain", "Not A Domain\r"],
      ["is not a host name in lower case", "\u0003"],
    ] as const;
    assert.equal((await init([], { typed })).code, 130);
  });

  void it("writes nothing where somebody presses Ctrl-C at the last question", async () => {
    const typed = [...talk.slice(0, 7), ["proxy find the gateway", "\u0003"] as const];
    const { code, folder, err, tried } = await init([], { typed });
    assert.equal(code, 130);
    assert.match(err, /cancelled; nothing is written/);
    assert.deepEqual([readdirSync(folder), tried], [[], []]);
  });

  void it("gives up where the terminal goes away", async () => {
    const { code, folder } = await init([], { typed: [["Base domain", null]] });
    assert.deepEqual([code, readdirSync(folder)], [130, []]);
  });

  void it("asks before it replaces, and takes no for an answer", async () => {
    const folder = freshFolder();
    writeFileSync(join(folder, "gateway.yaml"), "base: a.test\n");
    const { code } = await init([], { folder, typed: [["Replace what is in", "n"]] });
    assert.equal(code, 1);
    assert.ok(!existsSync(join(folder, "secrets")));
  });
});
