/** Files given to other gateways, over real HTTP: from a real file server, under the real rules of a real store. */
import assert from "node:assert/strict";
import { createPublicKey, randomBytes } from "node:crypto";
import { get as httpGet, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { after, before, type TestContext, test } from "node:test";
import { mediaOpener, type MediaOpenerOptions } from "../../../../core/federation/serving/open-media.ts";
import { keyIdOf } from "../../../../core/federation/wire/public-key.ts";
import { mediaRoute } from "../../../../core/federation/routes/media.ts";
import type { MediaId } from "../../../../core/ids.ts";
import { limits } from "../../../../core/limits.ts";
import { createLogger } from "../../../../core/log.ts";
import type { NewEvent } from "../../../../core/store/units/group-log.ts";
import { openSqliteStore } from "../../../../core/store/sqlite/engine.ts";
import { temporaryFolder } from "../../../support/servers.ts";
import { domain } from "../../store/federation-sample.ts";
import { PNG } from "../../media/picture-server.ts";
import { OwnerStage } from "../../store/owner-stage.ts";
import { message, SampleStore } from "../../store/sample.ts";
import {
  collectGarbage,
  fetchFile,
  type Got,
  LARGE,
  large,
  MIB,
  octets,
  sayIn,
  serveFiles,
  startServing,
} from "../media-files.ts";
import { asker, newSigner, serveOdd, TwoGateways } from "../two-gateways.ts";

const folder = temporaryFolder("media");
const log = createLogger({ level: "error", bodies: false });

let sample: SampleStore;
let stage: OwnerStage;
before(async () => {
  const file = join(folder, "store.sqlite");
  sample = await SampleStore.make(openSqliteStore({ file }), { kind: "sqlite", file });
  stage = await OwnerStage.make(sample, asker);
  await stage.admit({ kind: "all" });
});
after(() => sample.store.close());

const start = (t: TestContext, change: Partial<MediaOpenerOptions> = {}) =>
  startServing(t, { sample, stage, folder }, change);
const say = (event: NewEvent): Promise<void> => sayIn(sample, stage.room, event);

/** For sources that are to be given up. */
const SHORT = { silentMs: 1_000, wholeMs: 2_000 };

const picture = (source: string) => Promise.resolve(source === "a room's" ? PNG : null);
const codeOf = ({ body }: Got): unknown => (JSON.parse(body.toString()) as { code: unknown }).code;

void test("a file comes whole, with headers that keep browsers from running it", async (t) => {
  const { post, get } = await start(t);
  const { status, headers, body } = await get(await post("/small"));
  assert.equal(status, 200);
  assert.deepEqual(body, octets);
  assert.equal(headers["content-type"], "image/png", "as the message says, not the server");
  assert.equal(headers["content-length"], "3000");
  assert.equal(headers["accept-ranges"], "bytes");
  assert.equal(headers["x-content-type-options"], "nosniff");
  assert.equal(headers["content-disposition"], "attachment");
  assert.equal(headers["cache-control"], "private, max-age=86400");
  assert.match(headers.etag ?? "", /^"[\w-]{16}"$/);
  assert.equal((await get(await post("/small", { type: "" }))).headers["content-type"], "text/html");
  const odd = await post("/small", { type: "text/plain\r\nx-evil: 1" });
  assert.equal((await get(odd)).headers["content-type"], "application/octet-stream");
});

void test("a picture that is on no host comes from its account's bridge, whole, if that has it", async (t) => {
  const { post, get } = await start(t, { picture });
  const id = await post("", { source: "a room's", type: "application/octet-stream" });
  const { status, headers, body } = await get(id, { range: "bytes=0-1" });
  assert.deepEqual([status, headers["content-type"], body], [200, "image/png", PNG]);
  assert.equal((await get(await post("", { source: "another's" }))).status, 404);
});

void test("a range is passed on; where it has no octet or is none, the whole file comes", async (t) => {
  const { post, get } = await start(t);
  const id = await post("/small");
  const whole = await get(id);
  const etag = whole.headers.etag ?? "";
  const parts: readonly [string, number, number][] = [
    ["bytes=0-1023", 0, 1_024],
    ["bytes=2990-", 2_990, 3_000],
    ["bytes=-5", 2_995, 3_000],
    ["bytes=2000-9000", 2_000, 3_000],
  ];
  for (const [range, from, to] of parts) {
    const { status, headers, body } = await get(id, { range });
    assert.deepEqual([status, headers["content-range"]], [206, `bytes ${from}-${to - 1}/3000`], range);
    assert.deepEqual(body, octets.subarray(from, to));
    assert.equal(headers.etag, etag);
  }
  for (const range of ["bytes=5000-", "bytes=1-0", "bytes=0-1,3-4", "lines=1-2", "bytes=-"])
    assert.deepEqual([(await get(id, { range })).status, range], [200, range]);
  assert.equal((await get(id, { range: "bytes=0-1", "if-range": etag })).status, 206);
  assert.equal((await get(id, { range: "bytes=0-1", "if-range": '"other"' })).status, 200);
  const ignored = await get(await post("/whole"), { range: "bytes=0-1" });
  assert.deepEqual([ignored.status, ignored.body.length], [200, 3_000]);
});

void test("HEAD says the same without octets, and what is known already is not sent again", async (t) => {
  const { post, get } = await start(t);
  const id = await post("/small");
  const head = await get(id, {}, "HEAD");
  assert.deepEqual([head.status, head.headers["content-length"], head.body.length], [200, "3000", 0]);
  const etag = head.headers.etag ?? "";
  const known = await get(id, { "if-none-match": `"x", ${etag}` });
  assert.deepEqual([known.status, known.headers.etag, known.body.length], [304, etag, 0]);
  assert.equal((await get(id, { "if-none-match": '"x"' })).status, 200);
});

void test("whoever is not in the group gets the same nothing as for what there is not", async (t) => {
  const { both, post, get } = await start(t);
  const id = await post("/small");
  const nothing = await get(randomBytes(16).toString("base64url"));
  assert.deepEqual([nothing.status, codeOf(nothing), nothing.headers.etag], [404, "not_found", undefined]);
  const other = newSigner();
  both.know(other, 999, {});
  const refused = await fetchFile(both, both.signed({ path: `/media/${id}`, signer: other }), {});
  assert.deepEqual([refused.status, refused.body], [404, nothing.body]);
  assert.equal((await get("too-short")).status, 404);
  const unknown = await fetchFile(both, both.signed({ path: `/media/${id}`, signer: newSigner() }), {});
  assert.deepEqual([unknown.status, codeOf(unknown)], [401, "key_unknown"]);
  const blocked = newSigner();
  both.know(blocked, stage.peer, { blocked: true });
  const barred = await fetchFile(both, both.signed({ path: `/media/${id}`, signer: blocked }), {});
  assert.deepEqual([barred.status, codeOf(barred)], [403, "blocked"]);
  const past = newSigner();
  both.know(past, stage.peer, { connected: false });
  assert.equal(
    (await fetchFile(both, both.signed({ path: `/media/${id}`, signer: past }), {})).status,
    200,
    "being in the group is what counts",
  );
});

void test("a gateway that is no peer gets what it may have by the key that it publishes", async (t) => {
  const origin = await serveOdd(t, serveFiles);
  const stranger = newSigner();
  const base = domain("gw.stranger.test");
  const asked: string[] = [];
  const open = mediaOpener({ media: { maxBytes: MIB, allow: ["127.0.0.0/8"] }, pathOf: (id) => id });
  const route = mediaRoute({
    store: sample.store,
    open,
    strangerKey: (kid, as) => {
      asked.push(as);
      const key = createPublicKey(stranger.key);
      const known = as === base && kid === keyIdOf(key);
      return Promise.resolve(known ? { key, notBefore: 0, expires: null } : null);
    },
    log,
  });
  const both = await TwoGateways.start(t, [route]);
  const id = randomBytes(16).toString("base64url") as MediaId;
  const file = { id, account: sample.account.id, source: `${origin}/small`, type: "", size: null };
  await say({ ...message(id), media: [file] });
  const sent = both.signed({ path: `/media/${id}`, signer: stranger, as: base });
  assert.equal((await fetchFile(both, sent, {})).status, 404, "no group has it in");
  assert.deepEqual(asked, [base]);
  const forged = both.signed({ path: `/media/${id}`, signer: newSigner(), as: base });
  assert.equal((await fetchFile(both, forged, {})).status, 401);
  for (let i = 0; i < limits.strangerBurst; i++) await fetchFile(both, forged, {});
  assert.equal((await fetchFile(both, forged, {})).status, 429, "guessing is counted by address");
  assert.equal((await fetchFile(both, sent, {})).status, 404, "those with a key have a count of their own");
});

void test("what a message names is not fetched from private networks, nor after a redirect", async (t) => {
  const { post, get } = await start(t);
  assert.equal((await get(await post("/astray"))).status, 404);
  const strict = await start(t, { media: { maxBytes: MIB, allow: [] } });
  assert.equal((await strict.get(await strict.post("/small"))).status, 404);
  assert.equal((await get(await post("", { source: "file:///etc/passwd" }))).status, 404);
});

void test("what the platform has no more is not found, and what it can't give now is for later", async (t) => {
  const { post, get } = await start(t, { times: SHORT });
  assert.equal((await get(await post("/gone"))).status, 404);
  for (const path of ["/broken", "/mute"]) {
    const later = await get(await post(path));
    assert.deepEqual([later.status, codeOf(later), later.headers["retry-after"]], [503, "unavailable", "30"]);
    assert.equal(later.headers["cache-control"], "no-store");
  }
  assert.equal((await get(await post("", { source: "http://127.0.0.1:1/x" }))).status, 503);
});

void test("silent, slow and endless sources are given up, and nobody takes the part for the whole", async (t) => {
  const { post, get } = await start(t, { times: SHORT, media: { maxBytes: MIB, allow: ["127.0.0.0/8"] } });
  for (const path of ["/silent", "/slow", "/endless"]) {
    const { status, whole } = await get(await post(path));
    assert.deepEqual([path, status, whole], [path, 200, false]);
  }
  assert.equal((await get(await post("/large"))).status, 404, "it says that it is larger than allowed");
});

void test("an erased file is not found at once, and not confirmed to those who have it", async (t) => {
  const { post, get } = await start(t);
  const id = await post("/small");
  const { etag = "" } = (await get(id)).headers;
  await sample.sql(`update media set state = 'erased', source = null where id = '${id}'`);
  assert.equal((await get(id)).status, 404);
  assert.equal((await get(id, { "if-none-match": etag })).status, 404);
});

void test("a large file streams through without being held", async (t) => {
  const { both, post } = await start(t);
  const id = await post("/large");
  const sent = both.signed({ path: `/media/${id}` });
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  httpGet(both.origin, { path: sent.path, headers: sent.headers, agent: false }, resolve).on("error", reject);
  const answer = await promise;
  answer.pause();
  for (let seen = -1; seen !== large.left; await pause(100)) seen = large.left;
  assert.ok(large.left < LARGE / 2, `${large.left} octets have left the platform while nobody reads`);
  let came = 0;
  let most = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    const before = came;
    came += chunk.length;
    if (Math.floor(before / (4 * MIB)) === Math.floor(came / (4 * MIB))) continue;
    collectGarbage();
    most = Math.max(most, process.memoryUsage().arrayBuffers);
  }
  assert.equal(came, LARGE);
  assert.ok(most < LARGE / 2, `${most} octets are held at most, by the three parties`);
});

void test("a gateway is given so many files at a time", async (t) => {
  const { both, post } = await start(t);
  const id = await post("/mute");
  const sent = both.signed({ path: `/media/${id}` });
  const under = Array.from({ length: limits.mediaAtOnce }, () =>
    httpGet(both.origin, { path: sent.path, headers: sent.headers, agent: false }).on(
      "error",
      () => undefined,
    ),
  );
  const another = async (): Promise<number> =>
    (await fetchFile(both, both.signed({ path: `/media/${await post("/small")}` }), {})).status;
  while ((await another()) !== 429) await pause(10);
  for (const request of under) request.destroy();
  while ((await another()) !== 200) await pause(10);
});
