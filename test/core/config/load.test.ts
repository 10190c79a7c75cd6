import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { xmppConfig, xmppConfigSchema } from "../../../bridges/xmpp/config.ts";
import { loadConfig, parseConfig } from "../../../core/config/load.ts";
import type { Mistake } from "../../../core/config/mistakes.ts";
import { ConfigError } from "../../../core/config/mistakes.ts";
import { GatewayError } from "../../../core/errors.ts";
import { limits } from "../../../core/limits.ts";

const bridges = { xmpp: xmppConfigSchema };
const folder = mkdtempSync(join(tmpdir(), "mimi-config-"));
after(() => rmSync(folder, { recursive: true }));

const ACCOUNT = `accounts:
  - name: xmpp
    bridge: xmpp
    service: xmpp://127.0.0.1:5347
    domain: mimi.example.org
    secret: hunter2
`;

function parse(source: string, env: Record<string, string> = {}) {
  return parseConfig(source, { file: "gateway.yaml", folder, env, bridges });
}

function mistakes(source: string, env: Record<string, string> = {}): readonly Mistake[] {
  try {
    parse(source, env);
  } catch (thrown) {
    assert.ok(thrown instanceof ConfigError, String(thrown));
    assert.equal(thrown.code, "config_invalid");
    assert.ok(!thrown.message.includes("hunter2"), thrown.message);
    assert.ok(!JSON.stringify(thrown).includes("hunter2"));
    return thrown.mistakes;
  }
  return assert.fail("no mistake was found");
}

function places(source: string, env: Record<string, string> = {}): readonly string[] {
  return mistakes(source, env).map(({ line, column, path }) => `${line}:${column} ${path}`);
}

