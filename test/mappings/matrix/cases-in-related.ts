/** Table tests: replies, threads, edits and kinds of text that come from Matrix. */
import { Mark, plainFlat } from "../../../mappings/markup/flat.ts";
import { textMessage } from "../../../mappings/message.ts";
import type { MappingCase } from "../cases/case.ts";
import { event, flat, html, paragraph, reads, readsMessage, run, text, words } from "./case-tools.ts";
import { eventId, octetsOf, reply, root } from "./room.ts";

export const relatedIn: readonly MappingCase[] = [
  readsMessage(
    "reply",
    "the older quotation is taken off",
    text({
      body: "> <@bob:hs.example> long\n> ago\n\nyes",
      "m.relates_to": { "m.in_reply_to": { event_id: "$root" } },
    }),
    words("yes"),
    { replyTo: root },
  ),
  readsMessage(
    "reply",
    "mx-reply is taken off",
    html("<mx-reply><blockquote>long ago</blockquote></mx-reply>yes", {
      "m.relates_to": { "m.in_reply_to": { event_id: "$bobs" } },
    }),
    words("yes"),
    { replyTo: eventId(6) },
  ),
  readsMessage(
    "reply",
    "without a reply, a quotation is one",
    text({ body: "> long ago\n\nyes" }),
    words("> long ago\n\nyes"),
  ),
  readsMessage(
    "reply",
    "to something unknown",
    text({ body: "yes", "m.relates_to": { "m.in_reply_to": { event_id: "$gone" } } }),
    words("yes"),
    {},
    ["reply_unrelated"],
  ),
  readsMessage(
    "thread",
    "with a stand-in for older programs",
    text({
      body: "in it",
      "m.relates_to": {
        rel_type: "m.thread",
        event_id: "$root",
        is_falling_back: true,
        "m.in_reply_to": { event_id: "$bobs" },
      },
    }),
    words("in it"),
    { thread: octetsOf(root) },
  ),
  readsMessage(
    "thread",
    "with a reply in it",
    text({
      body: "in it",
      "m.relates_to": {
        rel_type: "m.thread",
        event_id: "$root",
        is_falling_back: false,
        "m.in_reply_to": { event_id: "$bobs" },
      },
    }),
    words("in it"),
    { thread: octetsOf(root), replyTo: eventId(6) },
  ),
  readsMessage(
    "spoiler",
    "of a part",
    html("he <span data-mx-spoiler>dies</span>"),
    words(flat(paragraph(run("he "), run("dies", Mark.spoiler)))),
  ),
  readsMessage(
    "spoiler",
    "of the whole, with a reason",
    html('<span data-mx-spoiler="film">he dies</span>'),
    words("he dies", { spoiler: "film" }),
  ),
  readsMessage(
    "emote",
    "without the name",
    text({ msgtype: "m.emote", body: "waves" }),
    words("waves", { style: "emote" }),
  ),
  readsMessage(
    "notice",
    "of a program",
    text({ msgtype: "m.notice", body: "built" }),
    words("built", { style: "notice" }),
  ),
  readsMessage(
    "link-preview",
    "as its author's program made it",
    text({
      body: "https://x.example/",
      "com.beeper.linkpreviews": [
        { matched_url: "https://x.example/", "og:title": "X", "og:description": "d" },
      ],
    }),
    words("https://x.example/", { previews: [{ url: "https://x.example/", title: "X", description: "d" }] }),
  ),
  readsMessage(
    "unknown",
    "a type of text that nobody knows",
    text({ msgtype: "org.x", body: "b" }),
    words("b", { style: "notice" }),
    {},
    ["content_unsupported"],
  ),
  readsMessage(
    "edit",
    "by its author",
    text({
      body: "* Right on!",
      "m.new_content": { msgtype: "m.text", body: "Right on!", "m.mentions": {} },
      "m.relates_to": { rel_type: "m.replace", event_id: "$bobs" },
    }),
    words("Right on!"),
    { replaces: eventId(5), replyTo: root, thread: octetsOf(root) },
  ),
  readsMessage(
    "edit",
    "the redaction of one says what was before",
    { ...html(""), type: "m.room.redaction", redacts: "$edit", content: {} },
    words("before"),
    { replaces: reply },
    [],
    {
      edit: () => ({
        root: reply,
        author: "@bob:hs.example",
        previous: {
          body: words("before"),
          replaces: null,
          replyTo: null,
          thread: new Uint8Array(),
          broadcast: false,
          expires: null,
        },
      }),
    },
  ),
  readsMessage(
    "edit",
    "later than the last one, or as late with a greater id",
    text({
      body: "* b",
      "m.new_content": { msgtype: "m.text", body: "b" },
      "m.relates_to": { rel_type: "m.replace", event_id: "$bobs" },
    }),
    words("b"),
    { replaces: eventId(5), replyTo: root, thread: octetsOf(root) },
    [],
    { latestEdit: () => ({ at: 1_755_517_530_000, eventId: "$a" }) },
  ),
  reads(
    "edit",
    "the redaction of a remote user's is a moderator's affair in this room",
    event("m.room.redaction", { redacts: "$edit" }),
    [],
    ["edit_unverified"],
    { edit: () => ({ root: reply, author: null, previous: textMessage(plainFlat("before")) }) },
  ),
  reads(
    "edit",
    "the redaction of one that a later one hides",
    event("m.room.redaction", { redacts: "$edit" }),
    [],
    [],
    { edit: () => ({ root: reply, author: "@bob:hs.example", previous: null }) },
  ),
  readsMessage(
    "thread",
    "on a message that stands in a thread it is that thread",
    text({ body: "in it", "m.relates_to": { rel_type: "m.thread", event_id: "$bobs" } }),
    words("in it"),
    { thread: octetsOf(root) },
  ),
  readsMessage(
    "thread",
    "whose first message is not known",
    text({ body: "in it", "m.relates_to": { rel_type: "m.thread", event_id: "$gone" } }),
    words("in it"),
    {},
    ["thread_flattened"],
  ),
  readsMessage(
    "reply",
    "to an edit it is one to the message",
    text({ body: "yes", "m.relates_to": { "m.in_reply_to": { event_id: "$edit" } } }),
    words("yes"),
    { replyTo: reply },
    [],
    { edit: () => ({ root: reply, author: "@bob:hs.example", previous: null }) },
  ),
];
