import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { plainTextOf } from "../../../mappings/markup/plain.ts";
import type { FlatText } from "../../../mappings/markup/flat.ts";
import { message } from "../../../mappings/message.ts";
import type { XmlElement } from "../../../mappings/xml.ts";
import { octets, textOf } from "../../../mappings/xmpp/elements.ts";
import { NS } from "../../../mappings/xmpp/namespaces.ts";
import { referencesOf } from "../../../mappings/xmpp/references.ts";
import { relayedPayload } from "../../../mappings/xmpp/relay.ts";
import { toMimi } from "../../../mappings/xmpp/to-mimi.ts";
import { bareLinks } from "../../../mappings/xmpp/bare-links.ts";
import { readStyling } from "../../../mappings/xmpp/styling-read.ts";
import { arbitraryFlat } from "../markup/arbitrary-flat.ts";
import { inbound, ROOM, textBody, writeMessage, xml } from "./room.ts";
import { serialized } from "./serialized.ts";

const FIXED = { seed: 20261122, numRuns: 150 };

const words = fc.constantFrom(
  ..."* _ ~ ` ``` > >> /me Zoe: @Zoe. https://a.example/x_y (https://b.example) a b2 snake_case 2*3*4 😀 ж".split(
    " ",
  ),
  "\n",
  "\n\n",
  " ",
  "  ",
);
const bodies = fc.array(words, { maxLength: 30 }).map((parts) => parts.join(""));

const names = fc.constantFrom(
  ..."message presence iq body subject thread x reply fallback replace retract moderated reactions reaction markup span list li bcode bquote strong mention reference file-sharing file sources url-data encrypted geoloc lat lon item status actor destroy html spoiler apply-to displayed composing url invite external query identity field value".split(
    " ",
  ),
);
const values = fc.oneof(
  fc.constantFrom(
    ROOM,
    `${ROOM}/Al`,
    "groupchat",
    "chat",
    "S-AL",
    "o-al",
    "mention",
    "unavailable",
    "result",
  ),
  fc.nat({ max: 40 }).map(String),
  fc.constantFrom("-1", "9".repeat(20), "true", "", "%", "xmpp:%zz", `xmpp:${ROOM}/Zoe`),
  fc.string({ unit: "binary", maxLength: 6 }),
);
const attributes = fc.dictionary(
  fc.constantFrom(
    "id",
    "by",
    "from",
    "to",
    "type",
    "begin",
    "start",
    "end",
    "for",
    "uri",
    "occupantid",
    "code",
    "jid",
    "nick",
  ),
  values,
  { maxKeys: 5 },
);
const tree = fc.letrec<{ element: XmlElement }>((tie) => ({
  element: fc
    .tuple(
      names,
      fc.option(fc.constantFrom(...Object.values(NS))),
      attributes,
      fc.array(fc.oneof(bodies, values, tie("element")), { maxLength: 5 }),
    )
    .map(([name, xmlns, attrs, children]) => ({
      name,
      attrs: xmlns === null ? attrs : { ...attrs, xmlns },
      children,
    })),
})).element;
const stanzas = fc
  .tuple(tree, fc.constantFrom("message", "presence", "iq"), fc.boolean())
  .map(([element, name, isOccupant]): XmlElement => ({
    name,
    attrs: {
      ...element.attrs,
      from: isOccupant ? `${ROOM}/Al` : ROOM,
      type: name === "iq" ? "result" : "groupchat",
    },
    children: element.children,
  }));