void describe("a configuration without mistakes", () => {
  void it("is complete when nothing is said", () => {
    assert.deepEqual(parse(""), {
      file: "gateway.yaml",
      base: "mimi.localhost",
      data: join(folder, "var"),
      store: { kind: "sqlite", file: join(folder, "var", "gateway.sqlite") },
      redis: { kind: "private" },
      wake: "direct",
      log: { level: "info", bodies: false },
      limits,
      media: { maxBytes: limits.mediaBytes, allow: [] },
      federation: {
        listen: null,
        unreachable: false,
        confirm: false,
        proxies: ["127.0.0.0/8", "::1/128"],
        endpoint: "https://mimi.localhost",
        peers: [],
        allow: [],
      },
      commands: { linkAcross: false },
      alarms: [],
      watch: { listen: null },
      slot: null,
      accounts: [],
      secretsKey: null,
      secrets: [],
    });
  });

  void it("takes every key", () => {
    const config = parse(
      `base: mimi.example.org
data: /srv/mimi
store: {postgres: "postgres://mimi:p%40ss@db/mimi"}
redis: {url: "redis://:tok@r:6379/2"}
wake: queue
log: {level: trace, bodies: true}
limits: {event_bytes: 64KiB, lease: 1m, sweep: 500ms, tries: 3}
media: {largest: 1MiB, allow: [192.0.2.0/24]}
federation:
  listen: "[::1]:8448"
  confirm: true
  proxies: [192.0.2.7/32]
  endpoint: http://localhost:8448/mtp/
  peers: [{base: b.example, endpoint: "http://127.0.0.1:9", key: JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs}]
  allow: [10.0.0.0/8]
alarms: ["xmpp:ops@rooms.example.org"]
watch: {listen: "127.0.0.1:9464"}
slot: one
${ACCOUNT}    nick: bot\n`,
    );
    assert.equal(config.data, "/srv/mimi");
    assert.deepEqual(config.federation, {
      listen: { host: "::1", port: 8448 },
      unreachable: false,
      confirm: true,
      proxies: ["127.0.0.0/8", "::1/128", "192.0.2.7/32"],
      endpoint: "http://localhost:8448/mtp",
      peers: [
        {
          base: "b.example",
          endpoint: "http://127.0.0.1:9",
          key: "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs",
        },
      ],
      allow: ["10.0.0.0/8"],
    });
    assert.deepEqual(config.media, { maxBytes: 1024 * 1024, allow: ["192.0.2.0/24"] });
    assert.deepEqual(config.store, { kind: "postgres", url: "postgres://mimi:p%40ss@db/mimi" });
    assert.deepEqual(config.redis, { kind: "configured", url: "redis://:tok@r:6379/2" });
    assert.deepEqual(config.alarms, [{ account: "xmpp", room: "ops@rooms.example.org" }]);
    assert.deepEqual(config.watch, { listen: { host: "127.0.0.1", port: 9464 } });
    assert.deepEqual(config.limits, {
      ...limits,
      eventBytes: 65_536,
      leaseMs: 60_000,
      sweepMs: 500,
      tries: 3,
    });
    assert.deepEqual(
      [config.wake, config.slot, config.log],
      ["queue", "one", { level: "trace", bodies: true }],
    );
    assert.equal(config.accounts[0]?.nick, "bot");
    assert.equal(config.accounts[0]?.unclear, "hold");
    for (const secret of ["p@ss", "p%40ss", "tok", "hunter2"])
      assert.ok(config.secrets.includes(secret), secret);
  });

  void it("finds other gateways at https:// and the base domain where nothing is said", () => {
    assert.equal(parse("base: mimi.example.org").federation.endpoint, "https://mimi.example.org");
  });

  void it("gives an account its name as label where none is written", () => {
    const [account] = parse(ACCOUNT).accounts;
    assert.ok(account);
    assert.equal(xmppConfig(account).label, "xmpp");
    assert.equal(xmppConfig({ ...account, label: "lab" }).label, "lab");
  });

  void it("counts a known key without a value as left out", () => {
    assert.deepEqual(parse("accounts:\nlimits:\nlog:\n  level:\nredis:\n").log.level, "info");
  });

  void it("puts environment variables in, once, and leaves $${ alone", () => {
    const source = ACCOUNT.replace("hunter2", () => '"a${S}-$${S}-$$-$"');
    const config = parse(`log: {bodies: "\${B}"}\nlimits:\n  tries: \${T}\n${source}`, {
      S: "${B}",
      B: "true",
      T: "12",
    });
    assert.equal(config.accounts[0]?.secret, "a${B}-${S}-$$-$");
    assert.equal(config.log.bodies, true);
    assert.equal(config.limits.tries, 12);
  });

  void it("reads a secret's file relative to the configuration and drops one line break", () => {
    mkdirSync(join(folder, "secrets"), { recursive: true });
    writeFileSync(join(folder, "secrets", "one"), "hunter2\n\n", { mode: 0o640 });
    const config = parse(ACCOUNT.replace("secret: hunter2", "secret_file: secrets/${WHICH}"), {
      WHICH: "one",
    });
    assert.equal(config.accounts[0]?.secret, "hunter2\n");
    assert.ok(!("secret_file" in (config.accounts[0] ?? {})));
    assert.deepEqual(config.secrets, ["hunter2\n"]);
  });
});

