import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { parse } from "yaml";
import { z } from "zod";
import { addMatrixCommands } from "../../../bridges/matrix/commands.ts";
import { matrixConfigSchema } from "../../../bridges/matrix/config.ts";
import { createProgram } from "../../../core/cli/program.ts";
import { notingIo } from "../../support/noting-io.ts";

const folder = mkdtempSync(join(tmpdir(), "mimi-matrix-commands-"));
after(() => rmSync(folder, { recursive: true }));

async function run(...line: readonly string[]) {
  const program = createProgram({
    bridges: () => Promise.resolve({ matrix: matrixConfigSchema }),
    addCommands: addMatrixCommands,
    startGateway: () => assert.fail("nothing is to be started"),
    setups: () => assert.fail("not in these tests"),
    tryOut: () => assert.fail("not in these tests"),
    openOperations: () => assert.fail("nothing is to be opened"),
  });
  const { io, written } = notingIo(folder);
  const code = await program.run(line, io);
  return { code, ...written };
}

const accountForm = z.tuple([
  z.looseObject({ name: z.string(), as_token: z.string(), hs_token: z.string(), listen: z.string() }),
]);

void describe("the commands about Matrix homeservers", () => {
  void it("make an account and the registration that fits it", async () => {
    const made = await run("matrix", "account", "--server-name", "example.org", "--name", "hs");
    assert.deepEqual([made.code, made.err], [0, ""]);
    const [account] = accountForm.parse(parse(made.out));
    assert.deepEqual([account.name, account.listen], ["hs", "127.0.0.1:9100"]);
    writeFileSync(join(folder, "gateway.yaml"), `accounts:\n${made.out}`);
    assert.equal((await run("config", "check")).code, 0);

    const printed = await run("matrix", "register", "hs");
    assert.deepEqual([printed.code, printed.err], [0, ""]);
    assert.match(printed.out, /"- mimi-gateway-registration\.yaml"/);
    const registration: unknown = parse(printed.out);
    const tokens = z.object({ as_token: z.string(), hs_token: z.string() }).parse(registration);
    assert.deepEqual(tokens, { as_token: account.as_token, hs_token: account.hs_token });

    const path = join(folder, "registration.yaml");
    writeFileSync(path, "another, for all to read", { mode: 0o644 });
    const kept = await run("matrix", "register", "hs", "--file", "registration.yaml");
    assert.deepEqual(parse(readFileSync(path, "utf8")), registration);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(kept.code, 0);
    assert.ok(kept.out.startsWith(`${path} is written.`) && kept.out.includes(`"- ${path}"`));
    assert.ok(!kept.out.includes(account.as_token));
    const report = await run("--json", "matrix", "register", "hs", "--file", "registration.yaml");
    assert.deepEqual(
      z
        .object({ file: z.string(), steps: z.array(z.object({ homeserver: z.string() })) })
        .parse(JSON.parse(report.out)),
      {
        file: path,
        steps: [{ homeserver: "Synapse" }, { homeserver: "Dendrite" }, { homeserver: "Tuwunel" }],
      },
    );
  });

  void it("say what is wrong with their words", async () => {
    const wrong = await run("matrix", "account", "--server-name", "https://example.org");
    assert.deepEqual([wrong.code, wrong.out], [2, ""]);
    assert.match(wrong.err, /usage: server_name is no name of a homeserver/);
    assert.equal((await run("matrix", "account")).code, 2);
    const unknown = await run("matrix", "register", "nobody");
    assert.equal(unknown.out, "");
    assert.match(unknown.err, /account_unknown: no account nobody with bridge: matrix/);
    const nowhere = await run("matrix", "register", "hs", "--file", "no/such/folder.yaml");
    assert.match(nowhere.err, /usage: .*folder\.yaml can't be written: name another file/);
  });
});
