/** What integration tests have shown to arrive on the other side: docs/features.md calls only this proven. */
import type { FeatureKey, Platform } from "../mappings/features.ts";

export interface Proof {
  readonly feature: FeatureKey;
  readonly from: Platform;
  readonly to: Platform;
  /** Path of the test's file from the project's root. */
  readonly file: string;
  /** The test's name, as it stands in the file. */
  readonly test: string;
}

const conformance = "test/bridges/conformance/conformance.ts";
const nameAndTopic = "carries name and topic, live and when they changed while it was away";

const xmppToXmpp = (feature: FeatureKey, file: string, test: string): Proof => ({
  feature,
  from: "xmpp",
  to: "xmpp",
  file,
  test,
});

const relations = "test/gateway/relations.integration.test.ts";
const features = "test/gateway/features.integration.test.ts";
const people = "test/gateway/people.integration.test.ts";
const marks = "carries marks, code, quotes, lists and links, and what only looks like them";
const emotes = "carries emotes, and hides what is hidden";
const things = "carries places, calls, previews and stickers, and what is to vanish";
const reactions = "adds and takes away reactions, each person's set by his own ghost";

/** The demo looks into the simulated workspace, into a room at a real homeserver and into the archives of real rooms. */
const groupDemo = "test/deploy/demo/group-demo.integration.test.ts";
const everyKind = "carries every kind in all directions, lets one look around, and leaves nothing behind";
const everywhere: readonly FeatureKey[] = [
  "text",
  "marks",
  "mention",
  "edit",
  "deletion",
  "reaction",
  "unreaction",
  "thread",
  "file",
  "code-block",
  "quote",
  "lists",
  "line-breaks",
  "links",
  "emote",
  "poll",
  "topic",
];
/** What Slack has as a copy alone, or not at all. */
const notFromSlack: readonly FeatureKey[] = ["reply", "sticker", "location", "spoiler"];
const fromSlack: readonly FeatureKey[] = [...everywhere, "pins", "broadcast-mention", "room-name"];
const fromMatrix: readonly FeatureKey[] = [
  ...everywhere,
  ...notFromSlack,
  "headings",
  "broadcast-mention",
  "custom-emoji",
  "notice",
  "voice",
  "pins",
];
const notOnSlack: readonly FeatureKey[] = ["typing", "read-marker", "room-name"];

const byDemo = (from: Platform, to: Platform, keys: readonly FeatureKey[]): Proof[] =>
  keys.map((feature) => ({ feature, from, to, file: groupDemo, test: everyKind }));

const matrixCarry = "test/bridges/matrix/carry.integration.test.ts";
const matrixToMatrix = (keys: readonly FeatureKey[], test: string, file = matrixCarry): Proof[] =>
  keys.map((feature) => ({ feature, from: "matrix", to: "matrix", file, test }));

const matrixContents = "test/bridges/matrix/contents.integration.test.ts";
const matrixPeople = "test/bridges/matrix/people.integration.test.ts";
const matrixMedia = "test/bridges/matrix/media.integration.test.ts";
const betweenMatrixAndSlack = (feature: FeatureKey, from: "matrix" | "slack", test: string): Proof => ({
  feature,
  from,
  to: from === "slack" ? "matrix" : "slack",
  file: matrixMedia,
  test,
});

const carry = "test/bridges/slack/carry.integration.test.ts";
const slackToSlack = (feature: FeatureKey, test: string): Proof => ({
  feature,
  from: "slack",
  to: "slack",
  file: carry,
  test,
});

