import assert from "node:assert/strict";
import { test } from "node:test";
import { xmppConfigSchema } from "../../../bridges/xmpp/config.ts";
import { withServedFiles } from "../../../bridges/xmpp/served-files.ts";
import type { Translated } from "../../../core/bridge/inbound.ts";
import { picturesAt } from "../../support/media-file.ts";

const FOLDER = "https://upload.internal/files/";

function posted(...sources: readonly string[]): Translated {
  const sender = { native: "a", name: "a" };
  return { kind: "message", sender, message: picturesAt(sources), native: null, aux: null };
}

void test("files below the configured address are served, whichever way it is written, and no others", () => {
  const served = [`${FOLDER}1.png`, "HTTPS://UPLOAD.internal:443/files/2.png"];
  const others = [
    "https://upload.internal/files/../secret",
    "https://upload.internal/files/%2e%2e/secret",
    "https://upload.internal/filesystem",
    "https://upload.internal.evil.test/files/1",
    "http://upload.internal/files/1",
    "https://me@upload.internal/files/1",
    "no url",
  ];
  const event = withServedFiles(posted(...served, ...others), FOLDER);
  assert.deepEqual(event.kind === "message" && event.served, served);
  assert.equal(withServedFiles(posted(...others), FOLDER).kind, "message");
});

void test("the address is a folder of a web server", () => {
  const account = { service: "xmpp://127.0.0.1:5347", domain: "mimi.example.org", secret: "s" };
  const takes = (text: string) => xmppConfigSchema.safeParse({ ...account, serve_files: text }).success;
  assert.ok(takes(FOLDER) && takes("http://127.0.0.1:5280/file_share/"));
  for (const text of [
    "https://upload.internal/files",
    "upload.internal",
    "https://a/?x",
    "ftp://a/",
    "https://u@a/",
  ])
    assert.equal(takes(text), false, text);
});
