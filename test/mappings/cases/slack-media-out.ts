/** Files, polls and places for Slack. */
import assert from "node:assert/strict";
import { plainFlat } from "../../../mappings/markup/flat.ts";
import type { MediaFile } from "../../../mappings/message.ts";
import type { PollTally } from "../../../mappings/message/poll-tally.ts";
import { writeTally } from "../../../mappings/slack/write-poll-change.ts";
import { ROOT, THREAD, TS, body, outbound } from "../slack/context.ts";
import { appearance, calls, first, shows, write } from "../slack/writing.ts";
import type { MappingCase } from "./case.ts";

const file: MediaFile = {
  source: "mxc://hs.example/abc",
  contentType: "image/png",
  filename: "a.png",
  description: "a cat",
  size: 9,
  sha256: null,
  encryption: null,
  inline: true,
  width: 3,
  height: 2,
  duration: null,
  voice: false,
};
const encryption = {
  algorithm: 1,
  key: new Uint8Array(16),
  nonce: new Uint8Array(12),
  aad: new Uint8Array(),
};
const media = { kind: "media", files: [file], caption: null, sticker: false, spoiler: null } as const;
const upload = { source: "https://gw.example/m/1", filename: "a.png", title: "a.png", alt_txt: "a cat" };
const options = [
  { id: "a", text: "Tea" },
  { id: "b", text: "Coffee" },
];
const poll = { kind: "poll", question: "What?", options, most: 1, disclosed: true } as const;
const tally = { ...poll, options: options.map((option, at) => ({ ...option, votes: at })), ended: false };
const ended = { ...tally, ended: true };
const tallied = (stands: PollTally) => writeTally(ROOT, outbound({ poll: () => stands }));

export const slackMediaOut: readonly MappingCase[] = [
  calls(
    "sticker",
    "a picture",
    body({ ...media, sticker: true }),
    [
      {
        method: "files.completeUploadExternal",
        arguments: { channel_id: "C1", ...appearance, files: [upload] },
      },
    ],
    ["sticker_as_image"],
  ),
  shows("file", "with its caption, in its thread", () => {
    const event = body({ ...media, caption: plainFlat("look") }, { thread: THREAD });
    const { method, arguments: written } = first(event);
    assert.equal(method, "files.completeUploadExternal");
    assert.equal(written["thread_ts"], TS);
    assert.deepEqual(written["files"], [upload]);
    assert.match(JSON.stringify(written["blocks"]), /look/);
  }),
  shows("file", "a link where it is too large", () => {
    const event = body({ ...media, files: [{ ...file, size: 2_000_000 }] });
    assert.match(JSON.stringify(first(event).arguments["blocks"]), /https:\/\/gw\.example\/m\/1/);
    assert.deepEqual(write(event).codes, ["file_linked"]);
  }),
  calls("files", "in one message", body({ ...media, files: [file, { ...file, filename: "b.png" }] }), [
    {
      method: "files.completeUploadExternal",
      arguments: {
        channel_id: "C1",
        ...appearance,
        files: [upload, { ...upload, filename: "b.png", title: "b.png" }],
      },
    },
  ]),
  calls(
    "voice",
    "an audio file",
    body({ ...media, files: [{ ...file, voice: true }] }),
    [
      {
        method: "files.completeUploadExternal",
        arguments: { channel_id: "C1", ...appearance, files: [upload] },
      },
    ],
    ["voice_as_audio"],
  ),
  shows("poll", "a button for each option", () => {
    const { blocks, text } = first(body(poll)).arguments;
    const ids = [...JSON.stringify(blocks).matchAll(/"action_id":"([^"]+)"/g)].map(([, action]) => action);
    assert.deepEqual(ids, ["gwpoll:a", "gwpoll:b"]);
    assert.equal(text, "What?\n1. Tea\n2. Coffee");
  }),
  shows(
    "poll",
    "its counts stand on the poll itself, unless they are kept back or the end has shown them",
    () => {
      const [call] = tallied(tally).calls;
      assert.ok(call?.method === "chat.update");
      assert.equal(call.arguments.text, "What?\n1. Tea — 0 votes\n2. Coffee — 1 vote");
      for (const stands of [{ ...tally, disclosed: false }, ended])
        assert.deepEqual(tallied(stands), { calls: [], losses: [] });
      assert.deepEqual(write(body({ kind: "vote", options: ["b"] }, { replyTo: ROOT })), {
        calls: [],
        codes: [],
      });
    },
  ),
  shows("poll", "an edit keeps the counts", () => {
    const { method, arguments: written } = first(body(poll, { replaces: ROOT }), { poll: () => tally });
    assert.equal(method, "chat.update");
    assert.equal(written["text"], "What?\n1. Tea — 0 votes\n2. Coffee — 1 vote");
  }),
  shows("poll", "its end takes the buttons away", () => {
    const { method, arguments: written } = first(
      body({ kind: "poll-end", text: "Coffee wins" }, { replyTo: ROOT }),
      {
        poll: () => ended,
      },
    );
    assert.equal(method, "chat.update");
    assert.ok(!JSON.stringify(written["blocks"]).includes("button"));
    assert.match(String(written["text"]), /Coffee wins$/);
  }),
  shows("location", "a link to a map", () => {
    const event = body({ kind: "location", geo: "geo:52.5,13.4", name: "Berlin" });
    assert.match(String(first(event).arguments["text"]), /Berlin/);
    assert.match(
      JSON.stringify(first(event).arguments["blocks"]),
      /openstreetmap\.org\/\?mlat=52\.5&mlon=13\.4/,
    );
    assert.deepEqual(write(event).codes, ["location_as_text"]);
  }),
  calls(
    "encrypted-file",
    "without its key: the gateway uploads the bytes in clear",
    body({ ...media, files: [{ ...file, encryption }] }),
    [
      {
        method: "files.completeUploadExternal",
        arguments: { channel_id: "C1", ...appearance, files: [upload] },
      },
    ],
  ),
];
