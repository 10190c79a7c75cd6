/** Marks, mentions, emotes, files and typing between two rooms on a real Prosody. */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, describe, it } from "node:test";
import { xml } from "@xmpp/client";
import type { Element } from "@xmpp/xml";
import { readArchive } from "../../deploy/clients/xmpp-archive.ts";
import type { GroupMessage } from "../../deploy/clients/xmpp-messages.ts";
import { installation, linkedPair, type Pair, seen } from "./installation.ts";

const NS = {
  oob: "jabber:x:oob",
  sfs: "urn:xmpp:sfs:0",
  reference: "urn:xmpp:reference:0",
  chatStates: "http://jabber.org/protocol/chatstates",
  spoiler: "urn:xmpp:spoiler:0",
  markup: "urn:xmpp:markup:0",
  geoloc: "http://jabber.org/protocol/geoloc",
  call: "urn:xmpp:call-invites:0",
  ephemeral: "urn:xmpp:ephemeral:0",
  stickers: "urn:xmpp:stickers:0",
} as const;

const hash = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

const parts = installation();
const body = (text: string) => xml("body", {}, text);
const child = (message: GroupMessage, name: string, namespace: string): Element | undefined =>
  message.stanza.getChild(name, namespace);

function find({ room, user }: Pair["here"], what: string, answers: (message: GroupMessage) => boolean) {
  return user.waitFor(`${what} in ${room}`, () =>
    user.messages(room).findLast((message) => !message.delayed && answers(message)),
  );
}

/** The address that clients show as a file: the body and XEP-0066 say the same. */
const fileOf = (message: GroupMessage): string | null => {
  const url = child(message, "x", NS.oob)?.getChildText("url") ?? null;
  return url !== null && url === message.body ? url : null;
};

