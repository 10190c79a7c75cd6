/** Table tests: replies, threads, edits and kinds of text that go to Matrix. */
import { Mark } from "../../../mappings/markup/flat.ts";
import type { LossCode } from "../../../mappings/loss.ts";
import type { MatrixContent } from "../../../mappings/matrix/calls.ts";
import type { MatrixCapabilities } from "../../../mappings/matrix/context.ts";
import type { FeatureKey } from "../../../mappings/features.ts";
import { type MessageBody } from "../../../mappings/message.ts";
import type { MappingCase } from "../cases/case.ts";
import { flat, outgoing, paragraph, run, sends, words, writes } from "./case-tools.ts";
import { eventId, mark, octetsOf, reply, root } from "./room.ts";

/** A text is written as this body and this HTML. */
function writesHtml(
  feature: FeatureKey,
  name: string,
  body: MessageBody,
  plain: string,
  formatted_body: string | null,
  mentions: MatrixContent = {},
  losses: readonly LossCode[] = [],
  capabilities: Partial<MatrixCapabilities> = {},
): MappingCase {
  const rich = formatted_body === null ? {} : { format: "org.matrix.custom.html", formatted_body };
  const content = { msgtype: "m.text", body: plain, ...rich, "m.mentions": mentions, ...mark };
  return writes(feature, name, outgoing(body), [sends(content)], losses, capabilities);
}

const reason = { msgtype: "m.text", "m.mentions": {} };

export const relatedOut: readonly MappingCase[] = [
  writes("reply", "who is answered is mentioned", outgoing(words("yes"), { replyTo: eventId(5) }), [
    sends({
      ...reason,
      body: "yes",
      "m.mentions": { user_ids: ["@bob:hs.example"] },
      "m.relates_to": { "m.in_reply_to": { event_id: "$bobs" } },
      ...mark,
    }),
  ]),
  writes(
    "reply",
    "to what is not in the room",
    outgoing(words("yes"), { replyTo: eventId(15) }),
    [sends({ ...reason, body: "yes", ...mark })],
    ["reply_unrelated"],
  ),
  writes(
    "thread",
    "with a stand-in for older programs",
    outgoing(words("in it"), { thread: octetsOf(root) }),
    [
      sends({
        ...reason,
        body: "in it",
        "m.relates_to": {
          rel_type: "m.thread",
          event_id: "$root",
          is_falling_back: true,
          "m.in_reply_to": { event_id: "$latest" },
        },
        ...mark,
      }),
    ],
  ),
  writes(
    "thread",
    "whose first message is not in the room",
    outgoing(words("in it"), { thread: octetsOf(eventId(15)) }),
    [sends({ ...reason, body: "in it", ...mark })],
    ["thread_flattened"],
  ),
  writes(
    "thread-broadcast",
    "stands in the thread",
    outgoing(words("in it"), { thread: octetsOf(root), broadcast: true }),
    [
      sends({
        ...reason,
        body: "in it",
        "m.relates_to": {
          rel_type: "m.thread",
          event_id: "$root",
          is_falling_back: true,
          "m.in_reply_to": { event_id: "$latest" },
        },
        ...mark,
      }),
    ],
    ["thread_only"],
  ),
  writes(
    "edit",
    "the whole new content, and one for older programs",
    outgoing(words("Right on!"), { replaces: reply }),
    [
      sends({
        ...reason,
        body: "* Right on!",
        "m.new_content": { ...reason, body: "Right on!" },
        "m.relates_to": { rel_type: "m.replace", event_id: "$reply" },
        ...mark,
      }),
    ],
  ),
  writes(
    "edit",
    "of what the room does not hold",
    outgoing(words("Right on!"), { replaces: eventId(15) }),
    [sends({ ...reason, body: "Right on!", ...mark })],
    ["edit_reposted"],
  ),
  writesHtml(
    "spoiler",
    "a body without the secret",
    words(flat(paragraph(run("he "), run("dies", Mark.spoiler)))),
    "he [spoiler]",
    "he <span data-mx-spoiler>dies</span>",
  ),
  writesHtml(
    "spoiler",
    "of the whole, with its reason",
    words("he dies", { spoiler: 'a "film"' }),
    '[spoiler] (a "film")',
    '<span data-mx-spoiler="a &quot;film&quot;">he dies</span>',
  ),
  writes("emote", "without the name", outgoing(words("waves", { style: "emote" })), [
    sends({ ...reason, msgtype: "m.emote", body: "waves", ...mark }),
  ]),
  writes("notice", "of a program", outgoing(words("built", { style: "notice" })), [
    sends({ ...reason, msgtype: "m.notice", body: "built", ...mark }),
  ]),
  writes("notice", "of the gateway", { kind: "notice", text: "linked" }, [
    {
      kind: "send",
      as: null,
      type: "m.room.message",
      content: { ...reason, msgtype: "m.notice", body: "linked", ...mark },
    },
  ]),
  writes(
    "expiry",
    "is the gateway's to see to",
    outgoing(words("soon gone"), { expires: { relative: false, seconds: 1_755_517_530 } }),
    [sends({ ...reason, body: "soon gone", ...mark })],
    ["expiry_ignored"],
  ),
  writes(
    "link-preview",
    "as the author's platform made it",
    outgoing(words("see", { previews: [{ url: "https://x.example/", title: "X", description: "d" }] })),
    [
      sends({
        ...reason,
        body: "see",
        "com.beeper.linkpreviews": [
          {
            matched_url: "https://x.example/",
            "og:url": "https://x.example/",
            "og:title": "X",
            "og:description": "d",
          },
        ],
        ...mark,
      }),
    ],
  ),
  writes(
    "unknown",
    "the text that stands for it",
    outgoing({ kind: "unknown", contentType: "application/x", text: "a thing" }),
    [sends({ ...reason, msgtype: "m.notice", body: "a thing", ...mark })],
    ["content_unsupported"],
  ),
  writes(
    "call",
    "a line with its link",
    outgoing({ kind: "call", url: "https://meet.example/1", name: "Daily" }),
    [
      sends({
        msgtype: "m.notice",
        body: "Call started: Daily: <https://meet.example/1>",
        format: "org.matrix.custom.html",
        formatted_body: 'Call started: Daily: <a href="https://meet.example/1">https://meet.example/1</a>',
        "m.mentions": {},
        ...mark,
      }),
    ],
  ),
  writesHtml(
    "spoiler",
    "of the whole, with code in it",
    words(flat({ kind: "code", quote: 0, list: 0, language: "", text: "he dies" }), { spoiler: "" }),
    "[spoiler]",
    "<span data-mx-spoiler><code>he dies</code></span>",
    {},
    ["block_flattened"],
  ),
];
