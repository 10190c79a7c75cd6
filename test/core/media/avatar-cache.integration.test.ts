/** Pictures of users as everybody gets them, over real HTTP: fetched once, within limits, and only what is a picture. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import fastify from "fastify";
import { AvatarAddresses, parseAvatarToken } from "../../../core/media/avatar-addresses.ts";
import { AvatarCache, type AvatarCacheOptions } from "../../../core/media/avatar-cache.ts";
import { avatarRoute } from "../../../core/media/avatar-route.ts";
import type { FileAccess } from "../../../core/media/platform-file.ts";
import { limits } from "../../../core/limits.ts";
import type { Config } from "../../../core/config/config.ts";
import { GatewayMedia } from "../../../core/media/gateway-media.ts";
import { createLogger } from "../../../core/log.ts";
import { openSqliteStore } from "../../../core/store/sqlite/engine.ts";
import { parseUserUri } from "../../../mappings/ids.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { temporaryFolder } from "../../support/servers.ts";
import { SampleStore } from "../store/sample.ts";
import { GIF, type PictureServer, PNG, servePictures } from "./picture-server.ts";

const folder = temporaryFolder("avatars");
const BASE = "https://mtp.one.test";
const DAY = 86_400_000;
const log = createLogger({ level: "error", bodies: false });
const user = parseUserUri("mimi://xmpp.one.test/u/0123456789abcdef0123456789abcdef");

let sample: SampleStore;
let pictures: PictureServer;
let cases = 0;
before(async () => {
  const file = join(folder, "store.sqlite");
  sample = await SampleStore.make(openSqliteStore({ file }), { kind: "sqlite", file });
  pictures = await servePictures((request, response) => {
    const large = Buffer.concat([PNG, Buffer.alloc(5_000)]);
    switch (request.url?.split("?")[0]) {
      case "/a.png":
        return void response.writeHead(200, { "content-type": "text/plain" }).end(PNG);
      case "/b.gif":
        return void response.end(GIF);
      case "/for-members":
        return void (request.headers.authorization === "Bearer ours"
          ? response.end(PNG)
          : response.writeHead(401).end());
      case "/svg":
        response.writeHead(200, { "content-type": "image/png" });
        return void response.end(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`);
      case "/page":
        response.writeHead(200, { "content-type": "image/png" });
        return void response.end("<html>Sign in</html>");
      case "/large":
        return void response.writeHead(200, { "content-length": large.length }).end(large);
      case "/endless":
        response.write(PNG);
        return void response.end(Buffer.alloc(5_000));
      case "/inside":
        return void response.writeHead(302, { location: "http://10.0.0.1/a.png" }).end();
      case "/silent":
        return;
      default:
        response.writeHead(404).end();
    }
  });
});
after(async () => {
  await pictures.stop();
  await sample.store.close();
});

function makeCache(change: Partial<AvatarCacheOptions["limits"]> = {}) {
  const clock = { now: Date.now() };
  const options = {
    folder: join(folder, `cache${(cases += 1)}`),
    store: sample.store,
    allow: ["127.0.0.0/8"],
    limits: { ...limits, avatarBytes: 4_000, ...change },
    now: () => clock.now,
    log,
  };
  const addresses = new AvatarAddresses({
    key: randomBytes(32),
    store: sample.store,
    base: () => BASE,
    log,
    now: () => clock.now,
  });
  const name = async (path: string, rev = 1) => {
    assert.ok(user);
    const source = path.startsWith("http") ? path : pictures.url + path;
    const url = await addresses.of({ user, rev, source });
    const token = parseAvatarToken(url?.slice(`${BASE}/avatar/`.length) ?? "");
    assert.ok(token, String(url));
    return token;
  };
  return { cache: new AvatarCache(options), name, clock, folder: options.folder, options };
}

void test("a picture is fetched once, by whoever asks first, and kept under its name", async () => {
  const { cache, name, options } = makeCache();
  const token = await name("/a.png?once");
  const all = await Promise.all([cache.open(token), cache.open(token), cache.open(token)]);
  for (const avatar of all) assert.deepEqual(avatar, { bytes: PNG, type: "image/png" });
  assert.deepEqual(await new AvatarCache(options).open(token), { bytes: PNG, type: "image/png" });
  assert.equal(pictures.asked.filter((path) => path === "/a.png?once").length, 1);
  assert.equal((await cache.open(await name("/b.gif")))?.type, "image/gif");
});

const members: FileAccess = {
  headers: (at) => (at.pathname === "/for-members" ? { authorization: "Bearer ours" } : null),
  refusal: () => null,
};
void test("a picture that its platform gives to members is opened as its user's account opens it", async () => {
  const { options, name } = makeCache();
  const asked: (readonly [string, string])[] = [];
  const access: AvatarCacheOptions["access"] = (source, whose) => {
    asked.push([source, whose]);
    return Promise.resolve(members);
  };
  const token = await name("/for-members");
  assert.equal(await new AvatarCache(options).open(token), null, "nobody else gets it");
  const given = await new AvatarCache({ ...options, access, allow: [] }).open(token);
  assert.deepEqual(given?.bytes, PNG);
  assert.deepEqual(asked, [[`${pictures.url}/for-members`, user]]);
});

void test("a picture that is on no host comes from the account of whom it shows, and is told to nobody but by a name here", async () => {
  const { folder: data } = makeCache();
  const anna = parseUserUri("mimi://here.test/u/00000000000000000000000000000002") ?? assert.fail();
  await sample.sql(
    `insert into "user" (uri, provider, native, name, profile_rev) select '${anna}', provider, 'anna', 'Anna', 1 from account`,
  );
  const given = new Map([
    ["its own:png", PNG],
    ["its own:large", Buffer.concat([PNG, Buffer.alloc(limits.avatarBytes)])],
    ["its own:page", Buffer.from("<html>")],
  ]);
  const asked: string[] = [];
  const picture = (source: string) => {
    asked.push(source);
    return Promise.resolve(given.get(source) ?? assert.fail());
  };
  const federation = { listen: { host: "127.0.0.1", port: 1 }, endpoint: BASE };
  const media = new GatewayMedia({
    config: { data, media: { maxBytes: 1, allow: [] }, limits, federation } as unknown as Config,
    store: sample.store,
    key: randomBytes(32),
    log,
    now: Date.now,
    hosts: () => [{ options: { row: sample.account, bridge: { picture } } }],
  });
  const open = async (source: string, user = anna) => {
    const url = (await media.publicAvatar({ user, rev: 1, source })) ?? "";
    assert.match(url, /^https:\/\/mtp\.one\.test\/avatar\/[^/]+$/, "not told as it is");
    return media.cache.open(parseAvatarToken(url.slice(`${BASE}/avatar/`.length)) ?? assert.fail());
  };
  for (let i = 0; i < 2; i++) assert.deepEqual(await open("its own:png"), { bytes: PNG, type: "image/png" });
  assert.deepEqual(asked, ["its own:png"], "it is asked for once");
  for (const source of ["its own:large", "its own:page"]) assert.equal(await open(source), null, source);
  assert.equal(asked.length, 3);
  assert.ok(user);
  assert.equal(await open("its own:png", user), null, "nobody else has it");
  assert.equal(asked.length, 3);
});

void test("pictures that a bridge gives slowly, or never, are waited for as long as others, and hold up none that are on hosts", async () => {
  const { options, name } = makeCache({ avatarMs: 3_000 });
  const silent: string[] = [];
  const cache = new AvatarCache({
    ...options,
    picture: (source) => {
      silent.push(source);
      return new Promise(() => undefined);
    },
  });
  const names = [];
  for (let n = 0; n < limits.avatarsAtOnce; n += 1) names.push(await name(`http-less:${n}`, n));
  const beside = await name("/a.png?beside");
  const slow = names.map((one) => cache.open(one));
  await eventually("all of them asked for", () => silent.length === limits.avatarsAtOnce);
  let ended = 0;
  for (const one of slow) void one.then(() => (ended += 1));
  assert.ok(await cache.open(beside));
  assert.equal(ended, 0, "it has not waited for the others");
  assert.deepEqual(new Set(await Promise.all(slow)), new Set([null]));
});

void test("a picture of somebody who was erased is given to nobody any more, and goes; he has it again when he is back", async () => {
  const { cache, name, clock, folder: kept } = makeCache();
  const [erased, other] = [await name("/a.png?erased"), await name("/a.png?other")];
  assert.ok((await cache.open(erased)) && (await cache.open(other)));
  await sample.sql(`delete from avatar where token = '${erased}'`);
  assert.equal(await cache.open(erased), null);
  await cache.sweep();
  assert.deepEqual(readdirSync(kept), [other]);
  clock.now += 3_600_001;
  assert.equal(await name("/a.png?erased"), erased);
  assert.ok(await cache.open(erased));
});

void test("a name changes with the picture and the profile, and nobody guesses one", async () => {
  const { cache, name } = makeCache();
  const names = [await name("/a.png"), await name("/a.png", 2), await name("/b.gif")];
  assert.equal(new Set(names).size, 3);
  assert.equal(await name("/a.png"), names[0]);
  assert.notEqual(await makeCache().name("/a.png"), names[0], "another gateway's key makes other names");
  const guessed = parseAvatarToken("A".repeat(27));
  assert.ok(guessed);
  const asked = pictures.asked.length;
  assert.equal(await cache.open(guessed), null);
  assert.equal(pictures.asked.length, asked, "nothing is fetched for it");
});

void test("what is no picture, too large, silent, or inside a network of ours is not given, nor asked for again and again", async () => {
  const { cache, name, clock, folder: kept } = makeCache({ avatarMs: 500 });
  const local = makeCache();
  const refused = ["/svg", "/page", "/large", "/endless", "/inside", "/silent", "/none"];
  for (const path of refused) assert.equal(await cache.open(await name(path)), null, path);
  const strict = new AvatarCache({ ...local.options, allow: [] });
  assert.equal(await strict.open(await local.name("/a.png?strict")), null);
  assert.ok(!pictures.asked.includes("/a.png?strict"), "this machine's own addresses are not asked");
  assert.ok(!existsSync(kept), "nothing of it is kept");
  const asked = pictures.asked.length;
  assert.equal(await cache.open(await name("/page")), null);
  assert.equal(pictures.asked.length, asked);
  clock.now += limits.avatarAgainMs + 1;
  assert.equal(await cache.open(await name("/page")), null);
  assert.equal(pictures.asked.length, asked + 1, "after a while it is tried again");
});

void test("pictures that are too many together go, the oldest first, and come back when asked for", async () => {
  const { cache, name, folder: kept } = makeCache({ avatarsKeptBytes: PNG.length * 2 + 10 });
  const names = [await name("/a.png?1"), await name("/a.png?2"), await name("/a.png?3")];
  for (const [i, token] of names.entries()) {
    assert.ok(await cache.open(token));
    // All were written in one moment, else: the last one, as it is kept, finds the others older.
    utimesSync(join(kept, token), i + 1, i + 1);
  }
  assert.deepEqual(new Set(readdirSync(kept)), new Set(names.slice(1)));
  const [first] = names;
  assert.ok(first && (await cache.open(first)));
});

void test("a name of a profile that is no more is good for a month", async () => {
  const { cache, name, clock } = makeCache();
  const [uri, rev] = ["mimi://kept.test/u/00000000000000000000000000000001", 1];
  await sample.sql(
    `insert into "user" (uri, provider, native, name, profile_rev, avatar_url) values ('${uri}', 1, 'kept', 'Kept', ${rev}, '${pictures.url}/a.png')`,
  );
  const old = await name("/a.png?old");
  await sample.sql(`update avatar set user_uri = '${uri}' where token = '${await name("/a.png?shown")}'`);
  clock.now += 40 * DAY;
  await cache.sweep();
  assert.equal(await cache.open(old), null);
  assert.ok(await cache.open(await name("/a.png?shown")), "the one that is shown stays");
});

void test("over HTTP it has headers that let it be kept, and let nothing in it run", async (t) => {
  const { cache, name } = makeCache();
  const server = fastify({ exposeHeadRoutes: false });
  avatarRoute((token) => cache.open(token))(server);
  t.after(() => server.close());
  const url = `/avatar/${await name("/a.png?http")}`;
  const got = await server.inject({ method: "GET", url });
  assert.deepEqual([got.statusCode, got.rawPayload], [200, PNG]);
  assert.equal(got.headers["content-type"], "image/png");
  assert.equal(got.headers["x-content-type-options"], "nosniff");
  assert.match(String(got.headers["content-security-policy"]), /default-src 'none'/);
  assert.match(String(got.headers["cache-control"]), /^public, max-age=\d+/);
  const etag = String(got.headers["etag"]);
  const again = await server.inject({ method: "GET", url, headers: { "if-none-match": etag } });
  assert.deepEqual([again.statusCode, again.body], [304, ""]);
  const head = await server.inject({ method: "HEAD", url });
  assert.deepEqual(
    [head.statusCode, head.headers["content-length"], head.body],
    [200, String(PNG.length), ""],
  );
  for (const wrong of [`/avatar/${"A".repeat(27)}`, "/avatar/..%2f..%2fgateway.sqlite", "/avatar/x"])
    assert.equal((await server.inject({ method: "GET", url: wrong })).statusCode, 404, wrong);
});
