import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { attribute, NS_COMPONENT, parseXml, serializeXml, xml } from "../../../bridges/xmpp/xml.ts";
import { GatewayError } from "../../../core/errors.ts";

const malformed = (thrown: unknown) => thrown instanceof GatewayError && thrown.code === "event_malformed";

void describe("xml", () => {
  void it("leaves out what is undefined and does not touch what it is given", () => {
    const attrs = Object.freeze({ to: "a@b", id: undefined, max: 5 });
    const element = xml("iq", attrs, xml("x", { xmlns: "urn:x" }), undefined, "", "t<e&xt");
    assert.equal(serializeXml(element), '<iq to="a@b" max="5"><x xmlns="urn:x"/>t&lt;e&amp;xt</iq>');
    assert.equal(attribute(element, "max"), "5");
    assert.equal(attribute(element, "id"), undefined);
  });
});

void describe("parseXml", () => {
  void it("reads back what serializeXml wrote", () => {
    const body = xml("body", {}, "ä 😀 <&>\"' ]]> \n\t end");
    const text = serializeXml(xml("message", { from: "r@c/n \"'<&>", type: "groupchat" }, body, xml("x")));
    const stanza = parseXml(text);
    assert.equal(serializeXml(stanza), text);
    assert.equal(stanza.getChildText("body"), "ä 😀 <&>\"' ]]> \n\t end");
    assert.equal(attribute(stanza, "from"), "r@c/n \"'<&>");
  });

  void it("gives the stanza the namespace of the stream", () => {
    const stanza = parseXml("<message><body>hi</body><x xmlns='urn:x'/></message>");
    assert.equal(stanza.getNS(), NS_COMPONENT);
    assert.equal(stanza.getChildText("body", NS_COMPONENT), "hi");
    assert.ok(stanza.getChild("x", "urn:x"));
    assert.ok(stanza.getChildElements().length === 2);
  });

  for (const text of [
    "",
    " ",
    "text",
    "<a/><b/>",
    "<a/>text",
    "text<a/>",
    "<a>",
    "</a>",
    "<a></b>",
    "<a/><b",
    "<a/><!-- ",
    "<a/></stream:stream>",
    "<a/></stream:stream><stream:stream>",
    "<a b='c",
    "<a>&#1;</a>",
    "<a b='&nbsp;'/>",
  ]) {
    void it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseXml(text), malformed);
    });
  }

  void it("has limits for length and depth, and says which", () => {
    const limits = { stanzaLength: 100, stanzaDepth: 3 };
    assert.ok(parseXml(`<m>${"a".repeat(93)}</m>`, limits));
    assert.throws(() => parseXml(`<m>${"a".repeat(94)}</m>`, limits), malformed);
    assert.ok(parseXml(`<m b="${"a".repeat(88)}"/>`, limits));
    assert.throws(() => parseXml(`<m b="${"a".repeat(89)}"/>`, limits), malformed);
    assert.throws(() => parseXml(`<m>${"<a/>".repeat(14)}</m>`, limits), malformed);
    assert.ok(parseXml("<m><a><b/><b/></a></m>", limits));
    assert.throws(() => parseXml("<m><a><b><c/></b></a></m>", limits), /deeper than 3/);
  });

  void it("reads again whatever fitted the limit when it was read first, however it was escaped", () => {
    const limits = { stanzaLength: 1_000, stanzaDepth: 3 };
    const stanza = parseXml(`<m b="${"'".repeat(400)}">${">".repeat(580)}</m>`, limits);
    const stored = serializeXml(stanza);
    assert.ok(stored.length > 4_000);
    assert.equal(serializeXml(parseXml(stored, limits)), stored);
  });
});
