import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { xml } from "@xmpp/client";
import { installation, linkedPair, seen, status, talk } from "./installation.ts";

const parts = installation();

void describe("texts that are hard to carry", async () => {
  const gateway = await parts.gateway("one", "limits: { event_bytes: 210KiB }");
  await gateway.start();
  const [anna, ben] = [await parts.person("anna"), await parts.person("ben")];
  const { here, there } = await linkedPair(parts, gateway, "one", [anna, ben]);

  const copies = (within: (text: string) => boolean) =>
    there.user.messages(there.room).flatMap(({ body }) => (body !== null && within(body) ? [body] : []));

  await it("carries 200 KB, in parts that together are the whole", async () => {
    const text = "0123456789äöü€🍵".repeat(10_000).slice(0, 140_010);
    assert.ok(Buffer.byteLength(text) > 200_000 && Buffer.byteLength(text) < 204_000);
    await here.user.say(here.room, text);
    const arrived = await there.user.waitFor("all of it", () => {
      const joined = copies((part) => part.includes("🍵")).join("");
      return joined.length >= text.length && joined;
    });
    assert.equal(arrived, text);
  });

  await it("tells the author once, and nobody else, that a text is too long, and goes on", async () => {
    await here.user.say(here.room, "x".repeat(220 * 1024));
    await here.user.say(here.room, "next");
    await seen(there, ["next"]);
    await here.user.waitFor("the verdict", () => here.user.privateMessages.length > 0);
    assert.match(here.user.privateMessages[0]?.body ?? "", /not carried .* 225\d\d\d bytes.* at most 215040/);
    await here.user.say(here.room, "and next");
    await seen(there, ["and next"]);
    assert.deepEqual([here.user.privateMessages.length, there.user.privateMessages.length], [1, 0]);
    assert.ok(!there.user.bodies(there.room).some((body) => body.startsWith("xx")));
    assert.ok(!here.user.bodies(here.room).some((body) => body.includes("not carried")));
    assert.equal(status.parse(await gateway.report("status")).setAside, 0);
  });

  await it("carries what looks like markup, entities, other scripts and line ends as they are", async () => {
    const texts = [
      "<b>&amp;</b> ]]> <!-- --> &#x0;",
      "line\nline\n\n  line",
      "שלום \u202edlrow\u202c e\u0301 👩‍👩‍👧‍👦 \u{10fffd}",
      "/me waves",
      "\t\ttabs and \u00a0 spaces ",
      "\ufeffodd",
    ];
    for (const text of texts) await here.user.say(here.room, text);
    await seen(there, texts);
    const bodies = there.user.bodies(there.room).filter((body) => texts.includes(body));
    assert.deepEqual(bodies, texts);
  });

  await it("stores as a file what would be too many parts, and the other rooms notice nothing", async () => {
    // Each of these is one byte on the way in and four on the way out.
    const text = ">".repeat(150 * 1024);
    await here.user.sendText(here.room, `<body>${text}</body>`);
    await here.user.say(here.room, "after the long one");
    await seen(there, ["after the long one"]);
    const [url] = copies((body) => body.endsWith("/message.txt"));
    assert.ok(url);
    assert.equal((await (await fetch(url)).text()).replaceAll(/\s/g, ""), text);
    assert.ok(copies((body) => body.startsWith(">>>")).length > 0, "its beginning is there to be read");
    assert.ok(!readFileSync(gateway.logFile, "utf8").includes("not connected"));
  });

  await it("leaves out stanzas without a text, and does not stumble over odd ones", async () => {
    await here.user.send(here.room, xml("body", {}, ""));
    await here.user.send(here.room, xml("x", { xmlns: "urn:odd" }, xml("deep", {}, xml("deeper"))));
    await here.user.send(here.room, xml("body", { "xml:lang": "de" }, "zwei"), xml("body", {}, "bodies"));
    await here.user.say(here.room, "done");
    await seen(there, ["done"]);
    assert.equal(talk(there).at(-1), "anna: done");
    assert.equal(status.parse(await gateway.report("status")).setAside, 0);
  });

  await it("does not let anybody forge the gateway's mark on a message into silence elsewhere", async () => {
    // The mark of another gateway means nothing here.
    const mark = xml("copy", { xmlns: "urn:mimi-gateway:mark:0", gateway: "other.test" });
    await here.user.send(here.room, xml("body", {}, "marked by another"), mark);
    await seen(there, ["marked by another"]);
  });
});