void describe("mistakes in a configuration", () => {
  void it("are rooms for alarms of accounts that there are not, and one address for peers and monitoring", () => {
    const source = `alarms: ["matrix:!a:b", nothing]\nwatch: {listen: "127.0.0.1:8448"}\n${ACCOUNT}`;
    assert.deepEqual(
      mistakes(source).map(({ path }) => path),
      ["alarms[0]", "alarms[1]"],
    );
    const both = `federation: {listen: "127.0.0.1:8448"}\nwatch: {listen: "127.0.0.1:8448"}\n`;
    assert.deepEqual(
      mistakes(both).map(({ path }) => path),
      ["watch.listen"],
    );
  });

  void it("are all reported at once, in the order of the file, with place and remedy", () => {
    const found = mistakes(`base: Example.ORG
wake: queue
redis: off
limits:
  lease: 30
  sweeep: 1s
  tries: many
accounts:
  - name: one
    bridge: xmpp
    service: 127.0.0.1:5347
    domain: a.example.org
    secret: hunter2
  - name: one
    bridge: xnpp
  - bridge: xmpp
    secret: [hunter2]
    nick: 7
loog: {}
`);
    assert.deepEqual(
      found.map(({ line, column, path }) => `${line}:${column} ${path}`),
      [
        "1:7 base",
        "2:7 wake",
        "5:10 limits.lease",
        "6:3 limits",
        "7:10 limits.tries",
        "11:14 accounts[0].service",
        "14:11 accounts[1].name",
        "15:13 accounts[1].bridge",
        "16:5 accounts[2].name",
        "16:5 accounts[2].service",
        "16:5 accounts[2].domain",
        "17:13 accounts[2].secret",
        "18:11 accounts[2].nick",
        "19:1 ",
      ],
    );
    const remedies = found.map(({ remedy }) => remedy);
    assert.equal(remedies[3], "did you mean sweep?");
    assert.equal(remedies[7], "did you mean xmpp?");
    assert.equal(remedies[13], "did you mean log?");
    assert.match(remedies[9] ?? "", /service: "xmpp:\/\/127\.0\.0\.1:5347"/);
    assert.ok(found.every(({ file, message }) => file === "gateway.yaml" && !message.includes("Invalid")));
  });

  void it("of federation name the key that is wrong", () => {
    const peer =
      "{base: b.example, endpoint: https://b.example, key: JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs}";
    assert.deepEqual(
      mistakes(`federation:
  listen: 127.0.0.1
  endpoint: http://mimi.example.org
  allow: [10.0.0.0]
  peers:
    - ${peer}
    - ${peer}
    - {base: B, endpoint: "https://b.example/?a", key: JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0b}
`).map(({ path }) => path),
      [
        "federation.listen",
        "federation.endpoint",
        "federation.allow[0]",
        "federation.peers[1].base",
        "federation.peers[2].base",
        "federation.peers[2].endpoint",
        "federation.peers[2].key",
      ],
    );
    for (const listen of ["h:70000", "::1:80", "h", ":80", "a b:1"])
      assert.deepEqual(mistakes(`federation: {listen: "${listen}"}`)[0]?.path, "federation.listen", listen);
  });

  void it("of the store and of Redis name the key that is wrong", () => {
    const both = "store:\n  sqlite: a\n  postgres: postgres://x/y\n";
    assert.deepEqual(places(both), ["3:13 store.postgres"]);
    assert.deepEqual(places("store:\n  postgres: mysql://u:hunter2@h/\n"), ["2:13 store.postgres"]);
    assert.deepEqual(places("redis:\n  url: https://u:hunter2@h/\n"), ["2:8 redis.url"]);
    assert.deepEqual(places("redis:\n  urll: redis://hunter2/\n"), ["2:3 redis.url", "2:3 redis"]);
    assert.deepEqual(places("redis: on\n"), ["1:8 redis"]);
    assert.deepEqual(places("limits: {lease: 10ms, event_bytes: 1GiB, tries: 0}\n").length, 3);
  });

  void it("of the environment name the variable and are not reported twice", () => {
    const found = mistakes(ACCOUNT.replace("xmpp://127.0.0.1:5347", "${SERVICE}").replace("hunter2", "${}"));
    assert.deepEqual(
      found.map(({ line, column, message, remedy }) => [line, column, message, remedy]),
      [
        [4, 14, "needs the environment variable SERVICE, which is not set", "set SERVICE"],
        [6, 13, "has ${ without a variable's name and }", "write ${NAME}, or $${ for the characters"],
      ],
    );
  });

  void it("of secret files name the file", () => {
    writeFileSync(join(folder, "open"), "hunter2");
    chmodSync(join(folder, "open"), 0o644);
    writeFileSync(join(folder, "empty"), "\n", { mode: 0o600 });
    const of = (file: string): Mistake | undefined => {
      const found = mistakes(ACCOUNT.replace("secret: hunter2", `secret_file: ${file}`));
      assert.equal(found.length, 1);
      assert.deepEqual([found[0]?.line, found[0]?.path], [6, "accounts[0].secret_file"]);
      return found[0];
    };
    assert.equal(of("gone")?.message, `names ${join(folder, "gone")}, which does not exist`);
    assert.equal(of("open")?.remedy, `run chmod o= ${join(folder, "open")}`);
    assert.match(of("empty")?.message ?? "", /which is empty/);
    assert.match(of(".")?.message ?? "", /which is no file/);
    assert.match(of("[]")?.message ?? "", /is no path/);
    assert.match(mistakes(`${ACCOUNT}    secret_file: open\n`)[0]?.message ?? "", /beside the secret itself/);
    assert.match(mistakes(ACCOUNT.replace(/ {4}secret.*\n/, ""))[0]?.remedy ?? "", /secret_file/);
  });

  void it("of YAML itself never quote the text", () => {
    for (const [source, line] of [
      ["a: *hunter2\n", 1],
      ["a: !hunter2 x\n", 1],
      ["x: 1\nlog: !!js/function hunter2\n", 2],
      ["- hunter2\nhunter2: c\n", 2],
      ["log: {level: info, level: debug}\n", 1],
      ['base: "hunter2\n', 2],
      ["base: a\n---\nbase: hunter2\n", 2],
      ["base: 'x' hunter2\n", 1],
      ["? [hunter2]\n: b\n", 1],
      ["%hunter2\n---\nbase: a\n", 1],
      ["\tbase: hunter2\n", 1],
      ['base: "\\hunter2"\n', 1],
    ] as const) {
      assert.equal(mistakes(source)[0]?.line, line, source);
    }
  });

  void it("do not show a secret that became a key or a whole document", () => {
    for (const source of [
      "secret:hunter2\n",
      "secret:hunter2: x\n",
      "redis: {url: abc, hunter2}\n",
      "[hunter2]\n",
      "accounts: hunter2\n",
      "accounts: [hunter2]\n",
    ]) {
      assert.ok(mistakes(source).length > 0, source);
    }
  });

  void it("include aliases that would swell the document", () => {
    const bomb = `a: &a [x, x]\n${level("b", "a")}${level("c", "b")}${level("d", "c")}${level("e", "d")}`;
    assert.match(mistakes(bomb)[0]?.message ?? "", /alias/);
  });

  void it("include a bridge when the gateway has none", () => {
    assert.throws(
      () => parseConfig(ACCOUNT, { file: null, folder, env: {}, bridges: {} }),
      (thrown) => thrown instanceof ConfigError && thrown.mistakes.length > 0,
    );
  });
});

