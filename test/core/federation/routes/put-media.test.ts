/** Files that a guest which can't be reached leaves with the owner, over real HTTP. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, type TestContext, test } from "node:test";
import { mediaOpener } from "../../../../core/federation/serving/open-media.ts";
import { mediaRoute } from "../../../../core/federation/routes/media.ts";
import { putMediaRoute } from "../../../../core/federation/routes/put-media.ts";
import { signRequest } from "../../../../core/federation/wire/signature.ts";
import { limits } from "../../../../core/limits.ts";
import { createLogger } from "../../../../core/log.ts";
import { KeptFiles } from "../../../../core/media/kept-files.ts";
import { openSqliteStore } from "../../../../core/store/sqlite/engine.ts";
import { temporaryFolder } from "../../../support/servers.ts";
import { person, submitted } from "../../store/federation-sample.ts";
import { OwnerStage } from "../../store/owner-stage.ts";
import { SampleStore } from "../../store/sample.ts";
import { asker, echoRoutes, PUBLIC_ENDPOINT, TwoGateways } from "../two-gateways.ts";

const folder = temporaryFolder("put-media");
const kept = join(folder, "media");
const files = new KeptFiles(kept);
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

async function start(t: TestContext): Promise<TwoGateways> {
  const { store } = sample;
  const open = mediaOpener({ media: { maxBytes: 1_000, allow: [] }, pathOf: (id) => files.pathOf(id) });
  const both = await TwoGateways.start(t, [
    echoRoutes,
    putMediaRoute({ store, files, endpoint: PUBLIC_ENDPOINT, now: () => both.now }),
    mediaRoute({ store, open, strangerKey: () => Promise.resolve(null), log }),
  ]);
  both.know(both.signer, stage.peer, {});
  return both;
}

const newId = (): string => randomBytes(16).toString("base64url");
const pathOf = (id: string, group = stage.room.groupUri): string =>
  `/groups/${group.slice("mimi://".length).replace("/r/", "/")}/media/${id}`;

interface Put {
  readonly path: string;
  readonly octets: Buffer;
  readonly type?: string;
  /** What is sent instead of what was signed. */
  readonly sent?: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

async function put(both: TwoGateways, { path, octets, type = "image/png", sent, headers }: Put) {
  const signed = signRequest(
    { method: "PUT", url: PUBLIC_ENDPOINT + path, as: asker, body: { octets, type } },
    both.signer,
    both.now,
  );
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: unknown }>();
  const request = httpRequest(both.origin + path, {
    method: "PUT",
    agent: false,
    headers: { ...signed, "content-length": (sent ?? octets).length, ...headers },
  });
  request.on("response", (answer) => {
    text(answer)
      .then((read) => resolve({ status: answer.statusCode ?? 0, body: JSON.parse(read) as unknown }))
      .catch(reject);
  });
  request.on("error", reject).end(sent ?? octets);
  return promise;
}

const refusal = async (...of: Parameters<typeof put>) => {
  const { status, body } = await put(...of);
  return [status, (body as { code: unknown }).code];
};

void test("a file is kept as it came, once, and given out when an event names it", async (t) => {
  const both = await start(t);
  const id = newId();
  const octets = randomBytes(5_000);
  const url = `${PUBLIC_ENDPOINT}/media/${id}`;
  assert.deepEqual(await put(both, { path: pathOf(id), octets }), { status: 201, body: { url } });
  assert.deepEqual(await put(both, { path: pathOf(id), octets }), { status: 200, body: { url } });
  assert.deepEqual(await refusal(both, { path: pathOf(id), octets: randomBytes(9) }), [409, "id_conflict"]);
  assert.deepEqual(readFileSync(join(kept, id)), octets);
  const get = () => both.send(both.signed({ path: `/media/${id}` }));
  assert.equal((await get()).status, 404, "no event names it");
  const content = Buffer.from(`...${url}...`);
  assert.deepEqual(await stage.codes([submitted(person(stage.host, "bob"), { content })]), [null]);
  const { status, headers } = await get();
  assert.deepEqual([status, headers["content-type"], headers["content-length"]], [200, "image/png", "5000"]);
  const signed = both.signed({ path: `/media/${id}` });
  const part = await both.send({ ...signed, headers: { ...signed.headers, range: "bytes=10-19" } });
  assert.deepEqual([part.status, part.headers["content-range"]], [206, "bytes 10-19/5000"]);
  assert.deepEqual(readdirSync(kept), [id]);
});