void describe("XMPP, whatever comes", () => {
  void it("reads every tree of elements without throwing", () => {
    fc.assert(
      fc.property(fc.oneof(tree, stanzas), (stanza) => {
        const { events, losses } = toMimi(stanza, inbound);
        assert.ok(Array.isArray(events) && Array.isArray(losses));
        assert.ok(Array.isArray(referencesOf(stanza)));
      }),
      { ...FIXED, numRuns: 600 },
    );
  });

  void it("writes XML 1.0 within the limit", () => {
    fc.assert(
      fc.property(arbitraryFlat, fc.integer({ min: 600, max: 2000 }), (flat, textBytes) => {
        const written = writeMessage(textBody(flat), {}, { textBytes });
        const single = written.calls.length === 1;
        for (const call of written.calls) {
          assert.ok(call.kind === "message");
          const parts = call.payload.map(serialized).join("");
          const parsed = xml(`<message>${parts}</message>`);
          assert.equal(parsed.children.length, call.payload.length);
          assert.ok(single || octets(call.payload) <= textBytes);
        }
      }),
      FIXED,
    );
  });

  void it("keeps the text from XMPP to XMPP but for signs of styling and white space", () => {
    fc.assert(
      fc.property(bodies, (body) => {
        const text = readStyling(body, bareLinks(body));
        const [payload] = writeMessage(textBody(text)).calls;
        assert.ok(payload?.kind === "message" || text.blocks.length === 0);
        const back =
          payload?.kind === "message" && payload.payload[0] !== undefined ? textOf(payload.payload[0]) : "";
        assert.equal(letters(shown(text, true)), letters(body));
        assert.equal(letters(back), letters(shown(text, false)));
      }),
      { ...FIXED, numRuns: 500 },
    );
  });

  void it("reads what it wrote as the same text", () => {
    fc.assert(
      fc.property(bodies, (body) => {
        const text = readStyling(body, bareLinks(body));
        const written = writeMessage(textBody(text));
        const [call] = written.calls;
        if (call?.kind !== "message" || written.losses.length > 0) return;
        const again = toMimi(
          {
            name: "message",
            attrs: { type: "groupchat", from: `${ROOM}/Al` },
            children: call.payload,
          },
          { ...inbound, occupant: () => null },
        );
        const said = again.events.flatMap((event) =>
          event.kind === "message" && event.message.body.kind === "text" ? [event.message.body.text] : [],
        );
        // What nobody could see is nothing said.
        const blank = /^[\s\p{Default_Ignorable_Code_Point}]*$/u.test(plainTextOf(text));
        assert.deepEqual(withoutJoiners(said), withoutJoiners(blank ? [] : [text]));
      }),
      { ...FIXED, numRuns: 500 },
    );
  });

  void it("moves offsets along with a relayed name", () => {
    const body = textBody({
      blocks: [
        {
          kind: "paragraph",
          quote: 0,
          list: 0,
          runs: [{ kind: "broadcast", scope: "room", marks: 0 }],
        },
      ],
    });
    const [call] = writeMessage(body).calls;
    assert.ok(call?.kind === "message");
    const [said, mention] = relayedPayload(call.payload, "Zoé");
    assert.deepEqual(said?.children, ["<\u2068Zoé\u2069> @room"]);
    assert.deepEqual([mention?.attrs["begin"], mention?.attrs["end"]], ["8", "13"]);
  });
});

void describe("hostile styling", () => {
  /** Blocks and runs grow with the input, and with nothing else. */
  const families: Readonly<Record<string, (n: number) => string>> = {
    "runs of one sign": (n) => "*".repeat(n),
    "spans that never end": (n) => " *a".repeat(n),
    "spans that end at once": (n) => "*a* ".repeat(n),
    "mixed signs": (n) => "*_~` a`~_*".repeat(n),
    "nested quotes": (n) => ">".repeat(n),
    "many quotes": (n) => "> a\n>> b\n".repeat(n),
    fences: (n) => "```\n".repeat(n),
    "quoted fences": (n) => "> ```\n".repeat(n),
    links: (n) => "https://a".repeat(n),
    "brackets in links": (n) => `https://a.example/${")".repeat(n)}`,
    schemes: (n) => "http://".repeat(n),
  };
  for (const [name, make] of Object.entries(families))
    void it(name, () => {
      const body = make(8000).slice(0, 60_000);
      const text = readStyling(body, bareLinks(body));
      const size = JSON.stringify(text).length;
      assert.ok(size < 100 * body.length + 1000, `${size}`);
      const written = writeMessage({ ...message(textBody(text)).body });
      assert.ok(written.calls.length <= 8);
    });
});

/** All characters of a text that a reader of styling made. */
function shown({ blocks }: FlatText, languages: boolean): string {
  return blocks
    .map((block) => {
      if (block.kind === "code") return (languages ? block.language : "") + block.text;
      assert.ok(block.kind === "paragraph");
      return block.runs.map((run) => ("text" in run ? run.text : "")).join("");
    })
    .join("\n");
}

const letters = (text: string): string => text.replaceAll(/[*_~`>\s\u2060]/g, "");

function withoutJoiners(texts: readonly unknown[]): unknown {
  return JSON.parse(JSON.stringify(texts).replaceAll("\u2060", ""));
}
