import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { setups } from "../core/setup/setting-up.ts";

const folder = join(import.meta.dirname, "../../deploy/templates");

/** Accounts as the documentation has them. */
const accounts: readonly Readonly<Record<string, string>>[] = [
  {
    name: "xmpp",
    bridge: "xmpp",
    service: "xmpp://127.0.0.1:5347",
    domain: "mimi.example.org",
    secret: "change-me",
  },
  {
    name: "matrix",
    bridge: "matrix",
    homeserver: "http://127.0.0.1:8008",
    server_name: "example.org",
    as_token: "change-me",
    hs_token: "change-me-too",
    listen: "127.0.0.1:9100",
  },
  { name: "slack", bridge: "slack", token: "xoxb-change-me", app_token: "xapp-change-me" },
];

const made = new Map(
  accounts.flatMap((account) =>
    (setups.find(({ bridge }) => bridge === account["bridge"])?.files(account) ?? []).map(
      ({ name, text }) => {
        const file = `${account["name"] ?? ""}-${name}`;
        return [file, text(`/etc/mimi-gateway/${file}`)] as const;
      },
    ),
  ),
);

void describe("deploy/templates", () => {
  // With UPDATE_DOCS=1 in the environment the test writes them instead of comparing them.
  void it("are what init writes for each platform", () => {
    if (process.env["UPDATE_DOCS"] === "1")
      for (const [name, text] of made) writeFileSync(join(folder, name), text);
    assert.deepEqual(readdirSync(folder).toSorted(), [...made.keys()].toSorted());
    for (const [name, text] of made) assert.equal(readFileSync(join(folder, name), "utf8"), text, name);
  });
});
