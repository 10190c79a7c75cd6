/** Whole events, which are changed here and there. */

/** Events of Slack as JSON. */
export const slackEvents: readonly object[] = [
  { type: "message", user: "U123", channel: "C1", ts: "1.2", thread_ts: "1.1", text: "a *b* <@U5> :tada:" },
  {
    type: "message",
    user: "U123",
    ts: "1.2",
    text: "x",
    blocks: [
      {
        type: "rich_text",
        elements: [
          {
            type: "rich_text_section",
            elements: [
              { type: "text", text: "a", style: { bold: true } },
              { type: "link", url: "https://a.example", text: "b" },
              { type: "user", user_id: "U123" },
              { type: "emoji", name: "tada", unicode: "1f389", skin_tone: 3 },
              { type: "broadcast", range: "here" },
              { type: "date", timestamp: 1, fallback: "then" },
            ],
          },
          {
            type: "rich_text_list",
            style: "ordered",
            indent: 1,
            offset: 2,
            elements: [{ type: "rich_text_section", elements: [{ type: "text", text: "c\n\nd" }] }],
          },
          { type: "rich_text_quote", border: 1, elements: [{ type: "text", text: "q" }] },
          { type: "rich_text_preformatted", language: "ts", elements: [{ type: "text", text: "let x" }] },
        ],
      },
      { type: "section", text: { type: "mrkdwn", text: "*a*" }, fields: [{ type: "plain_text", text: "b" }] },
      {
        type: "table",
        rows: [
          [
            { type: "raw_text", text: "a" },
            { type: "raw_text", text: "b" },
          ],
        ],
      },
    ],
    attachments: [
      { title: "t", text: "*x*", fields: [{ title: "f", value: "v" }], from_url: "https://a.example" },
    ],
    files: [{ id: "F1", name: "a.png", mimetype: "image/png", url_private: "https://a.example/f", size: 3 }],
  },
  {
    type: "message",
    subtype: "message_changed",
    channel: "C1",
    ts: "1.3",
    message: { user: "U123", ts: "1.2", text: "new", edited: { user: "U123", ts: "1.3" } },
    previous_message: { user: "U123", ts: "1.2", text: "old" },
  },
  { type: "message", subtype: "message_deleted", channel: "C1", ts: "1.3", deleted_ts: "1.2" },
  {
    type: "message",
    subtype: "channel_topic",
    user: "U123",
    channel: "C1",
    ts: "1.3",
    text: "x",
    topic: "t",
  },
  {
    type: "reaction_added",
    user: "U123",
    reaction: "+1",
    item: { type: "message", channel: "C1", ts: "1.2" },
    event_ts: "1.4",
  },
  {
    type: "reaction_removed",
    user: "U123",
    reaction: "party",
    item: { type: "message", channel: "C1", ts: "1.2" },
    event_ts: "1.4",
  },
  { type: "member_joined_channel", user: "U123", channel: "C1", inviter: "U5" },
  { type: "channel_rename", channel: { id: "C1", name: "new" } },
  {
    type: "block_actions",
    user: { id: "U123" },
    container: { message_ts: "1.2" },
    actions: [{ action_id: "gwpoll:a", value: "1" }],
  },
];

const matrixBase = {
  sender: "@al:hs.example",
  event_id: "$e",
  room_id: "!r:hs.example",
  origin_server_ts: 1,
};

