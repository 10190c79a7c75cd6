/** Table tests: places, polls, reactions and deletions that go to Matrix. */
import type { MappingCase } from "../cases/case.ts";
import { outgoing, sends, writes } from "./case-tools.ts";
import { al, eventId, ghostOfAl, mark, nothingAllowed, pollId, reactionId, reply, root } from "./room.ts";

const mentions = { "m.mentions": {} };
const TEXT = "org.matrix.msc1767.text";
const poll = {
  kind: "poll",
  question: "Tea?",
  options: [
    { id: "a", text: "Yes" },
    { id: "b", text: "No" },
  ],
  most: 1,
  disclosed: false,
} as const;
const ofPoll = { "m.relates_to": { rel_type: "m.reference", event_id: "$poll" }, ...mentions };

export const actsOut: readonly MappingCase[] = [
  writes(
    "location",
    "with the name of the place",
    outgoing({ kind: "location", geo: "geo:51.5,-0.1", name: "Big Ben" }),
    [
      sends({
        msgtype: "m.location",
        body: "Big Ben: geo:51.5,-0.1",
        geo_uri: "geo:51.5,-0.1",
        "org.matrix.msc3488.location": { uri: "geo:51.5,-0.1", description: "Big Ben" },
        "org.matrix.msc3488.asset": { type: "m.pin" },
        [TEXT]: "Big Ben: geo:51.5,-0.1",
        ...mentions,
        ...mark,
      }),
    ],
  ),
  writes("poll", "its start", outgoing(poll), [
    sends(
      {
        [TEXT]: "Tea?\n1. Yes\n2. No",
        "org.matrix.msc3381.poll.start": {
          kind: "org.matrix.msc3381.poll.undisclosed",
          max_selections: 1,
          question: { [TEXT]: "Tea?", body: "Tea?", msgtype: "m.text" },
          answers: [
            { id: "a", [TEXT]: "Yes" },
            { id: "b", [TEXT]: "No" },
          ],
        },
        ...mentions,
        ...mark,
      },
      "org.matrix.msc3381.poll.start",
    ),
  ]),
  writes(
    "poll",
    "as text where the room has none",
    outgoing(poll),
    [
      sends({
        msgtype: "m.text",
        body: "Tea?\n\n1. Yes\n2. No",
        format: "org.matrix.custom.html",
        formatted_body: "<p>Tea?</p><ol><li>Yes</li><li>No</li></ol>",
        ...mentions,
        ...mark,
      }),
    ],
    ["poll_as_text"],
    { polls: false },
  ),
  writes("poll", "a vote", outgoing({ kind: "vote", options: ["b"] }, { replyTo: pollId }), [
    sends(
      { ...ofPoll, "org.matrix.msc3381.poll.response": { answers: ["b"] }, ...mark },
      "org.matrix.msc3381.poll.response",
    ),
  ]),
  writes("poll", "its end", outgoing({ kind: "poll-end", text: "No won" }, { replyTo: pollId }), [
    sends(
      { ...ofPoll, [TEXT]: "No won", body: "No won", "org.matrix.msc3381.poll.end": {}, ...mark },
      "org.matrix.msc3381.poll.end",
    ),
  ]),
  writes(
    "reaction",
    "fully qualified",
    outgoing({ kind: "reaction", reaction: { kind: "unicode", emoji: "❤" } }, { replyTo: root }),
    [
      sends(
        { "m.relates_to": { rel_type: "m.annotation", event_id: "$root", key: "❤️" }, ...mark },
        "m.reaction",
      ),
    ],
  ),
  writes(
    "reaction",
    "to what the room does not hold",
    outgoing({ kind: "reaction", reaction: { kind: "unicode", emoji: "❤" } }, { replyTo: eventId(15) }),
    [],
    ["target_unknown"],
  ),
  writes("unreaction", "redacts it", outgoing({ kind: "unreaction" }, { replaces: reactionId }), [
    { kind: "redact", as: al, ghost: null, eventId: "$reaction", reason: "" },
  ]),
  writes(
    "custom-reaction",
    "a picture with its name",
    outgoing(
      { kind: "reaction", reaction: { kind: "custom", name: "blob", source: null } },
      { replyTo: root },
    ),
    [
      sends(
        {
          "m.relates_to": { rel_type: "m.annotation", event_id: "$root", key: "mxc://hs.example/blob" },
          "com.beeper.reaction.shortcode": ":blob:",
          ...mark,
        },
        "m.reaction",
      ),
    ],
  ),
  writes(
    "custom-reaction",
    "a name where there is no picture",
    outgoing(
      { kind: "reaction", reaction: { kind: "custom", name: "tada2", source: null } },
      { replyTo: root },
    ),
    [
      sends(
        { "m.relates_to": { rel_type: "m.annotation", event_id: "$root", key: ":tada2:" }, ...mark },
        "m.reaction",
      ),
    ],
    ["emoji_named"],
  ),
  writes(
    "deletion",
    "of the message and its edits",
    outgoing({ kind: "deletion", by: null }, { replaces: reply }),
    [
      { kind: "redact", as: al, ghost: null, eventId: "$reply", reason: "" },
      { kind: "redact", as: al, ghost: null, eventId: "$edit", reason: "" },
    ],
  ),
  writes(
    "moderator-deletion",
    "of a native user's message",
    outgoing({ kind: "deletion", by: { name: "Mo", reason: "spam" } }, { replaces: eventId(5) }),
    [{ kind: "redact", as: null, ghost: null, eventId: "$bobs", reason: "spam (Mo)" }],
  ),
  writes(
    "moderator-deletion",
    "of a native user's message without the right",
    outgoing({ kind: "deletion", by: { name: "Mo", reason: "" } }, { replaces: eventId(5) }),
    [],
    ["deletion_kept"],
    nothingAllowed,
  ),
  writes(
    "moderator-deletion",
    "of a ghost's message in the ghost's name",
    outgoing({ kind: "deletion", by: { name: "Mo", reason: "" } }, { replaces: root }),
    [{ kind: "redact", as: null, ghost: ghostOfAl, eventId: "$root", reason: "Deleted by Mo" }],
    [],
    nothingAllowed,
  ),
];
