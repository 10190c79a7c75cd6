/** Messages and reactions for Slack: the rows of the feature table that are not about text alone. */
import assert from "node:assert/strict";
import { Mark, plainFlat } from "../../../mappings/markup/flat.ts";
import { fromMimi } from "../../../mappings/slack/from-mimi.ts";
import {
  REACTION,
  ROOT,
  THREAD,
  TS,
  VERSION,
  body,
  everything,
  outbound,
  said,
  shown,
} from "../slack/context.ts";
import { calls, first, loses, shows, write } from "../slack/writing.ts";
import type { MappingCase } from "./case.ts";

const thumb = { kind: "reaction", reaction: { kind: "unicode", emoji: "👍" } } as const;
const custom = (name: string) =>
  ({ kind: "reaction", reaction: { kind: "custom", name, source: null } }) as const;
const deletion = (by: { name: string; reason: string } | null) =>
  body({ kind: "deletion", by }, { replaces: ROOT });

export const slackMessagesOut: readonly MappingCase[] = [
  shows("reply", "under a quotation", () => {
    const event = said("yes", { replyTo: VERSION });
    const { blocks, thread_ts: thread } = first(event).arguments;
    assert.equal(thread, undefined);
    assert.match(
      JSON.stringify(blocks),
      /rich_text_quote.*Al.*Ship 2\.0 & win.*archives\/C1\/p1755517523123450/,
    );
    assert.deepEqual(write(event).codes, ["reply_quoted"]);
  }),
  shows("reply", "in the thread of what it answers, where the room is set so", () => {
    const setting = { capabilities: { replies: "thread" } } as const;
    assert.equal(first(said("yes", { replyTo: VERSION }), setting).arguments["thread_ts"], TS);
  }),
  shows("reply", "alone where what it answers is not known", () => {
    assert.deepEqual(write(said("yes", { replyTo: REACTION })).codes, ["reply_unrelated"]);
  }),
  shows("thread", "under its first message", () => {
    const { arguments: written } = first(said("yes", { thread: THREAD, replyTo: ROOT }));
    assert.equal(written["thread_ts"], TS);
    assert.equal(written["reply_broadcast"], undefined);
    assert.deepEqual(write(said("yes", { thread: THREAD, replyTo: ROOT })).codes, []);
  }),
  shows("thread", "flattened where its first message is not known", () => {
    assert.deepEqual(write(said("yes", { thread: new Uint8Array([1]) })).codes, ["thread_flattened"]);
  }),
  shows("thread-broadcast", "shown in the channel as well", () => {
    assert.equal(first(said("yes", { thread: THREAD, broadcast: true })).arguments["reply_broadcast"], true);
  }),
  shows("edit", "changes the message in place", () => {
    const { method, arguments: written } = first(said("new", { replaces: ROOT }));
    assert.equal(method, "chat.update");
    const { ts, text, parse, link_names: names } = written;
    assert.deepEqual({ ts, text, parse, names }, { ts: TS, text: "new", parse: "none", names: false });
  }),
  shows("edit", "said again in the thread where Slack refuses", () => {
    const event = said("new", { replaces: ROOT });
    const { method, arguments: written } = first(event, { closed: () => true });
    assert.equal(method, "chat.postMessage");
    assert.equal(written["thread_ts"], TS);
    assert.match(String(written["text"]), /^✏️ edited:\s+new$/u);
    assert.deepEqual(write(event, { closed: () => true }).codes, ["edit_reposted"]);
  }),
  calls(
    "deletion",
    "every part, and its files",
    deletion(null),
    [
      { method: "chat.delete", arguments: { channel: "C1", ts: TS } },
      { method: "files.delete", arguments: { file: "F1" } },
      { method: "files.delete", arguments: { file: "F2" } },
      { method: "chat.delete", arguments: { channel: "C1", ts: "2.000000" } },
    ],
    [],
    {
      message: () =>
        shown({
          parts: [
            { native: TS, aux: "F1,F2" },
            { native: "2.000000", aux: null },
          ],
        }),
    },
  ),
  calls("moderator-deletion", "of what the gateway posted", deletion({ name: "Mo", reason: "spam" }), [
    { method: "chat.delete", arguments: { channel: "C1", ts: TS } },
  ]),
  loses(
    "moderator-deletion",
    "what people of Slack said stays",
    deletion({ name: "Mo", reason: "" }),
    "deletion_kept",
    {
      message: () => shown({ ours: false }),
    },
  ),
  calls("reaction", "the first of the remote users'", body(thumb, { replyTo: VERSION }), [
    { method: "reactions.add", arguments: { channel: "C1", timestamp: TS, name: "+1" } },
  ]),
  loses("reaction", "the second shows as the same", body(thumb, { replyTo: VERSION }), "reactions_merged", {
    reactionCount: () => 2,
  }),
  calls(
    "unreaction",
    "the last of the remote users'",
    body({ kind: "unreaction" }, { replaces: REACTION, replyTo: VERSION }),
    [{ method: "reactions.remove", arguments: { channel: "C1", timestamp: TS, name: "+1" } }],
    [],
    { reactionCount: () => 0 },
  ),
  loses(
    "unreaction",
    "others' stay",
    body({ kind: "unreaction" }, { replaces: REACTION }),
    "reactions_merged",
  ),
  calls("custom-reaction", "of the workspace", body(custom("party"), { replyTo: ROOT }), [
    { method: "reactions.add", arguments: { channel: "C1", timestamp: TS, name: "party" } },
  ]),
  loses(
    "custom-reaction",
    "one that it lacks",
    body(custom("blob"), { replyTo: ROOT }),
    "reaction_unsupported",
  ),
  shows("expiry", "the gateway deletes it in time", () => {
    const event = said("soon gone", { expires: { relative: true, seconds: 60 } });
    assert.deepEqual(write(event).codes, ["expiry_ignored"]);
    assert.equal(first(event).method, "chat.postMessage");
  }),
  shows("spoiler", "in the thread below a mask", () => {
    const event = body({
      kind: "text",
      style: "plain",
      text: plainFlat("he dies"),
      spoiler: "film",
      previews: [],
    });
    const { calls: made, losses } = fromMimi(event, everything, outbound());
    const [mask, below] = made;
    assert.ok(
      mask?.method === "chat.postMessage" && below?.method === "chat.postMessage" && made.length === 2,
    );
    assert.equal(mask.arguments.text, "⚠ Spoiler (film): ▒▒▒");
    assert.equal(below.arguments.text, "he dies");
    assert.deepEqual([mask.threadOf, below.threadOf], [null, 0]);
    assert.deepEqual(
      losses.map(({ code }) => code),
      ["spoiler_shown"],
    );
  }),
  shows("spoiler", "hidden words alone are masked", () => {
    const runs = [
      { kind: "text", text: "it ends: ", marks: 0, link: null },
      { kind: "text", text: "badly", marks: Mark.spoiler, link: null },
    ] as const;
    const text = { blocks: [{ kind: "paragraph", quote: 0, list: 0, runs }] } as const;
    const event = body({ kind: "text", style: "plain", text, spoiler: null, previews: [] });
    assert.deepEqual(
      write(event).calls.map((call) => call.arguments["text"]),
      ["it ends: ▒▒▒", "it ends: badly"],
    );
  }),
  shows("emote", "in italics under the name", () => {
    const event = body({
      kind: "text",
      style: "emote",
      text: plainFlat("waves"),
      spoiler: null,
      previews: [],
    });
    assert.equal(first(event).arguments["username"], "Bob (Matrix)");
    assert.match(
      JSON.stringify(first(event).arguments["blocks"]),
      /"text":"waves","style":\{"italic":true\}/,
    );
  }),
  shows("display-name", "on each post, with where he is from", () => {
    assert.equal(first(said("hi")).arguments["username"], "Bob (Matrix)");
  }),
  shows("user-avatar", "on each post", () => {
    assert.equal(first(said("hi")).arguments["icon_url"], "https://gw.example/a/9f3c.png");
    assert.equal(first(said("hi"), { icon: () => "http://gw.example/a" }).arguments["icon_url"], undefined);
  }),
  shows("link-preview", "Slack makes none of its own", () => {
    const previews = [{ url: "https://a.example/x", title: "A", description: "" }];
    const event = body({
      kind: "text",
      style: "plain",
      text: plainFlat("https://a.example/x"),
      spoiler: null,
      previews,
    });
    assert.equal(first(event).arguments["unfurl_links"], false);
    assert.deepEqual(write(event).codes, ["preview_dropped"]);
  }),
  shows("unknown", "its readable text", () => {
    const event = body({ kind: "unknown", contentType: "application/x-odd", text: "something odd" });
    assert.equal(first(event).arguments["text"], "something odd");
    assert.deepEqual(write(event).codes, ["content_unsupported"]);
  }),
  shows("call", "a line with its link", () => {
    const event = body({ kind: "call", url: "https://meet.example/1", name: "Stand-up" });
    assert.match(String(first(event).arguments["text"]), /^📞 Stand-up: /u);
  }),
];