void describe("the configuration's file", () => {
  void it("must exist where it was named, and need not where it was not", () => {
    const empty = mkdtempSync(join(folder, "empty-"));
    assert.throws(
      () => loadConfig({ file: "x.yaml", folder: empty, env: {}, bridges }),
      (thrown) =>
        thrown instanceof GatewayError && thrown.code === "config_missing" && thrown.detail.includes(empty),
    );
    const config = loadConfig({ file: null, folder: empty, env: {}, bridges });
    assert.deepEqual([config.file, config.data], [null, join(empty, "var")]);
  });

  void it("is gateway.yaml of the folder, and paths start beside it", () => {
    const here = mkdtempSync(join(folder, "here-"));
    writeFileSync(join(here, "gateway.yaml"), "data: state\nstore: {sqlite: s.db}\n");
    const config = loadConfig({ file: null, folder: here, env: {}, bridges });
    assert.equal(config.file, join(here, "gateway.yaml"));
    assert.deepEqual(config.store, { kind: "sqlite", file: join(here, "state", "s.db") });
    const named = loadConfig({ file: join(here, "gateway.yaml"), folder: "/", env: {}, bridges });
    assert.equal(named.data, join(here, "state"));
  });

  void it("cannot be a folder or huge", () => {
    writeFileSync(join(folder, "huge.yaml"), " ".repeat(1024 * 1024 + 1));
    for (const file of [".", "huge.yaml"]) {
      assert.throws(() => loadConfig({ file, folder, env: {}, bridges }), ConfigError);
    }
  });
});

function level(name: string, of: string): string {
  return `${name}: &${name} [${Array(9).fill(`*${of}`).join(", ")}]\n`;
}