/** Events of Matrix as JSON. */
export const matrixEvents: readonly object[] = [
  {
    ...matrixBase,
    type: "m.room.message",
    content: {
      msgtype: "m.text",
      body: "> <@b:hs> x\n\ny",
      format: "org.matrix.custom.html",
      formatted_body: "<mx-reply>x</mx-reply><b>y</b>",
      "m.relates_to": {
        rel_type: "m.thread",
        event_id: "$t",
        is_falling_back: true,
        "m.in_reply_to": { event_id: "$o" },
      },
      "m.mentions": { user_ids: ["@alice:hs.example"], room: true },
    },
  },
  {
    ...matrixBase,
    type: "m.room.message",
    content: {
      msgtype: "m.text",
      body: "* z",
      "m.new_content": { msgtype: "m.text", body: "z" },
      "m.relates_to": { rel_type: "m.replace", event_id: "$o" },
    },
  },
  {
    ...matrixBase,
    type: "m.room.message",
    content: {
      msgtype: "m.image",
      body: "c",
      filename: "a.png",
      info: { mimetype: "image/png", size: 3, w: 1, h: 2 },
      file: {
        url: "mxc://hs.example/x",
        key: { k: "aGVsbG8", alg: "A256CTR", kty: "oct" },
        iv: "AAAA",
        hashes: { sha256: "AAAA" },
      },
    },
  },
  {
    ...matrixBase,
    type: "m.room.message",
    content: { msgtype: "m.location", body: "here", geo_uri: "geo:1.5,2.5;u=3" },
  },
  { ...matrixBase, type: "m.sticker", content: { body: "s", url: "mxc://a/b", info: {} } },
  {
    ...matrixBase,
    type: "m.reaction",
    content: { "m.relates_to": { rel_type: "m.annotation", event_id: "$o", key: "👍" } },
  },
  { ...matrixBase, type: "m.room.redaction", redacts: "$o", content: { redacts: "$o", reason: "r" } },
  {
    ...matrixBase,
    type: "org.matrix.msc3381.poll.start",
    content: {
      "org.matrix.msc3381.poll.start": {
        question: { "org.matrix.msc1767.text": "q?" },
        kind: "org.matrix.msc3381.poll.disclosed",
        max_selections: 1,
        answers: [{ id: "a", "org.matrix.msc1767.text": "A" }],
      },
    },
  },
  {
    ...matrixBase,
    type: "m.room.member",
    state_key: "@b:hs.example",
    content: { membership: "ban", reason: "r" },
    unsigned: { prev_content: { membership: "join" } },
  },
  { ...matrixBase, type: "m.room.topic", state_key: "", content: { topic: "t" } },
  {
    ...matrixBase,
    type: "m.room.power_levels",
    state_key: "",
    content: { users: { "@b:hs.example": 50 }, events_default: 50 },
  },
  { ...matrixBase, type: "m.room.pinned_events", state_key: "", content: { pinned: ["$o"] } },
  { type: "m.typing", content: { user_ids: ["@al:hs.example"] } },
  { type: "m.receipt", content: { $o: { "m.read": { "@al:hs.example": { ts: 1 } } } } },
];

const from = "type='groupchat' from='eng@muc.example/Al' id='x1'";
const ids =
  "<stanza-id xmlns='urn:xmpp:sid:0' by='eng@muc.example' id='S1'/><occupant-id xmlns='urn:xmpp:occupant-id:0' id='O1'/>";

/** Stanzas of a MUC. */
export const stanzas: readonly string[] = [
  `<message ${from}><body>a *b* https://a.example</body><thread>t</thread>${ids}</message>`,
  `<message ${from}><body>/me &gt; a</body><replace xmlns='urn:xmpp:message-correct:0' id='x0'/>${ids}</message>`,
  `<message ${from}><body>&gt; q\nanswer</body><reply xmlns='urn:xmpp:reply:0' to='eng@muc.example/Bo' id='S0'/><fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start='0' end='4'/></fallback></message>`,
  `<message ${from}><body>abcdef</body><markup xmlns='urn:xmpp:markup:0'><span start='1' end='3'><emphasis/></span><bquote start='0' end='6'/><list start='0' end='6'><li start='0'/></list><bcode start='2' end='4'/></markup></message>`,
  `<message ${from}><body>ab</body><html xmlns='http://jabber.org/protocol/xhtml-im'><body xmlns='http://www.w3.org/1999/xhtml'><p style='font-weight:bold'>a<a href='https://a.example'>b</a></p></body></html></message>`,
  `<message ${from}><body>@Bo hi</body><reference xmlns='urn:xmpp:reference:0' type='mention' begin='0' end='3' uri='xmpp:eng@muc.example/Bo'/></message>`,
  `<message ${from}><reactions xmlns='urn:xmpp:reactions:0' id='S0'><reaction>👍</reaction><reaction>x</reaction></reactions></message>`,
  `<message ${from}><retract xmlns='urn:xmpp:message-retract:1' id='S0'/><body>gone</body></message>`,
  `<message ${from}><body>https://a.example/f.png</body><x xmlns='jabber:x:oob'><url>https://a.example/f.png</url></x></message>`,
  `<message ${from}><subject>topic</subject></message>`,
  `<message ${from}><composing xmlns='http://jabber.org/protocol/chatstates'/></message>`,
  `<message ${from}><displayed xmlns='urn:xmpp:chat-markers:0' id='S0'/></message>`,
  `<message type='chat' from='eng@muc.example/Al'><body>psst</body></message>`,
  `<presence from='eng@muc.example/Al'><x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='admin' role='moderator'/></x></presence>`,
  `<presence type='unavailable' from='eng@muc.example/Al'><x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='outcast' role='none'><actor nick='Bo'/><reason>r</reason></item><status code='301'/></x></presence>`,
];
