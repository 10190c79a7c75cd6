import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { describe, it } from "node:test";
import { createProgram } from "../../../core/cli/program.ts";
import { startControlServer } from "../../../core/control/server.ts";
import { controlSocketPath } from "../../../core/control/socket-path.ts";
import type { DoctorReport } from "../../../core/doctor-operations.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { bridges, setups } from "../setup/setting-up.ts";
import { sampleOperations } from "../control/sample-operations.ts";
import { freshFolder } from "./run-line.ts";

const DOWN = "\u001B[B";
const fine: DoctorReport = { state: "ok", gateway: [], accounts: [] };
const XMPP = ["--base", "mimi.example.org", "--platform", "xmpp"] as const;

interface Stage {
  readonly folder?: string;
  readonly found?: DoctorReport;
  /** What is typed, each when its question stands there, null for the input's end; without it there is no terminal. */
  readonly typed?: readonly (readonly [question: string, keys: string | null])[];
}

/** Runs `init` with these words. */
async function init(line: readonly string[], { folder = freshFolder(), found = fine, typed }: Stage = {}) {
  const written = { out: "", err: "", screen: "" };
  const tried: string[] = [];
  const program = createProgram({
    bridges: () => Promise.resolve(bridges),
    setups: () => Promise.resolve(setups),
    tryOut: ({ accounts, file }) => {
      tried.push(`${file ?? ""} ${accounts.map(({ name }) => name).join(",")}`);
      return Promise.resolve(found);
    },
    startGateway: () => assert.fail("not in these tests"),
    openOperations: () => assert.fail("not in these tests"),
  });
  const [input, output] = [new PassThrough(), new PassThrough()];
  output.setEncoding("utf8").on("data", (text: string) => (written.screen += text));
  const done = program.run(["init", ...line], {
    out: (text) => void (written.out += text),
    err: (text) => void (written.err += text),
    input: () => assert.fail("nothing is to be read"),
    terminal: typed ? { input, output } : null,
    env: {},
    folder,
    now: () => 0,
    onSignal: () => () => {},
    exitNow: () => assert.fail("not in these tests"),
  });
  for (const [question, keys] of typed ?? []) {
    await eventually(`the question ${question} in ${written.screen}`, () =>
      written.screen.includes(question),
    );
    if (keys === null) input.end();
    else input.write(keys);
  }
  const code = await done;
  return { code, folder, tried, ...written };
}

void describe("init without a terminal", () => {
  void it("writes what it was told, tries the accounts as they are written, and says what is to be done", async () => {
    const { code, out, folder, tried } = await init(["sub", ...XMPP]);
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
    const { code, out } = await init([...XMPP, "--json"], { found });
    assert.equal(code, 1);
    const report = JSON.parse(out) as { check: unknown; files: string[] };
    assert.deepEqual(report.check, found);
    assert.equal(report.files.length, 4);
    const text = await init(XMPP, { found });
    assert.match(text.out, /fault {4}connection: no\n +-> do\n/);
    assert.equal((await init(XMPP, { found: { state: "warning", gateway: [], accounts: [] } })).code, 4);
  });

  void it("tries nothing where it is told so", async () => {
    const { code, tried } = await init([...XMPP, "--no-check"], {
      found: { state: "fault", gateway: [], accounts: [] },
    });
    assert.deepEqual([code, tried], [0, []]);
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
      const { code, err, tried } = await init(XMPP, { folder });
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
    const { code } = await init([], { folder, typed: [["Replace ", "n"]] });
    assert.equal(code, 1);
    assert.ok(!existsSync(join(folder, "secrets")));
  });
});
