/** The commands of the section on backups, as docs/operating.md shows them. */
import assert from "node:assert/strict";
import { existsSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { temporaryFolder } from "../support/servers.ts";
import { Walk } from "./walk.ts";

const folder = temporaryFolder("docs-backup");

void it("a store is backed up and restored by the commands of the operating guide", async () => {
  writeFileSync(join(folder, "gateway.yaml"), "base: mimi.example.org\nredis: off\n");
  const here = { "/srv/backups": join(folder, "backups") };
  const walk = new Walk({ page: "docs/operating.md", folder, here });
  await walk.run("status");
  assert.match(await walk.run("backup"), /backups\/monday: backed up at /);
  renameSync(join(folder, "var"), join(folder, "lost"));
  assert.match(await walk.run("restore"), /var: restored as of /);
  assert.ok(existsSync(join(folder, "var/gateway.sqlite")));
  assert.match(await walk.run("restore", { codes: [1] }), /restore_not_empty/);
});