void describe("what messages are made of", async () => {
  // The gateway may fetch from loopback here, where all files of this test are.
  const gateway = await parts.gateway("one", "media: { allow: [127.0.0.0/8], largest: 8MiB }");
  await gateway.start();
  const [anna, ben] = await Promise.all([parts.person("anna"), parts.person("ben")]);
  const { here, there } = await linkedPair(parts, gateway, "one", [anna, ben]);

  await it("carries marks, code, quotes, lists and links, and what only looks like them", async () => {
    const texts = [
      "*bold* _italic_ ~struck~ `code`",
      "```\nlet x = 1;\n```",
      "> quoted\nanswered",
      "- one\n- two",
      "see https://example.org/a_b_c?x=1&y=2, and 2*3*4 snake_case_name",
      "*bold https://example.org/x bold*",
    ];
    for (const text of texts) await anna.say(here.room, text);
    await seen(there, texts);
    assert.deepEqual(
      there.user.bodies(there.room).filter((text) => texts.includes(text)),
      texts,
    );
  });

  await it("carries marks that elements describe as styling", async () => {
    const markup = xml("markup", { xmlns: NS.markup }, xml("span", { start: "0", end: "6" }, xml("strong")));
    await anna.send(here.room, body("strong words"), markup);
    await seen(there, ["*strong* words"]);
  });

  await it("carries emotes, and hides what is hidden", async () => {
    await anna.say(here.room, "/me waves");
    await seen(there, ["/me waves"]);
    await anna.send(here.room, body("the butler"), xml("spoiler", { xmlns: NS.spoiler }, "who it was"));
    const hidden = await find(there, "the spoiler", (message) => message.body === "the butler");
    assert.equal(child(hidden, "spoiler", NS.spoiler)?.getText(), "who it was");
  });

  await it("carries places, calls, previews and stickers, and what is to vanish", async () => {
    const place = xml("geoloc", { xmlns: NS.geoloc }, xml("lat", {}, "48.85837"), xml("lon", {}, "2.294481"));
    await anna.send(here.room, body("the tower"), place);
    const shown = await find(
      there,
      "the place",
      (message) => child(message, "geoloc", NS.geoloc) !== undefined,
    );
    assert.equal(child(shown, "geoloc", NS.geoloc)?.getChildText("lat"), "48.85837");

    const external = xml("external", { uri: "https://meet.example/room" });
    await anna.send(
      here.room,
      body("Join us: https://meet.example/room"),
      xml("invite", { xmlns: NS.call, video: "true" }, external),
    );
    await find(there, "the call", ({ body }) => body?.includes("https://meet.example/room") ?? false);

    await anna.send(here.room, body("soon gone"), xml("ephemeral", { xmlns: NS.ephemeral, timer: "60" }));
    const vanishing = await find(there, "the message", (message) => message.body === "soon gone");
    assert.equal(child(vanishing, "ephemeral", NS.ephemeral)?.attrs["timer"], "60");

    const url = await anna.upload(`upload.${(await parts.prosody()).domain}`, "cat.png", randomBytes(100));
    await anna.send(
      here.room,
      body(url),
      xml("x", { xmlns: NS.oob }, xml("url", {}, url)),
      xml("sticker", { xmlns: NS.stickers, pack: "cats" }),
    );
    const sticker = await find(there, "the sticker", (message) => fileOf(message) === url);
    assert.ok(child(sticker, "sticker", NS.stickers));
  });

  await it("carries nothing that is encrypted, and no word that stands for it", async () => {
    const encrypted = xml("encrypted", { xmlns: "eu.siacs.conversations.axolotl" });
    await anna.send(here.room, body("this message is encrypted"), encrypted);
    await anna.say(here.room, "in clear again");
    await seen(there, ["in clear again"]);
    assert.ok(!there.user.bodies(there.room).includes("this message is encrypted"));
    // Its author is told, and once only.
    await anna.send(here.room, body("this message is encrypted"), encrypted);
    await anna.say(here.room, "and in clear");
    await seen(there, ["and in clear"]);
    const told = () =>
      anna.privateMessages.filter((message) => message.body.startsWith("Encrypted messages"));
    await anna.waitFor("a word on encryption", () => told().length > 0);
    assert.equal(told().length, 1);
  });

  await it("mentions whom is mentioned, by his name in the other room", async () => {
    await ben.say(there.room, "I am here");
    await seen(here, ["I am here"]);
    await anna.say(here.room, "ben: look at this");
    const mention = await find(there, "the mention", ({ body }) => body?.includes("look at this") ?? false);
    const reference = child(mention, "reference", NS.reference);
    const { begin, end, uri } = (reference?.attrs ?? {}) as Record<string, string>;
    assert.match(
      Array.from(mention.body ?? "")
        .slice(Number(begin), Number(end))
        .join(""),
      /^@?ben$/,
    );
    assert.equal(uri, `xmpp:${there.room}/ben`);
  });

  await it("shows who types, and does not keep it", async () => {
    await anna.say(here.room, "about to type");
    await seen(there, ["about to type"]);
    const state = async (name: string) => {
      await anna.signal(here.room, xml(name, { xmlns: NS.chatStates }));
      const shown = await find(there, name, (message) => child(message, name, NS.chatStates) !== undefined);
      assert.deepEqual([shown.nick, shown.body], ["anna", null]);
    };
    await state("composing");
    await state("paused");
    const archived = await readArchive(ben, there.room);
    assert.ok(!archived.some(({ stanza }) => stanza.getChild("composing", NS.chatStates)));
  });

  await it("links a file that is on the same service already", async () => {
    const service = `upload.${(await parts.prosody()).domain}`;
    const url = await anna.upload(service, "photo.jpg", randomBytes(100_000));
    await anna.send(here.room, body(url), xml("x", { xmlns: NS.oob }, xml("url", {}, url)));
    const shown = await find(there, "the file", (message) => fileOf(message) === url);
    assert.equal(shown.nick, "anna");
  });

  await it("stores a file from elsewhere on the service, streaming it through", async () => {
    const content = randomBytes(6 * 1024 * 1024);
    const elsewhere = await fileServer((response) => {
      response.writeHead(200, { "content-type": "image/png", "content-length": content.length }).end(content);
    });
    const url = `${elsewhere}/picture.png`;
    const file = xml(
      "file-sharing",
      { xmlns: NS.sfs, disposition: "inline" },
      xml("file", { xmlns: "urn:xmpp:file:metadata:0" }, xml("name", {}, "picture.png")),
      xml("sources", {}, xml("url-data", { xmlns: "http://jabber.org/protocol/url-data", target: url })),
    );
    await ben.send(there.room, body(url), xml("x", { xmlns: NS.oob }, xml("url", {}, url)), file);
    await ben.say(there.room, "after the file");
    const shown = await find(
      here,
      "the file",
      (message) => fileOf(message) !== null && message.nick === "ben",
    );
    const copy = fileOf(shown) ?? assert.fail();
    assert.notEqual(copy, url);
    const target = child(shown, "file-sharing", NS.sfs)?.getChild("sources")?.getChildElements()[0];
    assert.equal(target?.attrs["target"], copy, "new clients are shown the same place");
    const fetched = Buffer.from(await (await fetch(copy)).arrayBuffer());
    assert.equal(hash(fetched), hash(content));
    await seen(here, ["after the file"]);
    const order = anna.messages(here.room).map((message) => message.body);
    assert.ok(order.indexOf(copy) < order.indexOf("after the file"), "what is said later waits for the file");
  });

  await it("links a file that it may not or can't store, and goes on", async () => {
    const large = await fileServer((response) => {
      response.writeHead(200, { "content-length": 9 * 1024 * 1024 }).end();
    });
    const gone = await fileServer((response) => void response.writeHead(404).end());
    for (const url of [`${large}/large.bin`, `${gone}/gone.bin`]) {
      await anna.send(here.room, body(url), xml("x", { xmlns: NS.oob }, xml("url", {}, url)));
      await find(there, url, (message) => fileOf(message) === url);
    }
  });
});

/** A web server on loopback for the rest of the file. Resolves with its address. */
async function fileServer(answer: (response: ServerResponse) => void): Promise<string> {
  const server = createServer((_request, response) => answer(response));
  after(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