export const proofs: readonly Proof[] = [
  xmppToXmpp(
    "text",
    conformance,
    "carries what is said in one room into the other, once and in order, and nothing back",
  ),
  xmppToXmpp(
    "line-breaks",
    "test/gateway/texts.integration.test.ts",
    "carries what looks like markup, entities, other scripts and line ends as they are",
  ),
  xmppToXmpp("marks", features, marks),
  xmppToXmpp("code-block", features, marks),
  xmppToXmpp("quote", features, marks),
  xmppToXmpp("lists", features, marks),
  xmppToXmpp("links", features, marks),
  xmppToXmpp("mention", features, "mentions whom is mentioned, by his name in the other room"),
  xmppToXmpp(
    "reply",
    relations,
    "answers what is answered, in either room, with a quotation for clients that know no replies",
  ),
  xmppToXmpp("thread", relations, "keeps what belongs to one thread in one thread"),
  xmppToXmpp(
    "edit",
    relations,
    "corrects the copy, by the same occupant, again and again, in both directions",
  ),
  xmppToXmpp("deletion", relations, "takes back what was taken back"),
  xmppToXmpp("reaction", relations, reactions),
  xmppToXmpp("unreaction", relations, reactions),
  xmppToXmpp("file", features, "stores a file from elsewhere on the service, streaming it through"),
  xmppToXmpp("location", features, things),
  xmppToXmpp("call", features, things),
  xmppToXmpp("expiry", features, things),
  xmppToXmpp("sticker", features, things),
  xmppToXmpp("spoiler", features, emotes),
  xmppToXmpp("emote", features, emotes),
  xmppToXmpp("typing", features, "shows who types, and does not keep it"),
  xmppToXmpp("display-name", people, "follows somebody who changes his nick in mid-conversation"),
  xmppToXmpp("room-name", conformance, nameAndTopic),
  xmppToXmpp("topic", conformance, nameAndTopic),
  ...byDemo("slack", "xmpp", fromSlack),
  ...byDemo("slack", "matrix", fromSlack),
  ...byDemo("matrix", "slack", [...fromMatrix, "custom-reaction"]),
  ...byDemo("matrix", "xmpp", [...fromMatrix, ...notOnSlack]),
  ...byDemo("xmpp", "slack", [...everywhere, ...notFromSlack, "call"]),
  ...byDemo("xmpp", "matrix", [...everywhere, ...notFromSlack, ...notOnSlack, "call"]),
  ...matrixToMatrix(
    ["text"],
    "carries what is said in one room into the other, once and in order, and nothing back",
    conformance,
  ),
  ...matrixToMatrix(["room-name", "topic"], nameAndTopic, conformance),
  ...matrixToMatrix(["display-name"], "is said by a ghost with the speaker's name, which follows him"),
  ...matrixToMatrix(
    ["edit", "deletion"],
    "changes with edits, and goes with redactions, all of its versions",
  ),
  ...matrixToMatrix(
    ["mention", "reply", "thread"],
    "answers, stands in threads, and mentions whom it answers",
  ),
  ...matrixToMatrix(["reaction", "unreaction"], "is reacted to, and the reaction goes when it is taken back"),
  ...matrixToMatrix(["pins"], "is pinned, in the list that stands there"),
  ...matrixToMatrix(["location", "file"], "can be voted on, and files and places come with it"),
  ...matrixToMatrix(["typing", "read-marker"], "shows who types, and what was read"),
  ...matrixToMatrix(
    ["marks", "code-block", "quote", "lists", "links", "headings"],
    "keeps its markup: marks, headings, quotes, code, lists and tables",
    matrixContents,
  ),
  ...matrixToMatrix(["broadcast-mention"], "addresses the whole room where its author may", matrixContents),
  ...matrixToMatrix(
    ["voice", "sticker"],
    "is a picture with a caption, which can be changed, a voice, a sticker",
    matrixContents,
  ),
  ...matrixToMatrix(
    ["custom-emoji", "custom-reaction"],
    "has custom emoji, also as reactions, which can be taken back",
    matrixContents,
  ),
  ...matrixToMatrix(
    ["emote", "notice", "spoiler"],
    "is a place with its name, an emote, a program's notice, or hidden",
    matrixContents,
  ),
  ...matrixToMatrix(
    ["poll"],
    "is a poll, under the names of either version, that counts each one's last vote",
    matrixContents,
  ),
  ...matrixToMatrix(
    ["moderator-deletion"],
    "goes, or goes back to what it was, when a moderator redacts it, with the reason",
    matrixContents,
  ),
  ...matrixToMatrix(
    ["user-avatar"],
    "have their pictures elsewhere, which only members of the homeserver may fetch, and new ones at once",
    matrixPeople,
  ),
  ...matrixToMatrix(
    ["join-leave", "kick", "ban"],
    "go from the other rooms when they leave or are put out, and come back when they speak",
    matrixPeople,
  ),
  {
    feature: "join-leave",
    from: "matrix",
    to: "xmpp",
    file: "test/bridges/matrix/muc.integration.test.ts",
    test: "see people of the other room go when these go, and come back when they speak",
  },
  betweenMatrixAndSlack(
    "user-avatar",
    "matrix",
    "are pictures of people of Matrix, too, which everybody may fetch who was told their names",
  ),
  xmppToXmpp("user-avatar", people, "gives a ghost the picture of whom it stands for, and takes it away"),
  {
    feature: "user-avatar",
    from: "xmpp",
    to: "matrix",
    file: "test/bridges/matrix/muc.integration.test.ts",
    test: "see the pictures of people of the MUC, which their ghosts wear",
  },
  {
    feature: "user-avatar",
    from: "xmpp",
    to: "slack",
    file: "test/bridges/slack/muc-pictures.integration.test.ts",
    test: "has his picture beside it in a channel, from this gateway",
  },
  betweenMatrixAndSlack("user-avatar", "slack", "are pictures of people, too, which their ghosts wear"),
  ...matrixToMatrix(
    ["room-avatar"],
    "is that of the linked rooms, wherever it is changed, and goes with it",
    "test/bridges/matrix/room-avatar.integration.test.ts",
  ),
  xmppToXmpp(
    "room-avatar",
    "test/bridges/xmpp/ejabberd.integration.test.ts",
    "show the picture of a room that is linked, another one, and none",
  ),
  ...(["matrix", "xmpp"] as const).map((from) => ({
    feature: "room-avatar" as const,
    from,
    to: from === "xmpp" ? ("matrix" as const) : ("xmpp" as const),
    file: "test/bridges/matrix/muc.integration.test.ts",
    test: "have the same picture, whichever of them gets it",
  })),
  slackToSlack("text", "shows the author's name and where he is from"),
  slackToSlack("edit", "carries an edit into the copy, and the preview of a link not at all"),
  slackToSlack("deletion", "carries a deletion, of the original and by a person of the copy"),
  slackToSlack("reaction", "shows the same reactions of two people as one, until both are gone"),
  slackToSlack("unreaction", "shows the same reactions of two people as one, until both are gone"),
  slackToSlack("thread", "keeps threads, and says in the channel what was sent to it too"),
];
