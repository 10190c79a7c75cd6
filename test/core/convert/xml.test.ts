import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { readXml } from "../../../core/convert/xml-reader.ts";
import { writeXml } from "../../../core/convert/xml-writer.ts";
import { GatewayError } from "../../../core/errors.ts";
import type { XmlElement } from "../../../mappings/xml.ts";

void describe("a stanza's text", () => {
  void it("is read with references, CDATA and namespaces as they stand", () => {
    assert.deepEqual(
      readXml(
        `\n<a x='1 &quot;' xmlns:y = "u"><b/>t &lt;&#x41;&#66; <![CDATA[<&]]>e\r\n<y:c>&amp;</y:c ></a> `,
      ),
      {
        name: "a",
        attrs: { x: '1 "', "xmlns:y": "u" },
        children: [
          { name: "b", attrs: {}, children: [] },
          "t <AB <&e\n",
          { name: "y:c", attrs: {}, children: ["&"] },
        ],
      },
    );
  });

  const wrong: readonly string[] = [
    "",
    "text",
    "<a>",
    "</a>",
    "<a></b>",
    "<a/><b/>",
    "<a/>tail",
    "<a b/>",
    "<a b=c/>",
    "<a b='1' b='2'/>",
    "<a b='1'c='2'/>",
    "<a b='<'/>",
    "<a>&nbsp;</a>",
    "<a>&</a>",
    "<a>&#0;</a>",
    "<a>&#x110000;</a>",
    "<a>]]></a>",
    "<a><!-- c --></a>",
    "<?xml version='1.0'?><a/>",
    "<!DOCTYPE a><a/>",
    "<a><![CDATA[</a>",
    "<a>\u0000</a>",
    "<1/>",
  ];
  for (const text of wrong)
    void it(`is refused: ${JSON.stringify(text)}`, () => {
      assert.throws(
        () => readXml(text),
        (error) => error instanceof GatewayError && error.code === "event_malformed",
      );
    });

  void it("is refused beyond the limits", () => {
    assert.equal(readXml(deep(64)).name, "a");
    for (const text of [deep(65), `<a>${"x".repeat(1024 * 1024)}</a>`])
      assert.throws(
        () => readXml(text),
        (error) => error instanceof GatewayError && error.code === "stanza_too_large",
      );
  });

  void it("is read again as it was written", () => {
    const text = fc.stringMatching(/^[\t\n\x20-\ud7ff]{1,8}$/);
    const name = fc.stringMatching(/^[a-z][a-z:-]{0,6}$/);
    const { element } = fc.letrec<{ element: XmlElement; node: XmlElement | string }>((tie) => ({
      element: fc.record(
        {
          name,
          attrs: fc.dictionary(name, fc.stringMatching(/^[\x20-\ud7ff]{0,8}$/), { noNullPrototype: true }),
          children: fc.array(tie("node"), { maxLength: 4 }).map(joined),
        },
        { noNullPrototype: true },
      ),
      node: fc.oneof({ maxDepth: 4 }, text, tie("element")),
    }));
    fc.assert(
      fc.property(element, (made) => {
        assert.deepEqual(readXml(writeXml(made)), made);
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});

const deep = (levels: number): string => "<a>".repeat(levels) + "</a>".repeat(levels);

/** Texts side by side are one text when they are read. */
function joined(children: readonly (XmlElement | string)[]): (XmlElement | string)[] {
  const all: (XmlElement | string)[] = [];
  for (const child of children) {
    const last = all.at(-1);
    if (typeof child === "string" && typeof last === "string") all.splice(-1, 1, last + child);
    else all.push(child);
  }
  return all;
}
