/** A file on a real XMPP service's own store: what other gateways get of it, and what rooms here see. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { after, test } from "node:test";
import { xml } from "@xmpp/client";
import { XmppUser } from "../../deploy/clients/xmpp-user.ts";
import { Gateway } from "../../deploy/demo/gateway.ts";
import { mediaOpener } from "../../core/federation/serving/open-media.ts";
import type { AccountId, MediaId } from "../../core/ids.ts";
import { decodeContent } from "../../mappings/content/codec.ts";
import { fromContent } from "../../mappings/message/from-content.ts";
import { querySql } from "../support/harness-sql.ts";
import { sharedProsody, temporaryFolder } from "../support/servers.ts";
import { type Installation, linkedPair } from "./installation.ts";

const DOMAIN = "chat.test";
const OOB = "jabber:x:oob";
// Hooks run in the order in which they were made: what is open ends before its folder goes.
const ending: (() => Promise<unknown>)[] = [];
after(async () => {
  for (const end of ending.toReversed()) await end();
});
const folder = temporaryFolder("media-gateway");
const prosody = sharedProsody({
  domain: DOMAIN,
  components: [{ domain: "one.test", secret: "secret" }],
  archive: "sql",
  users: ["anna", "ben"].map((name) => ({ name, password: name })),
  nagle: false,
  uploads: true,
});

async function person(name: string): Promise<XmppUser> {
  const { ports } = await prosody();
  const user = await XmppUser.connect({ domain: DOMAIN, port: ports.c2s, name, password: name });
  ending.push(() => user.disconnect());
  return user;
}

void test("a file of the service has our address in the log and its own in our rooms, and is given out in parts", async () => {
  const [anna, ben] = [await person("anna"), await person("ben")];
  const octets = randomBytes(50_000);
  const url = await anna.upload(`upload.${DOMAIN}`, "photo.jpg", octets);
  const store = join(mkdtempSync(join(folder, "g")), "gateway.sqlite");
  const gateway = new Gateway({
    folder: mkdtempSync(join(folder, "g")),
    config: `base: one.test
redis: off
store: { sqlite: "${store}" }
federation: { listen: "127.0.0.1:0", endpoint: "https://mtp.one.test" }
media: { allow: ["127.0.0.0/8"] }
accounts:
  - name: xmpp
    bridge: xmpp
    service: xmpp://127.0.0.1:${(await prosody()).ports.component}
    domain: one.test
    secret: secret
    serve_files: ${new URL("/file_share/", url).href}
`,
  });
  ending.push(() => gateway.stop());
  await gateway.start();
  let rooms = 0;
  const room = async () => `room${(rooms += 1)}@${(await prosody()).rooms}`;
  const { here, there } = await linkedPair({ room } as Installation, gateway, "one", [anna, ben]);
  await anna.send(here.room, xml("body", {}, url), xml("x", { xmlns: OOB }, xml("url", {}, url)));
  await ben.waitFor("the file", () => ben.bodies(there.room).includes(url));

  const sql = (text: string) => querySql({ kind: "sqlite", file: store }, text);
  const [row] = await sql("select media.*, event.content from media join event on event.id = media.event_id");
  assert.equal(row?.["source"], url);
  const { body } = fromContent(decodeContent(row["content"] as Uint8Array));
  const id = row["id"] as MediaId;
  assert.deepEqual(body.kind === "media" && body.files.map(({ source }) => source), [
    `https://mtp.one.test/media/${id}`,
  ]);

  const open = mediaOpener({ media: { maxBytes: 1_000_000, allow: ["127.0.0.0/8"] }, pathOf: String });
  const file = { id, source: url, account: 1 as AccountId, type: "image/jpeg", size: null };
  const whole = await open(file, null);
  assert.deepEqual([whole.size, whole.type, whole.range], [50_000, "image/jpeg", null]);
  assert.deepEqual(await buffer(whole.body), octets);
  const part = await open(file, "bytes=100-199");
  const [from, to] = part.range === null ? [0, octets.length] : [100, 200];
  assert.deepEqual(await buffer(part.body), octets.subarray(from, to));
});
