/** Files that a platform gives to an account alone, given to other gateways: with its credentials, and never a page to sign in. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import { GatewayError } from "../../../../core/errors.ts";
import type { MediaId } from "../../../../core/ids.ts";
import type { FileAccess } from "../../../../core/media/platform-file.ts";
import { openSqliteStore } from "../../../../core/store/sqlite/engine.ts";
import { encodeProperty } from "../../../../mappings/event-content.ts";
import { temporaryFolder } from "../../../support/servers.ts";
import { OwnerStage } from "../../store/owner-stage.ts";
import { property, SampleStore } from "../../store/sample.ts";
import { octets, sayIn, serveFiles, startServing } from "../media-files.ts";
import { asker, serveOdd } from "../two-gateways.ts";

const SECRET = "Bearer xoxb-secret";
const folder = temporaryFolder("account-media");

let sample: SampleStore;
let stage: OwnerStage;
before(async () => {
  const file = join(folder, "store.sqlite");
  sample = await SampleStore.make(openSqliteStore({ file }), { kind: "sqlite", file });
  stage = await OwnerStage.make(sample, asker);
  await stage.admit({ kind: "all" });
});
after(() => sample.store.close());

/** A platform that wants a token, with one file, and whatever the account has of it. */
async function platform(t: TestContext, token: string, account = sample.account.id) {
  const origin = await serveOdd(t, (request, response) => {
    if (request.headers.authorization === SECRET) return serveFiles(request, response);
    response.writeHead(200, { "content-type": "text/html" }).end("<html>Sign in</html>");
  });
  const access: FileAccess = {
    headers: (at) => (at.origin === origin ? { authorization: token } : null),
    refusal: (_at, type) => (token !== SECRET && type === "text/html" ? "a page to sign in came" : null),
  };
  const { post, get } = await startServing(
    t,
    { sample, stage, folder },
    {
      // Its own addresses need not be public.
      media: { maxBytes: 10_000, allow: [] },
      access: (_source, asked) => Promise.resolve(asked === account ? access : null),
    },
  );
  const source = `${origin}/small`;
  return { id: await post("", { source }), get, source };
}

void test("a file of an account comes whole and in parts", async (t) => {
  const { id, get } = await platform(t, SECRET);
  const whole = await get(id);
  assert.deepEqual([whole.status, whole.body], [200, octets]);
  const part = await get(id, { range: "bytes=100-199" });
  assert.deepEqual([part.status, part.body], [206, octets.subarray(100, 200)]);
  assert.ok(!JSON.stringify([whole.headers, part.headers]).includes("xoxb"));
});

void test("a room's picture comes as a file of the account does", async (t) => {
  const { source, get } = await platform(t, SECRET);
  const id = randomBytes(16).toString("base64url") as MediaId;
  const change = { name: "avatar", item: "", value: `https://a.example/media/${id}` } as const;
  const content = encodeProperty(change, randomBytes(16));
  const file = { id, account: sample.account.id, source, type: "application/octet-stream", size: null };
  const event = { ...property("topic", ""), content, property: change, media: [file] };
  await sayIn(sample, stage.room, event);
  const { status, body } = await get(id);
  assert.deepEqual([status, body], [200, octets]);
});

void test("a page to sign in is not given for the file", async (t) => {
  const { id, get } = await platform(t, "Bearer xoxb-old");
  const { status, body } = await get(id);
  assert.equal(status, 404);
  assert.ok(!body.toString().includes("Sign in"));
});

void test("what the account can't open now is for later", async (t) => {
  const { post, get } = await startServing(
    t,
    { sample, stage, folder },
    { access: () => Promise.reject(new GatewayError("media_unreachable", "its token is not good")) },
  );
  const { status, body } = await get(await post("/small"));
  assert.equal(status, 503);
  assert.ok(!body.toString().includes("token"));
});
