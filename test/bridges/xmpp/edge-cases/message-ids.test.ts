/** By what messages are told from each other: ids that the room vouches for (XEP-0359, XEP-0421), ids that it does not, and none. */
import { ids, room, said } from "../../../support/muc-stanzas.ts";
import { alice, bob, hear, noIds, type Row } from "./heard-rows.ts";

const delay = "<delay xmlns='urn:xmpp:delay' stamp='2020-01-01T00:00:00Z'/>";

const rows: readonly Row[] = [
  {
    name: "the same message twice, live and from the history",
    stanzas: [alice("<body>hi</body>", "S1"), alice(`<body>hi</body>${delay}`, "S1")],
    log: ["Alice says hi"],
  },
  {
    name: "history that nobody has asked for, in a room without ids",
    features: noIds,
    stanzas: [said("Alice", `<body>old</body>${delay}`)],
    log: [],
  },
  {
    name: "a stanza-id by somebody else than the room",
    stanzas: [
      said(
        "Eve",
        "<body>hi</body><stanza-id xmlns='urn:xmpp:sid:0' by='evil.test' id='S1'/><occupant-id xmlns='urn:xmpp:occupant-id:0' id='occ-e'/>",
      ),
      alice("<body>ho</body>", "S1"),
    ],
    log: ["Eve says hi", "Alice says ho"],
  },
  {
    name: "a stanza-id by somebody else before the room's own, and the room's own of another message",
    stanzas: [
      said(
        "Eve",
        `<body>hi</body><stanza-id xmlns='urn:xmpp:sid:0' by='evil.test' id='S1'/>${ids("S2", "occ-e")}`,
      ),
      alice("<body>ho</body>", "S1"),
      said(
        "Eve",
        `<body>again</body><stanza-id xmlns='urn:xmpp:sid:0' by='evil.test' id='S3'/>${ids("S2", "occ-e")}`,
      ),
    ],
    log: ["Eve says hi", "Alice says ho"],
  },
  {
    name: "two occupants whose messages have the same id",
    stanzas: [alice("<body>one</body>", "S1", "same"), bob("<body>two</body>", "S2", "same")],
    log: ["Alice says one", "Bob says two"],
  },
  {
    name: "two occupants whose messages have the same id, in a room without ids",
    features: noIds,
    stanzas: [
      said("Alice", "<body>one</body>", { id: "same" }),
      said("Bob", "<body>two</body>", { id: "same" }),
    ],
    log: ["Alice says one", "Bob says two"],
  },
  {
    name: "a stanza-id in the room's name, in a room that vouches for none",
    features: noIds,
    stanzas: [
      said("Eve", `<body>one</body>${ids("S1", "occ-a")}`),
      said("Alice", `<body>two</body>${ids("S1", "occ-a")}`),
    ],
    log: ["Eve says one", "Alice says two"],
  },
  {
    name: "the same text again without ids is said again",
    features: noIds,
    stanzas: [said("Alice", "<body>hi</body>"), said("Alice", "<body>hi</body>")],
    log: ["Alice says hi", "Alice says hi"],
  },
  {
    name: "an occupant-id without an id",
    stanzas: [
      said(
        "Alice",
        `<body>hi</body><stanza-id xmlns='urn:xmpp:sid:0' by='${room}' id='S1'/><occupant-id xmlns='urn:xmpp:occupant-id:0'/>`,
      ),
    ],
    log: ["Alice says hi"],
  },
  {
    name: "no id at all",
    features: noIds,
    stanzas: [said("Alice", "<body>hi</body>").replace(" id='m1'", "")],
    log: ["Alice says hi"],
  },
];

hear(rows);
