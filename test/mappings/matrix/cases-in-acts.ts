/** Table tests: places, polls and reactions that come from Matrix. */
import type { MappingCase } from "../cases/case.ts";
import { event, reads, readsMessage, text, words } from "./case-tools.ts";
import { eventId, ghostOfAl, pollId, reactionId, root } from "./room.ts";

const pollStart = {
  kind: "org.matrix.msc3381.poll.disclosed",
  max_selections: 2,
  question: { "org.matrix.msc1767.text": "Tea?" },
  answers: [
    { id: "a", "org.matrix.msc1767.text": "Yes" },
    { id: "b", "org.matrix.msc1767.text": "No" },
  ],
};
const poll = {
  kind: "poll",
  question: "Tea?",
  options: [
    { id: "a", text: "Yes" },
    { id: "b", text: "No" },
  ],
  most: 2,
  disclosed: true,
} as const;
const ofPoll = { rel_type: "m.reference", event_id: "$poll" };

export const actsIn: readonly MappingCase[] = [
  readsMessage(
    "location",
    "at most six decimals",
    text({
      msgtype: "m.location",
      body: "Big Ben",
      geo_uri: "geo:51.50081234567,-0.12470;u=35",
      "org.matrix.msc3488.location": { uri: "geo:1,1", description: "Big Ben" },
    }),
    { kind: "location", geo: "geo:51.500812,-0.1247;u=35", name: "Big Ben" },
  ),
  readsMessage(
    "location",
    "without coordinates it is text",
    text({ msgtype: "m.location", body: "there", geo_uri: "geo:91,0" }),
    words("there"),
    {},
    ["location_as_text"],
  ),
  readsMessage(
    "poll",
    "unstable names",
    event("org.matrix.msc3381.poll.start", { "org.matrix.msc3381.poll.start": pollStart }),
    poll,
  ),
  readsMessage(
    "poll",
    "stable names",
    event("m.poll.start", {
      "m.poll": {
        kind: "m.disclosed",
        max_selections: 2,
        question: { "m.text": [{ body: "Tea?" }] },
        answers: [
          { "m.id": "a", "m.text": [{ body: "Yes" }] },
          { "m.id": "b", "m.text": [{ mimetype: "text/html", body: "<b>No</b>" }, { body: "No" }] },
        ],
      },
    }),
    poll,
  ),
  readsMessage(
    "poll",
    "a vote, without what is more than may be chosen",
    event("org.matrix.msc3381.poll.response", {
      "m.relates_to": ofPoll,
      "org.matrix.msc3381.poll.response": { answers: ["c", "a", "b"] },
    }),
    { kind: "vote", options: ["c", "a"] },
    { replyTo: pollId },
  ),
  readsMessage(
    "poll",
    "a vote by stable names for what is no option",
    event("m.poll.response", { "m.relates_to": ofPoll, "m.selections": ["z"] }),
    { kind: "vote", options: [] },
    { replyTo: pollId },
  ),
  reads(
    "poll",
    "a vote after the end",
    event("m.poll.response", { "m.relates_to": ofPoll, "m.selections": ["a"] }),
    [],
    ["target_unknown"],
    { poll: () => ({ options: ["a"], most: 1, ended: true }) },
  ),
  readsMessage(
    "poll",
    "the same ids in the poll and in votes, without control characters",
    event("m.poll.start", {
      "m.poll": {
        question: { "m.text": "Tea?" },
        answers: [{ id: "a\u0000", "m.text": "Yes" }],
        max_selections: 9,
      },
    }),
    { ...poll, options: [{ id: "a", text: "Yes" }], most: 1, disclosed: false },
  ),
  readsMessage(
    "poll",
    "a vote taken back",
    event("m.poll.response", { "m.relates_to": ofPoll, "m.selections": [] }),
    { kind: "vote", options: [] },
    { replyTo: pollId },
  ),
  readsMessage(
    "poll",
    "its end",
    event("m.poll.end", { "m.relates_to": ofPoll, "m.poll.end": {}, "m.text": [{ body: "Yes won" }] }),
    { kind: "poll-end", text: "Yes won" },
    { replyTo: pollId },
  ),
  reads(
    "poll",
    "its end by somebody without the right",
    event("m.poll.end", { "m.relates_to": ofPoll }, { sender: "@alice:hs.example" }),
    [],
    ["edit_unverified"],
  ),
  readsMessage(
    "reaction",
    "fully qualified",
    event("m.reaction", { "m.relates_to": { rel_type: "m.annotation", event_id: "$bobs", key: "❤" } }),
    { kind: "reaction", reaction: { kind: "unicode", emoji: "❤️" } },
    { replyTo: eventId(6) },
  ),
  readsMessage(
    "unreaction",
    "the redaction of the reaction",
    event("m.room.redaction", { redacts: "$reaction" }),
    { kind: "unreaction" },
    { replaces: reactionId },
  ),
  readsMessage(
    "reaction",
    "to an edit it is one to the message",
    event("m.reaction", { "m.relates_to": { rel_type: "m.annotation", event_id: "$edit", key: "👍🏽" } }),
    { kind: "reaction", reaction: { kind: "unicode", emoji: "👍🏽" } },
    { replyTo: root },
    [],
    { edit: () => ({ root, author: "@bob:hs.example", previous: null }) },
  ),
  reads(
    "reaction",
    "with neither an emoji nor a name",
    event("m.reaction", { "m.relates_to": { rel_type: "m.annotation", event_id: "$bobs", key: "+1 !" } }),
    [],
    ["reaction_unsupported"],
  ),
  readsMessage(
    "unreaction",
    "by a moderator it is in the name of who reacted",
    event("m.room.redaction", { redacts: "$reaction" }, { sender: "@alice:hs.example" }),
    { kind: "unreaction" },
    { replaces: reactionId },
  ),
  reads(
    "unreaction",
    "of a remote user's reaction",
    event("m.room.redaction", { redacts: "$theirs" }),
    [],
    ["edit_unverified"],
    { reaction: () => ({ id: reactionId, author: ghostOfAl }) },
  ),
  reads(
    "custom-reaction",
    "an address that is none",
    event("m.reaction", {
      "m.relates_to": { rel_type: "m.annotation", event_id: "$root", key: "mxc://hs.example/../x?" },
      "com.beeper.reaction.shortcode": ":blob:",
    }),
    [],
    ["reaction_unsupported"],
  ),
  readsMessage(
    "custom-reaction",
    "a picture with its name",
    event("m.reaction", {
      "m.relates_to": { rel_type: "m.annotation", event_id: "$root", key: "mxc://hs.example/blob" },
      "com.beeper.reaction.shortcode": ":blob:",
    }),
    { kind: "reaction", reaction: { kind: "custom", name: "blob", source: "mxc://hs.example/blob" } },
    { replyTo: root },
  ),
  readsMessage(
    "custom-reaction",
    "a name between colons",
    event("m.reaction", { "m.relates_to": { rel_type: "m.annotation", event_id: "$root", key: ":blob:" } }),
    { kind: "reaction", reaction: { kind: "custom", name: "blob", source: "mxc://hs.example/blob" } },
    { replyTo: root },
  ),
];
