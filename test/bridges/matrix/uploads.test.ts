/** Files for a homeserver that takes them, refuses them, or is away. */
import assert from "node:assert/strict";
import { type RequestListener } from "node:http";
import { describe, it, type TestContext } from "node:test";
import { Uploads } from "../../../bridges/matrix/uploads.ts";
import { DeliveryError } from "../../../core/bridge/outbound.ts";
import { limits } from "../../../core/limits.ts";
import { PNG, servePictures } from "../../core/media/picture-server.ts";

const BOT = "@mimi:hs.example";
const file = { filename: "notes.txt", contentType: "text/plain" };
const emoji = { ...file, place: "mxc://upload.invalid/emoji0", emoji: "parrot" };

const uploadsTo = (homeserver: string) =>
  new Uploads({
    api: { call: () => Promise.resolve({}) },
    bot: BOT,
    homeserver,
    asToken: "secret",
    media: { maxBytes: limits.mediaBytes, allow: ["127.0.0.0/8"] },
  });

async function serving(t: TestContext, answer: RequestListener): Promise<string> {
  const server = await servePictures(answer);
  t.after(() => server.stop());
  return server.url;
}

/** A homeserver that answers each file with this. */
const answering = (t: TestContext, status: number) =>
  serving(t, (request, response) => {
    request.resume().on("end", () => {
      response.writeHead(status).end(JSON.stringify({ content_uri: "mxc://hs.example/a" }));
    });
  });

const storing = async (homeserver: string) => uploadsTo(homeserver).storeBytes(file, PNG, BOT);

void describe("a file for a homeserver", () => {
  void it("is stored, or refused for good", async (t) => {
    assert.equal(await storing(await answering(t, 200)), "mxc://hs.example/a");
    for (const status of [403, 413])
      await assert.rejects(
        storing(await answering(t, status)),
        (thrown) => !(thrown instanceof DeliveryError) && hasCode(thrown, "media_unreachable"),
      );
  });

  void it("is tried again where the homeserver is away, or has a fault that passes", async (t) => {
    const away = { certainty: "certain", retry: "after", code: "account_down" };
    await assert.rejects(storing("http://127.0.0.1:1"), away);
    await assert.rejects(storing(await answering(t, 502)), away);
    const passing = { certainty: "certain", retry: "backoff", code: "media_unreachable" };
    for (const status of [429, 500]) await assert.rejects(storing(await answering(t, status)), passing);
    const broken = await serving(t, (request) => void request.socket.destroy());
    await assert.rejects(storing(broken), passing);
  });

  void it("is given up where its source ends early, which says nothing of the homeserver", async (t) => {
    const homeserver = await answering(t, 200);
    const source = await serving(t, (_request, response) => {
      response.writeHead(200, { "content-length": 1_000_000 }).write(PNG);
      setTimeout(() => response.destroy(), 50);
    });
    await assert.rejects(
      uploadsTo(homeserver).store({ ...file, source, place: "mxc://upload.invalid/0" }, null, BOT),
      (thrown) => !(thrown instanceof DeliveryError) && hasCode(thrown, "media_unreachable"),
    );
  });

  void it("is no picture of an emoji where it is as large as other files may be", async (t) => {
    const homeserver = await answering(t, 200);
    const size = limits.emojiBytes + 1;
    const source = await serving(t, (_request, response) => response.end(Buffer.concat([PNG], size)));
    await assert.rejects(uploadsTo(homeserver).store({ ...emoji, source }, null, BOT), {
      code: "media_refused",
    });
    assert.equal(await uploadsTo(homeserver).storePicture(source, null, BOT), "mxc://hs.example/a");
  });
});

const hasCode = (thrown: unknown, code: string): boolean =>
  thrown instanceof Error && "code" in thrown && thrown.code === code;
