import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { startControlServer } from "../../../core/control/server.ts";
import { controlSocketPath } from "../../../core/control/socket-path.ts";
import type { DoctorReport } from "../../../core/doctor-operations.ts";
import { sampleOperations } from "../control/sample-operations.ts";
import { init, XMPP } from "./init-run.ts";
import { freshFolder } from "./run-line.ts";

void describe("init without a terminal", () => {
  void it("writes what it was told, tries the accounts as they are written, and says what is to be done", async () => {
    const { code, out, folder, tried } = await init(["sub", ...XMPP, "--check"]);
    assert.equal(code, 0, out);
    const at = join(folder, "sub");
    assert.deepEqual(readdirSync(at).toSorted(), [
      "gateway.yaml",
      "secrets",
      "xmpp-ejabberd.yml",
      "xmpp-prosody.cfg.lua",
    ]);
    assert.deepEqual(tried, [`${join(at, "gateway.yaml")} xmpp`]);
    assert.match(out, /Written in .*\n {2}secrets\/xmpp-secret\n/);
    assert.match(out, /At the platform of xmpp:\n {2}- Prosody: include /);
    const secret = readFileSync(join(at, "secrets/xmpp-secret"), "utf8").trim();
    assert.ok(secret.length > 20 && !out.includes(secret));
  });

  void it("prints JSON, and ends with a code for the worst that was found", async () => {
    const found: DoctorReport = {
      state: "fault",
      gateway: [],
      accounts: [
        {
          account: "xmpp",
          bridge: "xmpp",
          findings: [{ check: "connection", state: "fault", detail: "no", remedy: "do" }],
        },
      ],
    };
    const { code, out } = await init([...XMPP, "--check", "--json"], { found });
    assert.equal(code, 1);
    const report = JSON.parse(out) as { check: unknown; files: string[] };
    assert.deepEqual(report.check, found);
    assert.equal(report.files.length, 4);
    const text = await init([...XMPP, "--check"], { found });
    assert.match(text.out, /fault {4}connection: no\n +-> do\n/);
    assert.equal(
      (await init([...XMPP, "--check"], { found: { state: "warning", gateway: [], accounts: [] } })).code,
      4,
    );
  });

  void it("tries nothing where it is not told to, or told not to", async () => {
    for (const check of [[], ["--no-check"]]) {
      const { code, tried } = await init([...XMPP, ...check], {
        found: { state: "fault", gateway: [], accounts: [] },
      });
      assert.deepEqual([code, tried], [0, []]);
    }
  });

  void it("tries nothing where a gateway runs, whose connections it would take", async () => {
    const folder = freshFolder();
    const socket = controlSocketPath(join(folder, "var"));
    const server = await startControlServer({
      socket,
      version: "1",
      operations: sampleOperations().operations,
    });
    try {
      const { code, err, tried } = await init([...XMPP, "--check"], { folder });
      assert.deepEqual([code, tried], [0, []]);
      assert.match(err, /A gateway runs here/);
    } finally {
      await server.close();
    }
  });

  void it("says which answers are missing, and writes nothing", async () => {
    const { code, err, folder } = await init(["--platform", "matrix"]);
    assert.equal(code, 2);
    assert.match(err, /usage: .*--set base=\.\.\..*--set matrix\.server_name=\.\.\./);
    assert.deepEqual(readdirSync(folder), []);
  });

  void it("replaces a gateway.yaml only where it is told to", async () => {
    const folder = freshFolder();
    writeFileSync(join(folder, "gateway.yaml"), "base: a.test\n");
    const refused = await init(XMPP, { folder });
    assert.equal(refused.code, 1);
    assert.match(refused.err, /file_exists: .*gateway\.yaml is there already/);
    assert.equal(readFileSync(join(folder, "gateway.yaml"), "utf8"), "base: a.test\n");
    assert.equal((await init([...XMPP, "--force"], { folder })).code, 0);
    assert.match(readFileSync(join(folder, "gateway.yaml"), "utf8"), /^base: mimi\.example\.org$/m);
  });

  void it("replaces none of the other files either, and leaves all as it was", async () => {
    const folder = freshFolder();
    mkdirSync(join(folder, "secrets"));
    writeFileSync(join(folder, "secrets/xmpp-secret"), "old");
    const { code, err } = await init(XMPP, { folder });
    assert.equal(code, 1);
    assert.match(err, /file_exists: .*xmpp-secret/);
    assert.deepEqual(readdirSync(folder), ["secrets"]);
  });

  void it("takes answers from a file, and what is said beside it before that", async () => {
    const folder = freshFolder();
    const answers = "base: a.test\naccounts: [{ name: chat, bridge: xmpp, secret: s, domain: a.a.test }]\n";
    writeFileSync(join(folder, "answers.yaml"), answers);
    const { code } = await init(
      ["--answers", "answers.yaml", "--set", "chat.domain=b.a.test", "--no-check"],
      {
        folder,
      },
    );
    assert.equal(code, 0);
    const text = readFileSync(join(folder, "gateway.yaml"), "utf8");
    assert.match(text, /^ {4}domain: b\.a\.test$/m);
    assert.match(text, /^ {4}secret_file: secrets\/chat-secret$/m);
    for (const wrong of [
      ["--answers", "none.yaml"],
      ["--set", "base"],
      ["--set", "=x"],
    ])
      assert.equal((await init([...XMPP, ...wrong])).code, 2);
  });
});
