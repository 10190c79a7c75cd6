/** Files that a platform gives to an account alone: whose credentials go where. Over real HTTP. */
import assert from "node:assert/strict";
import type { IncomingHttpHeaders } from "node:http";
import { join } from "node:path";
import { buffer, text } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { GatewayError } from "../../../core/errors.ts";
import type { AccountId } from "../../../core/ids.ts";
import { AccountFiles } from "../../../core/media/file-access.ts";
import type { FileAccess } from "../../../core/media/platform-file.ts";
import { openRemoteFile } from "../../../core/media/remote-file.ts";
import { openSqliteStore } from "../../../core/store/sqlite/engine.ts";
import { eventId } from "../../../mappings/event-id.ts";
import { type EventId, parseUserUri, type UserUri } from "../../../mappings/ids.ts";
import { temporaryFolder } from "../../support/servers.ts";
import { message, SampleStore } from "../store/sample.ts";
import { inLane } from "../../../core/lanes/lane-key.ts";
import { type PictureServer, PNG, servePictures } from "./picture-server.ts";

const folder = temporaryFolder("file-access");
const SECRET = "Bearer xoxb-secret";

let sample: SampleStore;
let said: EventId;
let platform: PictureServer;
let elsewhere: PictureServer;
const seen: { readonly at: string; readonly headers: IncomingHttpHeaders }[] = [];

before(async () => {
  const file = join(folder, "store.sqlite");
  sample = await SampleStore.make(openSqliteStore({ file }), { kind: "sqlite", file });
  said = await say();
  elsewhere = await servePictures(({ headers, url }, response) => {
    seen.push({ at: `elsewhere${url ?? ""}`, headers });
    if (url === "/back") response.writeHead(302, { location: `${platform.url}/file` }).end();
    else response.end("of another host");
  });
  platform = await servePictures(({ headers, url }, response) => {
    seen.push({ at: `platform${url ?? ""}`, headers });
    if (url === "/away") return void response.writeHead(302, { location: `${elsewhere.url}/x` }).end();
    if (url === "/login" || headers.authorization !== SECRET)
      return void response.writeHead(200, { "content-type": "text/html" }).end("<html>Sign in</html>");
    response.writeHead(200, { "content-type": "text/plain" }).end("the file");
  });
});
after(async () => {
  await platform.stop();
  await elsewhere.stop();
  await sample.store.close();
});

async function say(): Promise<EventId> {
  await sample.accept(sample.a.id, ["a file"]);
  const fence = await sample.claim(inLane(sample.a.id));
  const event = message("a file");
  const rows = (await sample.rows(sample.a.id)).map(({ n }) => sample.row(n, [event]));
  await sample.append(fence, sample.a, rows);
  return event.id;
}

const access: FileAccess = {
  headers: (at) => (at.origin === platform.url ? { authorization: SECRET } : null),
  refusal: (_at, type) => (type === "text/html" ? "a page to sign in came" : null),
};

/** Opens a file as a room does that is to be given a message. */
function open(url: string, { event = said, account = sample.account.id, allow = ["127.0.0.0/8"] } = {}) {
  const bridge = {
    picture: (source: string) =>
      source === "of a room"
        ? Promise.resolve(PNG)
        : Promise.reject(new GatewayError("account_down", "away")),
    fileAccess: (source: string) => Promise.resolve(source.startsWith(platform.url) ? access : null),
  };
  const files = new AccountFiles(sample.store, () => [{ account, bridge }]);
  const limits = { maxBytes: 1_000, allow, access: files.ofEvent, picture: files.eventPicture };
  return openRemoteFile(url, limits, { group: sample.a.groupUri, event, sha256: null });
}

const refused = (detail: RegExp) => (error: unknown) =>
  error instanceof GatewayError && error.code === "media_unreachable" && detail.test(error.detail);

void test("a file of the account's platform is opened with its credentials, also in a network of ours", async () => {
  const file = await open(`${platform.url}/file`, { allow: [] });
  assert.equal(await text(file.body), "the file");
});

void test("credentials go to no other host, wherever the platform leads", async () => {
  seen.splice(0);
  const file = await open(`${platform.url}/away`);
  assert.equal(await text(file.body), "of another host");
  const [first, second] = seen;
  assert.deepEqual([first?.at, first?.headers.authorization], ["platform/away", SECRET]);
  assert.deepEqual([second?.at, second?.headers.authorization], ["elsewhere/x", undefined]);
  await assert.rejects(
    open(`${platform.url}/away`, { allow: [] }),
    /media_refused/,
    "the guard stands there",
  );
});

void test("a picture that is on no host comes from the bridge of the room where it was said, and from no other", async () => {
  const { body, contentType } = await open("of a room");
  assert.deepEqual([await buffer(body), contentType], [PNG, "image/png"]);
  await assert.rejects(open("of another"), refused(/away/));
  await assert.rejects(open("of a room", { account: 99 as AccountId }), /media_refused/);
});

void test("a page to sign in is no file", async () => {
  await assert.rejects(open(`${platform.url}/login`), refused(/a page to sign in came/));
});

void test("what was not said in a room of the account opens nothing of it", async () => {
  const forged = eventId("message", "x", "y", new Uint8Array(), new Uint8Array(16));
  for (const other of [{ event: forged }, { account: 99 as AccountId }]) {
    seen.splice(0);
    const file = await open(`${platform.url}/file`, other);
    assert.match(await text(file.body), /Sign in/);
    assert.equal(seen[0]?.headers.authorization, undefined);
  }
});

void test("an address of another host's gets none by leading to the platform", async () => {
  seen.splice(0);
  const file = await open(`${elsewhere.url}/back`);
  assert.match(await text(file.body), /Sign in/);
  assert.deepEqual(
    seen.map(({ headers }) => headers.authorization),
    [undefined, undefined],
  );
});

void test("a user's picture is opened by the account on whose platform he is, and by no other", async () => {
  const asked: string[] = [];
  const fileAccess = (source: string) => {
    asked.push(source);
    return Promise.resolve(access);
  };
  const opens = (account: AccountId, user: UserUri) =>
    new AccountFiles(sample.store, () => [{ account, bridge: { fileAccess } }]).ofUser("picture", user);
  const [row] = await sample.sql(`select uri from "user" where native = 'anna'`);
  const anna = parseUserUri(String(row?.["uri"])) ?? assert.fail();
  assert.equal(await opens(sample.account.id, anna), access);
  assert.equal(await opens((sample.account.id + 1) as AccountId, anna), null, "another account");
  const stranger = parseUserUri("mimi://elsewhere.test/u/anna") ?? assert.fail();
  await sample.sql(`insert into provider (domain) values ('elsewhere.test')`);
  await sample.sql(
    `insert into "user" (uri, provider, native, name, profile_rev) select '${stranger}', id, 'anna', 'Anna', 1 from provider where domain = 'elsewhere.test'`,
  );
  assert.equal(await opens(sample.account.id, stranger), null, "what another gateway says of its people");
  assert.deepEqual(asked, ["picture"]);
});