void test("JSON is a file like any other here, and elsewhere the only thing that is read", async (t) => {
  const both = await start(t);
  const octets = Buffer.from("{ no JSON");
  assert.equal((await put(both, { path: pathOf(newId()), octets, type: "application/json" })).status, 201);
  assert.deepEqual(await refusal(both, { path: "/echo", octets }), [404, "not_found"]);
  const echo = await both.send(both.signed({ path: "/echo", body: '{"a":1}' }));
  assert.equal(echo.status, 200);
});

void test("what is not as announced, too large, empty or coded leaves nothing behind", async (t) => {
  const both = await start(t);
  const names = readdirSync(kept);
  const octets = randomBytes(1_000);
  const path = pathOf(newId());
  const sent = Buffer.from(octets);
  sent[0] = (sent[0] ?? 0) ^ 1;
  assert.deepEqual(await refusal(both, { path, octets, sent }), [401, "bad_signature"]);
  assert.deepEqual(await refusal(both, { path, octets, headers: { "content-encoding": "gzip" } }), [
    415,
    "media_type",
  ]);
  const large = { "content-length": String(limits.mediaBytes + 1) };
  assert.deepEqual(await refusal(both, { path, octets, headers: large }), [413, "too_large"]);
  assert.deepEqual(readdirSync(kept), names);
  assert.equal(await sample.count(`media where id = '${path.slice(-22)}'`), 0);
});

void test("only guests of the group leave files in it", async (t) => {
  const both = await start(t);
  const octets = randomBytes(10);
  const nothing = [404, "not_found"];
  assert.deepEqual(await refusal(both, { path: pathOf(newId(), sample.a.groupUri), octets }), nothing);
  assert.deepEqual(await refusal(both, { path: pathOf("short"), octets }), nothing);
  await stage.remove();
  assert.deepEqual(await refusal(both, { path: pathOf(newId()), octets }), nothing);
  await stage.admit({ kind: "all" });
});

void test("a guest leaves no more than its share that no event names", async (t) => {
  const both = await start(t);
  const path = pathOf(newId());
  await put(both, { path, octets: randomBytes(1) });
  await sample.sql(`update media set size = ${limits.unnamedMediaBytes} where id = '${path.slice(-22)}'`);
  assert.deepEqual(await refusal(both, { path: pathOf(newId()), octets: randomBytes(1) }), [
    429,
    "rate_limited",
  ]);
  await sample.sql(`update media set size = 1 where id = '${path.slice(-22)}'`);
});

void test("after a day what no event has named is gone, and so is what was erased or never finished", async (t) => {
  const both = await start(t);
  const [named, unnamed, erased] = [newId(), newId(), newId()];
  for (const id of [named, unnamed, erased]) await put(both, { path: pathOf(id), octets: randomBytes(8) });
  for (const id of [named, erased]) {
    const content = Buffer.from(`https://a.example/media/${id}`);
    await stage.submit([submitted(person(stage.host, "bob"), { content })]);
  }
  await sample.sql(`update media set state = 'erased' where id = '${erased}'`);
  writeFileSync(join(kept, "old.part"), "half");
  writeFileSync(join(kept, "new.part"), "half");
  utimesSync(join(kept, "old.part"), 1, 1);
  await files.sweep(sample.store, both.now);
  const before = readdirSync(kept);
  assert.ok(before.includes(unnamed) && before.includes(named) && !before.includes(erased));
  assert.ok(!before.includes("old.part") && before.includes("new.part"));
  await files.sweep(sample.store, both.now + 1);
  const left = readdirSync(kept);
  assert.ok(!left.includes(unnamed) && left.includes(named));
});
