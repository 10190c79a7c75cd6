import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Disposition, type MessageDraft, PLAIN_TEXT } from "../../../mappings/content/content.ts";
import type { EventId } from "../../../mappings/ids.ts";
import { type FlatText, plainFlat, type Run } from "../../../mappings/markup/flat.ts";
import {
  type MediaFile,
  message,
  type Message,
  type MessageBody,
  textMessage,
} from "../../../mappings/message.ts";
import { fromContent } from "../../../mappings/message/from-content.ts";
import { toContent } from "../../../mappings/message/to-content.ts";
import { check, extensionsOf, MARKDOWN, paragraph, plain } from "./written.ts";

const ROOT = `01${"ab".repeat(31)}` as EventId;
const VERSION = `01${"cd".repeat(31)}` as EventId;

const photo: MediaFile = {
  source: "https://files.example/cat.png",
  contentType: "image/png",
  filename: "cat.png",
  description: "a cat",
  size: 512,
  sha256: new Uint8Array(32).fill(5),
  encryption: null,
  inline: true,
  width: 640,
  height: 480,
  duration: null,
  voice: false,
};
const pdf: MediaFile = {
  ...photo,
  source: "https://files.example/a.pdf",
  contentType: "application/pdf",
  filename: "a.pdf",
  inline: false,
  width: null,
  height: null,
};
const media = (files: readonly MediaFile[], caption: FlatText | null = null): MessageBody => ({
  kind: "media",
  files,
  caption,
  sticker: false,
  spoiler: null,
});

void describe("media as mimi-content", () => {
  void it("are external parts, inline or attached, with their sizes by part index", () => {
    check(media([photo]), "4 image/png at https://files.example/cat.png", {
      "gw:media": { 0: { w: 640, h: 480 } },
    });
    check(media([pdf]), "6 application/pdf at https://files.example/a.pdf");
    const { body } = toContent(message(media([photo])));
    assert.ok(body.cardinality === "external");
    assert.deepEqual([body.size, body.hashAlg, body.contentHash], [512, 1, photo.sha256]);
    assert.deepEqual([body.filename, body.description, body.encAlg], ["cat.png", "a cat", 0]);
  });

  void it("stand behind their caption", () => {
    check(
      media([photo, pdf], plainFlat("a cat and a page")),
      `1 processAll [1 ${PLAIN_TEXT} a cat and a page | 4 image/png at ${photo.source} | 6 application/pdf at ${pdf.source}]`,
      { "gw:media": { 2: { w: 640, h: 480 } } },
    );
    const party: Run = { kind: "emoji", name: "party", source: "mxc://hs.example/p", marks: 0 };
    const body = media([photo], paragraph(party));
    assert.deepEqual(extensionsOf(body), { "gw:emoji": { party: 3 }, "gw:media": { 4: { w: 640, h: 480 } } });
    assert.deepEqual(fromContent(toContent(message(body))).body, body);
  });

  void it("keep what a recording, a sticker, a hidden and an encrypted file are", () => {
    const voice = { ...pdf, contentType: "audio/ogg;codecs=opus", inline: true, duration: 4200, voice: true };
    check(media([voice]), `4 audio/ogg;codecs=opus at ${pdf.source}`, {
      "gw:media": { 0: { ms: 4200, voice: true } },
    });
    check({ ...media([pdf]), sticker: true } as MessageBody, `6 application/pdf at ${pdf.source}`, {
      "gw:kind": "sticker",
    });
    check(
      { ...media([pdf]), spoiler: "blood" } as MessageBody,
      `1 processAll [1 ${PLAIN_TEXT} ⚠ Spoiler (blood): | 6 application/pdf at ${pdf.source}]`,
      { "gw:spoil": "blood" },
    );
    const key = new Uint8Array(16).fill(1);
    const nonce = new Uint8Array(12).fill(2);
    const encrypted = { ...pdf, encryption: { algorithm: 1, key, nonce, aad: new Uint8Array() } };
    const { body } = toContent(message(media([encrypted])));
    assert.ok(body.cardinality === "external");
    assert.deepEqual([body.encAlg, body.key, body.nonce], [1, key, nonce]);
    assert.deepEqual(fromContent(toContent(message(media([encrypted])))).body, media([encrypted]));
  });
});

void describe("everything else as mimi-content", () => {
  void it("has the forms that the draft and the extensions have for it", () => {
    check({ kind: "reaction", reaction: { kind: "unicode", emoji: "👍" } }, `2 ${PLAIN_TEXT} 👍`);
    check(
      { kind: "reaction", reaction: { kind: "custom", name: "party", source: "mxc://hs.example/p" } },
      `2 chooseOne [2 image/png at mxc://hs.example/p | 2 ${PLAIN_TEXT} :party:]`,
    );
    check(
      { kind: "reaction", reaction: { kind: "custom", name: "party", source: null } },
      `2 ${PLAIN_TEXT} :party:`,
    );
    check({ kind: "unreaction" }, "2 null");
    check({ kind: "deletion", by: null }, "1 null");
    check({ kind: "deletion", by: { name: "Ben", reason: "spam" } }, "1 null", { "gw:mod": ["Ben", "spam"] });
    check(
      { kind: "location", geo: "geo:48.2,16.37", name: "a [place]" },
      `1 ${MARKDOWN} [a \\[place\\]](geo:48.2,16.37)`,
      {
        "gw:geo": "geo:48.2,16.37",
      },
    );
    check({ kind: "location", geo: "geo:48.2,16.37", name: "" }, `1 ${MARKDOWN} <geo:48.2,16.37>`, {
      "gw:geo": "geo:48.2,16.37",
    });
    check({ kind: "call", url: "https://meet.example/x", name: "stand-up" }, "7  at https://meet.example/x");
  });

  void it("lets a poll be read by those who do not know polls", () => {
    const options = [
      { id: "a", text: "tea" },
      { id: "b", text: "coffee" },
    ];
    check(
      { kind: "poll", question: "What?", options, most: 1, disclosed: true },
      `1 ${MARKDOWN} What?\n\n1. tea\n2. coffee`,
      {
        "gw:kind": "poll.start",
        "gw:poll": {
          q: "What?",
          kind: "disclosed",
          max: 1,
          opts: [
            ["a", "tea"],
            ["b", "coffee"],
          ],
        },
      },
    );
    check({ kind: "vote", options: ["b"] }, "0 null", { "gw:kind": "poll.vote", "gw:poll": { a: ["b"] } });
    check({ kind: "vote", options: [] }, "0 null", { "gw:kind": "poll.vote", "gw:poll": { a: [] } });
    check({ kind: "poll-end", text: "Tea: 3\nCoffee: 2" }, `1 ${PLAIN_TEXT} Tea: 3\nCoffee: 2`, {
      "gw:kind": "poll.end",
    });
  });

  void it("keeps what a message refers to, its thread and its end", () => {
    const thread = new Uint8Array(32).fill(9);
    const expires = { relative: true, seconds: 60 };
    const whole: Message = {
      ...textMessage(plainFlat("hi")),
      replaces: ROOT,
      replyTo: VERSION,
      thread,
      broadcast: true,
      expires,
    };
    const draft: MessageDraft = toContent(whole);
    assert.deepEqual([draft.replaces, draft.inReplyTo, draft.topicId], [ROOT, VERSION, thread]);
    assert.deepEqual(draft.expires, expires);
    assert.deepEqual(plain(draft.extensions), { "gw:bcast": true });
    assert.deepEqual(fromContent(draft), whole);
    assert.equal(draft.body.disposition, Disposition.render);
  });
});
