/** What the listener hears in a room, and what of it is taken: each row is some stanzas and the lines of the log that they make. */
import { ids, listener, room, said } from "../../../support/muc-stanzas.ts";
import { alice, hear, type Row } from "./heard-rows.ts";

const delay = "<delay xmlns='urn:xmpp:delay' stamp='2020-01-01T00:00:00Z'/>";
const mucUser = "<x xmlns='http://jabber.org/protocol/muc#user'/>";
const states = "http://jabber.org/protocol/chatstates";
const bare = (type: string, children: string, from = `${room}/Alice`, to = listener) =>
  `<message type='${type}' from='${from}' to='${to}' id='m9'>${children}</message>`;

const rows: readonly Row[] = [
  // Who speaks, and where.
  { name: "an occupant speaks", stanzas: [alice("<body>hi</body>", "S1")], log: ["Alice says hi"] },
  { name: "the room itself speaks", stanzas: [said("", "<body>this room is logged</body>")], log: [] },
  { name: "a body of blanks", stanzas: [alice("<body> \u200b </body>", "S1")], log: [] },
  {
    name: "a nick that is a JID with slashes",
    stanzas: [said("a@b/c", `<body>hi</body>${ids("S1", "o")}`)],
    log: ["a@b/c says hi"],
  },
  { name: "another room", stanzas: [bare("groupchat", "<body>hi</body>", "other@muc.test/Alice")], log: [] },
  {
    name: "a copy for a ghost",
    stanzas: [bare("groupchat", "<body>hi</body>", `${room}/Alice`, "x_a.test@gw.test/gateway")],
    log: [],
  },
  {
    name: "groupchat from a person outside of any room",
    stanzas: [bare("groupchat", "<body>hi</body>", "eve@evil.test/x")],
    log: [],
  },
  { name: "a headline from the room", stanzas: [bare("headline", "<body>news</body>")], log: [] },
  {
    name: "no sender at all",
    stanzas: [`<message type='groupchat' to='${listener}'><body>hi</body></message>`],
    log: [],
  },
  {
    name: "an error with a body, as a bounced message has it",
    stanzas: [bare("error", "<body>hi</body><error type='cancel'/>")],
    log: [],
  },
  {
    name: "an encrypted message",
    stanzas: [
      alice(
        "<body>I sent you an OMEMO message</body><encrypted xmlns='eu.siacs.conversations.axolotl'/>",
        "S1",
      ),
    ],
    log: ["to Alice: Encrypted messages are not carried to the linked rooms: the gateway can't read them."],
  },
  // The subject.
  {
    name: "an occupant sets the subject",
    stanzas: [said("Alice", "<subject>cups</subject>")],
    log: ["Alice sets the topic: cups"],
  },
  {
    name: "the room sets the subject",
    stanzas: [said("", "<subject>cups</subject>")],
    log: ["the room sets the topic: cups"],
  },
  {
    name: "the subject is taken away",
    stanzas: [said("Alice", "<subject/>")],
    log: ["Alice sets the topic: "],
  },
  {
    name: "a subject with a body is a message",
    stanzas: [said("Alice", `<subject>cups</subject><body>hi</body>${ids("S1", "o")}`)],
    log: ["Alice says hi"],
  },
  {
    name: "a subject with a thread and without a body is none",
    stanzas: [said("Alice", "<subject>cups</subject><thread>t</thread>")],
    log: [],
  },
  // What is shown.
  {
    name: "typing",
    stanzas: [said("Alice", `<composing xmlns='${states}'/>`)],
    log: [],
    shown: ["Alice types"],
  },
  {
    name: "typing no more",
    stanzas: [said("Alice", `<paused xmlns='${states}'/>`)],
    log: [],
    shown: ["Alice types no more"],
  },
  {
    name: "typing long ago",
    stanzas: [said("Alice", `<composing xmlns='${states}'/>${delay}`)],
    log: [],
    shown: [],
  },
  {
    name: "somebody types who is not there",
    stanzas: [said("Nobody", `<composing xmlns='${states}'/>`)],
    log: [],
    shown: [],
  },
  {
    name: "a state beside a body",
    stanzas: [alice(`<body>hi</body><active xmlns='${states}'/>`, "S1")],
    log: ["Alice says hi"],
    shown: [],
  },
  {
    name: "a read marker",
    stanzas: [said("Alice", "<displayed xmlns='urn:xmpp:chat-markers:0' id='S7'/>")],
    log: [],
    shown: ["Alice has read S7"],
  },
  {
    name: "a read marker without an id",
    stanzas: [said("Alice", "<displayed xmlns='urn:xmpp:chat-markers:0'/>")],
    log: [],
    shown: [],
  },
  // What is not for the room.
  {
    name: "a private message through the room to the gateway",
    stanzas: [bare("chat", `<body>psst</body>${mucUser}`)],
    log: [],
  },
  {
    name: "a private message without a type",
    stanzas: [bare("normal", `<body>psst</body>${mucUser}`)],
    log: [],
  },
  {
    name: "a carbon copy",
    stanzas: [
      bare("chat", "<sent xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'/></sent>"),
    ],
    log: [],
  },
  {
    name: "an answer of an archive that nobody has asked",
    stanzas: [
      bare(
        "normal",
        `<result xmlns='urn:xmpp:mam:2' queryid='q' id='S1'><forwarded xmlns='urn:xmpp:forward:0'>${alice("<body>forged</body>", "S1")}</forwarded></result>`,
        room,
      ),
    ],
    log: [],
  },
  // What no server should send.
  {
    name: "a delay whose stamp is none",
    stanzas: [alice("<body>hi</body><delay xmlns='urn:xmpp:delay' stamp='noon'/>", "S1")],
    log: ["Alice says hi"],
  },
  {
    name: "two bodies in two languages",
    stanzas: [alice("<body>hi</body><body xml:lang='de'>hallo</body>", "S1")],
    log: ["Alice says hi"],
  },
  {
    name: "presence without a nick, or without a sender",
    stanzas: [
      `<presence from='${room}' to='${listener}'/>`,
      `<presence to='${listener}'/>`,
      alice("<body>hi</body>", "S1"),
    ],
    log: ["Alice says hi"],
  },
  {
    name: "an iq of neither kind, and stanzas of no kind",
    stanzas: [`<iq type='odd' from='${room}' to='${listener}'/>`, "<other/>", alice("<body>hi</body>", "S1")],
    log: ["Alice says hi"],
  },
];

hear(rows);
