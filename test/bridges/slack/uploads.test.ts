/** Where the bytes of files go. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { test, type TestContext } from "node:test";
import { Uploads } from "../../../bridges/slack/uploads.ts";

const file = { content: "many words", filename: "message.txt", title: "", alt_txt: "" };

/** Stores a file for which Slack names that place. */
const storing = (place: string, api: string) =>
  new Uploads({
    call: () => Promise.resolve({ upload_url: place, file_id: "F1" }),
    api,
    media: { maxBytes: 1_000, allow: [] },
  }).store(file, null);

/** A place for bytes, on an address that Slack may name; what came there. */
async function stage(t: TestContext) {
  const got: { readonly bytes: string; readonly authorization: string | undefined }[] = [];
  const server = createServer((request, response) => {
    void buffer(request).then((bytes) => {
      got.push({ bytes: bytes.toString(), authorization: request.headers.authorization });
      response.end("OK");
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { got, port };
}

void test("the bytes of a file go where Slack says, without a token", async (t) => {
  const { got, port } = await stage(t);
  assert.equal(await storing(`http://127.0.0.1:${port}/upload`, "http://127.0.0.1:1/api/"), "F1");
  assert.deepEqual(got, [{ bytes: file.content, authorization: undefined }]);
});

void test("they go to no place that is not Slack's own", async (t) => {
  const { got, port } = await stage(t);
  for (const place of [
    `http://127.0.0.1:${port}/upload`,
    `http://files.slack.com:${port}/upload`,
    "https://slack.com.evil.example/upload",
    "https://evilslack.com/upload",
    "file:///etc/passwd",
    "no address",
  ])
    await assert.rejects(storing(place, "https://slack.com/api/"), { code: "media_refused" }, place);
  assert.deepEqual(got, []);
});
