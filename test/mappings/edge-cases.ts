/** Edge cases that the mappings must get right, and the tests that decide each. */
export interface EdgeCase {
  readonly number: number;
  readonly title: string;
  /** Where the tests are (a file, or a folder of them, from the project's root), and their names as they stand there. */
  readonly tests: readonly (readonly [place: string, test: string])[];
  /**
   * Where the rest of it is tested: 1 the core and the XMPP bridge, 3 federation, 4 the Slack bridge, 5 the Matrix
   * bridge, 6 the whole gateway.
   */
  readonly later: readonly (1 | 3 | 4 | 5 | 6)[];
}

const slack = "test/mappings/slack";
const slackBridge = "test/bridges/slack";
const matrix = "test/mappings/matrix";
const xmpp = "test/mappings/xmpp";
const cases = "test/mappings/cases";
const split = "test/mappings/markup/split.test.ts";
const emoji = "test/mappings/emoji/names.test.ts";
const read = "test/mappings/message/from-content.test.ts";
const roundTrip = "test/mappings/message/round-trip.test.ts";
const codec = "test/mappings/content/codec.test.ts";
const people = "test/gateway/people.integration.test.ts";

const edge = (
  number: number,
  title: string,
  tests: EdgeCase["tests"],
  later: EdgeCase["later"] = [],
): EdgeCase => ({ number, title, tests, later });

export const edgeCases: readonly EdgeCase[] = [
  edge(1, "a preview that Slack adds is no edit", [
    [slack, "a preview was added"],
    [slack, "edited later, though it reads the same"],
  ]),
  edge(
    2,
    "what the gateway did comes back before it is answered",
    [[slackBridge, "tells of a reaction and an answer to a post before it has answered the post"]],
    [1, 5],
  ),
  edge(3, "posts of Slack apps that have attachments alone", [
    [slack, "attachments in their order, quoted"],
    [slack, "an app changed its attachment only"],
  ]),
  edge(4, "Slack's escapes and tokens", [[slack, "escapes are taken back once"]]),
  edge(5, "messages shared into another channel", [
    [slack, "of a linked channel: author, permalink and text, quoted"],
    [slack, "of another channel: its text stays where it is"],
  ]),
  edge(6, "older quotations in replies on Matrix", [
    [matrix, "the older quotation is taken off"],
    [matrix, "without a reply, a quotation is one"],
  ]),
  edge(7, "edits on Matrix that do not count, and edits taken back", [
    [matrix, "an edit is taken only from its author, of the message itself, in order, and with its content"],
    [matrix, "the redaction of one says what was before"],
  ]),
  edge(8, "what a redaction on Matrix names", [
    [matrix, "the event's id at the top"],
    [matrix, "the event's id in the content (room version 11)"],
  ]),
  edge(9, "one reaction in many spellings", [
    [emoji, "every emoji of the data source goes both ways, tones and unqualified forms included"],
    [emoji, "U+FE0F alone is no difference"],
    [matrix, "fully qualified"],
  ]),
  edge(10, "hostile HTML", [
    [matrix, "a script is text"],
    ["test/mappings/markup/html", "whatever is read from HTML can be written and read again"],
  ]),
  edge(
    11,
    "the subject of a MUC: what changes it, and what only tells it",
    [
      [cases, "changed by somebody"],
      [cases, "given by the room"],
      [cases, "a subject beside a body is a message"],
    ],
    [1],
  ),
  edge(12, "private messages in a MUC", [
    [cases, "is never relayed"],
    [people, "answers private messages to a ghost with a word, and carries them nowhere"],
  ]),
  edge(13, "characters that XMPP's styling would take for markup", [
    [cases, "what looks styled is said to have no styling"],
    [xmpp, "says that a message without styling has none where it could be misread"],
  ]),
  edge(14, "XHTML-IM that says something else than the body", [], [1]),
  edge(
    15,
    "corrections of corrections on XMPP, and whose they are",
    [
      [cases, "of somebody else's is not taken"],
      [cases, "of what nobody knows is a message that says so"],
    ],
    [1],
  ),
  edge(16, "retractions on XMPP, their fallbacks and their remains", [
    [cases, "in its older form"],
    [cases, "by somebody else is not taken"],
    [cases, "announced by the room"],
  ]),
  edge(17, "another nick for the same person", [
    [cases, "a change of nick"],
    [people, "follows somebody who changes his nick in mid-conversation"],
  ]),
  edge(18, "characters that XML, JSON or UTF-8 can't carry", [
    [xmpp, "every control character that XML forbids goes"],
    [xmpp, "lone surrogates go, pairs stay"],
    [roundTrip, "comes back from the bytes as its normal form"],
  ]),
  edge(19, "long texts in parts", [
    [split, "characters of several code points stay whole"],
    [split, "links and mentions stay whole"],
    [split, "more parts than a conversation bears become a file"],
    [slack, "fewer parts: the rest is deleted"],
  ]),
  edge(20, "directions of writing and invisible characters", [
    [xmpp, "a nick has nothing invisible or deceiving in it"],
    [xmpp, "somebody who is relayed can't pretend to be somebody else by his name's direction"],
    [slack, "a quotation shows 120 characters and no direction of the name's"],
  ]),
  edge(
    21,
    "messages of the same moment",
    [
      [slack, "a timestamp is text and keeps its last zero"],
      [slack, "moments are compared with their digits in place"],
    ],
    [3],
  ),
  edge(
    22,
    "clocks that are wrong",
    [
      [slackBridge, "may have a clock that is an hour ahead"],
      [slackBridge, "may have a clock that is an hour behind"],
    ],
    [3],
  ),
  edge(23, "the first message of a Slack thread deleted", [
    [slack, "the first of a thread leaves a tombstone"],
    [slack, "what is left of it goes later, and nothing happens"],
  ]),
  edge(24, "what Slack says twice", [[slack, "is told by another event"]]),
  edge(25, "memberships on Matrix that change nothing", [[matrix, "a join that changes nothing"]], [5]),
  edge(26, "the last of the gateway's users leaves a Matrix room", [], [5]),
  edge(
    27,
    "contents of other MIMI clients that nobody foresaw",
    [
      [codec, "changed content is refused by a rule, or is the content of exactly its bytes"],
      [read, "renders what has an unknown disposition"],
      [roundTrip, "is read, and what was read can be written and read again"],
    ],
    [3],
  ),
  edge(28, "messages in which nothing can be seen", [
    [matrix, "what can't be seen is no message"],
    [slack, "nothing to be seen is nothing"],
    [slack, "what shows nothing is not posted"],
  ]),
];
