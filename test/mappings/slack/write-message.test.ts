import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { plainFlat } from "../../../mappings/markup/flat.ts";
import type { Outgoing } from "../../../mappings/mapping.ts";
import { ROOT, TS, VERSION, body, id, said, shown } from "./context.ts";
import { first, write } from "./writing.ts";
import { aFile } from "../../support/media-file.ts";

void describe("an edit of a message in several parts", () => {
  const parts = [TS, "2.000000", "3.000000"].map((native) => ({ native, aux: null }));
  const context = { message: () => shown({ parts }) };
  const methods = (event: Outgoing, changes = context) =>
    write(event, changes).calls.map(({ method }) => method);
  const long = "word ".repeat(1600).trim();

  void test("fewer parts: the rest is deleted", () => {
    assert.deepEqual(methods(said("short", { replaces: ROOT })), [
      "chat.update",
      "chat.delete",
      "chat.delete",
    ]);
  });

  void test("more parts: the rest is posted, marked", () => {
    const one = { message: () => shown() };
    const { calls } = write(said(long, { replaces: ROOT }), one);
    assert.deepEqual(
      calls.map(({ method }) => method),
      ["chat.update", "chat.postMessage", "chat.postMessage"],
    );
    assert.match(String(calls[1]?.arguments["text"]), /^\(cont\.\) word/);
  });

  void test("text that became a file is uploaded again", () => {
    const withFile = [parts[0] ?? { native: TS, aux: null }, { native: "2.000000", aux: "F1" }];
    const event = said("word ".repeat(8000), { replaces: ROOT });
    assert.deepEqual(methods(event, { message: () => shown({ parts: withFile }) }), [
      "chat.update",
      "chat.delete",
      "files.delete",
      "files.completeUploadExternal",
    ]);
  });

  void test("a picture's caption changes with its message", () => {
    const media = {
      kind: "media",
      files: [aFile()],
      caption: plainFlat("new"),
      sticker: false,
      spoiler: null,
    } as const;
    const event = body(media, { replaces: ROOT });
    const posted = { message: () => shown({ parts: [{ native: TS, aux: "F1" }] }) };
    assert.equal(first(event, posted).method, "chat.update");
    assert.equal(first(event, posted).arguments["text"], "new");
  });

  void test("a reply's quotation stays", () => {
    const event = said("new", { replaces: ROOT, replyTo: VERSION });
    assert.match(JSON.stringify(first(event).arguments["blocks"]), /rich_text_quote.*Ship 2\.0.*new/);
  });
});

void describe("an edit that Slack can't make", () => {
  void test("of a message that the room never had", () => {
    const { calls, codes } = write(said("new", { replaces: id("9") }));
    assert.equal(calls[0]?.arguments["thread_ts"], undefined);
    assert.deepEqual(codes, ["edit_reposted"]);
  });

  void test("of a message that somebody on Slack wrote: in its thread", () => {
    const event = said("new", { replaces: ROOT });
    const { thread_ts: thread } = first(event, { message: () => shown({ ours: false }) }).arguments;
    assert.equal(thread, TS);
  });
});
