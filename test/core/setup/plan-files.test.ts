import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { z } from "zod";
import { loadConfig } from "../../../core/config/load.ts";
import { nobody } from "../../../core/setup/asker.ts";
import { collect } from "../../../core/setup/collect.ts";
import { givenAnswers } from "../../../core/setup/given-answers.ts";
import { planFiles } from "../../../core/setup/plan-files.ts";
import { writeFiles } from "../../../core/setup/write-files.ts";
import { temporaryFolder } from "../../support/servers.ts";
import { bridges, setups } from "./setting-up.ts";

const root = temporaryFolder("setup");
let folders = 0;
const freshFolder = (): string => join(root, String((folders += 1)));

const ANSWERS = `base: mimi.example.org
store: { postgres: "postgres://mimi:pass@db.example.org/mimi" }
limits: { lease: 1m }
accounts:
  - { bridge: xmpp, secret: geheim-1 }
  - { name: hs, bridge: matrix, server_name: example.org, as_token: geheim-2, hs_token: "\${HS_TOKEN}" }
  - { name: work, bridge: slack, token: xoxb-s, app_token: xapp-s }
`;

async function planned(folder: string, text = ANSWERS) {
  const file = join(root, "answers.yaml");
  writeFileSync(file, text);
  const given = givenAnswers({ folder: root, file });
  const collected = await collect(given, { bridges, setups, asker: nobody });
  return planFiles(collected, { bridges, setups, folder, env: { HS_TOKEN: "geheim-3" } });
}

const load = (folder: string) =>
  loadConfig({ file: join(folder, "gateway.yaml"), folder, env: { HS_TOKEN: "geheim-3" }, bridges });

void describe("the files of a set-up", () => {
  void it("are a gateway.yaml that is read as it was answered, with every secret in a file for its owner alone", async () => {
    const folder = freshFolder();
    const { files } = await planned(folder);
    writeFiles(files, false);
    const config = load(folder);
    assert.equal(config.base, "mimi.example.org");
    assert.equal(config.limits.leaseMs, 60_000);
    assert.deepEqual(config.store, { kind: "postgres", url: "postgres://mimi:pass@db.example.org/mimi" });
    const [xmpp, hs, work] = config.accounts;
    assert.ok(xmpp?.bridge === "xmpp" && hs?.bridge === "matrix" && work?.bridge === "slack");
    assert.deepEqual(
      [xmpp.secret, hs.as_token, hs.hs_token, work.token, work.app_token],
      ["geheim-1", "geheim-2", "geheim-3", "xoxb-s", "xapp-s"],
    );
    const main = readFileSync(join(folder, "gateway.yaml"), "utf8");
    for (const secret of ["geheim-1", "geheim-2", "geheim-3", "xoxb-s", "xapp-s", "pass@"])
      assert.ok(!main.includes(secret), secret);
    assert.match(main, /^ {4}hs_token: "?\$\{HS_TOKEN\}"?$/m);
    // What was not answered stands there with its meaning.
    assert.match(main, /^#redis: private$/m);
    for (const { path, secret } of files) assert.equal(statSync(path).mode & 0o777, secret ? 0o600 : 0o644);
    assert.equal(statSync(join(folder, "secrets")).mode & 0o777, 0o700);
  });

  void it("are what each platform needs, with what to do", async () => {
    const folder = freshFolder();
    const { files, platforms } = await planned(folder);
    const textOf = (name: string): string =>
      files.find(({ path }) => path === join(folder, name))?.text ?? "";
    assert.match(
      textOf("xmpp-prosody.cfg.lua"),
      /Component "mimi\.example\.org"\n {4}component_secret = "geheim-1"/,
    );
    const ejabberd = z
      .object({ listen: z.tuple([z.object({ port: z.number(), hosts: z.record(z.string(), z.unknown()) })]) })
      .parse(parse(textOf("xmpp-ejabberd.yml")));
    assert.deepEqual(ejabberd.listen[0], {
      port: 5347,
      hosts: { "mimi.example.org": { password: "geheim-1" } },
    });
    const tokens = z
      .object({ as_token: z.string(), hs_token: z.string() })
      .parse(parse(textOf("hs-registration.yaml")));
    assert.deepEqual(tokens, { as_token: "geheim-2", hs_token: "geheim-3" });
    assert.match(textOf("work-manifest.yaml"), /socket_mode_enabled: true/);
    assert.deepEqual(
      platforms.map(({ account, steps }) => [account, steps.length > 0]),
      [
        ["xmpp", true],
        ["hs", true],
        ["work", true],
      ],
    );
    assert.ok(
      platforms
        .flatMap(({ steps }) => steps)
        .some((step) => step.includes(join(folder, "hs-registration.yaml"))),
    );
  });

  void it("are none where an answer won't do: all that is wrong is named, and no secret shown", async () => {
    const text =
      "base: NOT\naccounts: [{ bridge: xmpp, secret: geheim-1, servis: x }, { bridge: xmpp, name: X }]";
    await assert.rejects(planned(freshFolder(), text), (thrown: Error) => {
      assert.match(thrown.message, /: base is not/);
      assert.match(thrown.message, /servis/);
      assert.match(thrown.message, /accounts\[1\]\.name is not a name/);
      assert.ok(!thrown.message.includes("geheim"));
      return true;
    });
  });
});

const file = (folder: string, name: string) => ({ path: join(folder, name), text: name, secret: false });

void describe("writing the files of a set-up", () => {
  void it("replaces none that is there unless it is told to, and says which", () => {
    const folder = freshFolder();
    writeFiles([file(folder, "a")], false);
    const again = [file(folder, "b"), { ...file(folder, "a"), text: "new" }];
    assert.throws(
      () => writeFiles(again, false),
      (thrown: Error) => {
        assert.ok(thrown.message.startsWith(`file_exists: ${join(folder, "a")} is there already`));
        return true;
      },
    );
    assert.throws(() => statSync(join(folder, "b")));
    writeFiles(again, true);
    assert.equal(readFileSync(join(folder, "a"), "utf8"), "new");
  });

  void it("leaves nothing where one of them can't be written", () => {
    const folder = freshFolder();
    mkdirSync(join(folder, "x"), { recursive: true });
    writeFileSync(join(folder, "x/z"), "");
    const impossible = [file(folder, "first"), file(folder, "x/z/below"), file(folder, "last")];
    assert.throws(() => writeFiles(impossible, false), /can't be written/);
    for (const name of ["first", "last", "first.new"]) assert.throws(() => statSync(join(folder, name)));
  });

  void it("puts back what it has replaced where a later one can't be put there", () => {
    const folder = freshFolder();
    writeFiles([file(folder, "a")], false);
    // The second of one name finds nothing that it could put there.
    const twice = [{ ...file(folder, "a"), text: "new" }, file(folder, "b"), file(folder, "b")];
    assert.throws(() => writeFiles(twice, true), /can't be written/);
    assert.deepEqual([readdirSync(folder), readFileSync(join(folder, "a"), "utf8")], [["a"], "a"]);
    writeFiles(twice.slice(0, 2), true);
    assert.deepEqual(readdirSync(folder).toSorted(), ["a", "b"]);
  });

  void it("makes a file that others could read one for its owner alone", () => {
    const folder = freshFolder();
    mkdirSync(folder);
    writeFileSync(join(folder, "s"), "old", { mode: 0o644 });
    writeFiles([{ ...file(folder, "s"), secret: true }], true);
    assert.equal(statSync(join(folder, "s")).mode & 0o777, 0o600);
  });
});
