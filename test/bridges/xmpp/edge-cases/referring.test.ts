/** What refers to something that was said in the room: each row is some stanzas and the lines of the log that they make. */
import { listener, presence, room, said } from "../../../support/muc-stanzas.ts";
import { alice, bob, hear, noIds, type Row } from "./heard-rows.ts";

const correction = (id: string) => `<replace xmlns='urn:xmpp:message-correct:0' id='${id}'/>`;
const reactions = (id: string, ...emoji: readonly string[]) =>
  `<reactions xmlns='urn:xmpp:reactions:0' id='${id}'>` +
  `${emoji.map((one) => `<reaction>${one}</reaction>`).join("")}</reactions>`;
const retraction = (id: string, more = "") =>
  `<retract xmlns='urn:xmpp:message-retract:1' id='${id}'>${more}</retract>`;
const reply = (id: string) => `<reply xmlns='urn:xmpp:reply:0' to='${room}/Alice' id='${id}'/>`;

const rows: readonly Row[] = [
  {
    name: "two occupants with messages of the same id, and each corrects his own",
    stanzas: [
      alice("<body>one</body>", "S1", "same"),
      bob("<body>two</body>", "S2", "same"),
      alice(`<body>ONE</body>${correction("same")}`, "S3", "m2"),
      bob(`<body>TWO</body>${correction("same")}`, "S4", "m2"),
    ],
    log: ["Alice says one", "Bob says two", "Alice corrects #1: ONE", "Bob corrects #2: TWO"],
  },
  {
    name: "a correction of somebody else's message",
    stanzas: [alice("<body>one</body>", "S1", "a1"), bob(`<body>mine</body>${correction("S1")}`, "S2", "b1")],
    log: ["Alice says one"],
  },
  {
    name: "a correction of a correction counts for the first",
    stanzas: [
      alice("<body>one</body>", "S1", "a1"),
      alice(`<body>two</body>${correction("a1")}`, "S2", "a2"),
      alice(`<body>three</body>${correction("a2")}`, "S3", "a3"),
    ],
    log: ["Alice says one", "Alice corrects #1: two", "Alice corrects #1: three"],
  },
  {
    name: "a correction of what nobody knows",
    stanzas: [alice(`<body>new</body>${correction("?")}`, "S1")],
    log: ["Alice says new\n\n(edited)"],
  },
  {
    name: "a correction without an id",
    stanzas: [alice("<body>new</body><replace xmlns='urn:xmpp:message-correct:0'/>", "S1")],
    log: ["Alice says new\n\n(edited)"],
  },
  {
    name: "a retraction of one's own, with a body for those who do not know it",
    stanzas: [
      alice("<body>one</body>", "S1"),
      alice(
        `${retraction("S1")}<body>/me retracted a message</body><fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:message-retract:1'/>`,
        "S2",
        "m2",
      ),
    ],
    log: ["Alice says one", "Alice takes back #1"],
  },
  {
    name: "a retraction of somebody else's",
    stanzas: [alice("<body>one</body>", "S1"), bob(retraction("S1"), "S2", "m2")],
    log: ["Alice says one"],
  },
  {
    name: "two occupants with messages of the same id, in a room without ids of its own: each takes back his own",
    features: noIds,
    stanzas: [
      presence("Alice", listener),
      presence("Bob", listener),
      said("Alice", "<body>one</body>", { id: "same" }),
      said("Bob", "<body>two</body>", { id: "same" }),
      said("Alice", retraction("same"), { id: "m2" }),
    ],
    log: ["Alice says one", "Bob says two", "Alice takes back #1"],
  },
  {
    name: "the room takes a message back for a moderator",
    stanzas: [
      alice("<body>one</body>", "S1"),
      said(
        "",
        retraction(
          "S1",
          `<moderated xmlns='urn:xmpp:message-moderate:1' by='${room}/Olga'/><reason>rude</reason>`,
        ),
      ),
    ],
    log: ["Alice says one", `${room} has #1 taken back by Olga`],
  },
  {
    name: "an occupant who plays the room that takes a message back",
    stanzas: [
      alice("<body>one</body>", "S1"),
      bob(retraction("S1", `<moderated xmlns='urn:xmpp:message-moderate:1' by='${room}/Olga'/>`), "S2", "m2"),
    ],
    log: ["Alice says one"],
  },
  {
    name: "reactions are the whole set each time",
    stanzas: [
      alice("<body>one</body>", "S1"),
      bob(reactions("S1", "👍", "🎉"), "S2", "m2"),
      bob(reactions("S1", "🎉"), "S3", "m3"),
      bob(reactions("S1"), "S4", "m4"),
    ],
    log: [
      "Alice says one",
      "Bob reacts to #1: 👍",
      "Bob reacts to #1: 🎉",
      "Bob takes #2 off #1",
      "Bob takes #3 off #1",
    ],
  },
  {
    name: "a reaction that is no emoji",
    stanzas: [alice("<body>one</body>", "S1"), bob(reactions("S1", "yes"), "S2", "m2")],
    log: ["Alice says one"],
  },
  {
    name: "an answer",
    stanzas: [alice("<body>one</body>", "S1"), bob(`<body>yes</body>${reply("S1")}`, "S2")],
    log: ["Alice says one", "Bob answers #1: yes"],
  },
  {
    name: "an answer to what nobody knows",
    stanzas: [bob(`<body>yes</body>${reply("?")}`, "S2")],
    log: ["Bob says yes"],
  },
];

hear(rows);
