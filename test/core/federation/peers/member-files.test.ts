/** Files of other gateways are asked for by signed requests, and nobody else's are. Over real HTTP. */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { FederationError } from "../../../../core/federation/wire/federation-error.ts";
import { MemberFiles } from "../../../../core/federation/peers/member-files.ts";
import { strangerKeys } from "../../../../core/federation/peers/stranger-keys.ts";
import type { WellKnown } from "../../../../core/federation/peers/well-known.ts";
import { openRemoteFile } from "../../../../core/media/remote-file.ts";
import { openSqliteStore } from "../../../../core/store/sqlite/engine.ts";
import { eventId } from "../../../../mappings/event-id.ts";
import { encodeMember } from "../../../../mappings/event-content.ts";
import { noParticulars } from "../../../../mappings/events.ts";
import type { ProviderDomain } from "../../../../mappings/ids.ts";
import { temporaryFolder } from "../../../support/servers.ts";
import { domain, remote } from "../../store/federation-sample.ts";
import { FollowerStage } from "../../store/follower-stage.ts";
import { SampleStore } from "../../store/sample.ts";
import { asker, newSigner, rfcKey, serveOdd, TwoGateways } from "../two-gateways.ts";

const folder = temporaryFolder("member-files");
const octets = randomBytes(2_000);
const ID = randomBytes(16).toString("base64url");
const strict = { maxBytes: 10_000, allow: [] };

let sample: SampleStore;
let turn = 0;
before(async () => {
  const file = join(folder, "store.sqlite");
  sample = await SampleStore.make(openSqliteStore({ file }), { kind: "sqlite", file });
});
after(() => sample.store.close());

/** Where the operator has said that gateways are. */
const placed = new Map<string, string>();

/** A group of a peer at that address, which the operator has named, and which is followed here. */
async function follow(endpoint: string): Promise<FollowerStage> {
  turn += 1;
  const at = await FollowerStage.make(sample, `owner${turn}.test`);
  await sample.sql(`update peer set endpoint = '${endpoint}' where id = ${at.peer}`);
  placed.set(`owner${turn}.test`, endpoint);
  return at;
}

function memberFiles(both: TwoGateways, known: ReadonlyMap<string, string> = new Map()) {
  const asked: ProviderDomain[] = [];
  const files = new MemberFiles({
    store: sample.store,
    base: asker,
    wellKnowns: {
      get(base) {
        asked.push(base);
        const endpoint = known.get(base);
        if (endpoint !== undefined) return Promise.resolve({ base, endpoint } as WellKnown);
        return Promise.reject(new FederationError("peer_unreachable", base, { certainty: "certain" }));
      },
    },
    signer: () => both.signer,
    placeOf: (base) => {
      const url = placed.get(base);
      return url === undefined ? undefined : { url, trusted: true };
    },
    allow: [],
    now: () => both.now + both.clientAhead,
  });
  return { files, asked };
}

const event = eventId("message", "", "", new Uint8Array(), new Uint8Array(16));

const serving = (t: Parameters<typeof TwoGateways.start>[0]) =>
  TwoGateways.startBehindProxy(t, [
    (server) => {
      server.get<{ Params: { id: string } }>("/media/:id", (request, reply) => {
        if (request.params.id !== ID) return reply.redirect("/who");
        return reply.header("content-length", octets.length).send(octets);
      });
    },
  ]);

void test("a file of the owner's gateway is asked for in our name, by its own clock", async (t) => {
  const both = await serving(t);
  const { uri: group } = await follow(both.endpoint.url);
  const { files } = memberFiles(both);
  const media = { ...strict, sign: files.sign };
  const url = `${both.endpoint.url}/media/${ID}`;
  const facts = { group, event, sha256: createHash("sha256").update(octets).digest() };
  both.clientAhead = 900_000;
  for (let i = 0; i < 2; i++) {
    const { body, size } = await openRemoteFile(url, media, facts);
    assert.equal(size, 2_000);
    assert.deepEqual(await buffer(body), octets);
  }
  await assert.rejects(
    openRemoteFile(url.replace(ID, "A".repeat(22)), media, facts),
    /media_unreachable.*302/,
    "no redirect of a signed request is followed",
  );
});

void test("a file that is not the one of the message, or too large, is given up before its end", async (t) => {
  const both = await serving(t);
  const { uri: group } = await follow(both.endpoint.url);
  const { sign } = memberFiles(both).files;
  const url = `${both.endpoint.url}/media/${ID}`;
  const { body } = await openRemoteFile(url, { ...strict, sign }, { group, event, sha256: randomBytes(32) });
  const got: Buffer[] = [];
  await assert.rejects(async () => {
    for await (const chunk of body) got.push(chunk as Buffer);
  }, /media_refused.*not the one/);
  assert.ok(Buffer.concat(got).length < octets.length);
  const small = { maxBytes: 1_999, allow: [], sign };
  await assert.rejects(openRemoteFile(url, small, { group, event, sha256: null }), /media_refused/);
});

void test("no other address gets a signature", async (t) => {
  const seen: IncomingMessage["headers"][] = [];
  const other = await serveOdd(t, (request, response) => {
    seen.push(request.headers);
    response.end("x");
  });
  const both = await serving(t);
  const { uri: group } = await follow(both.endpoint.url);
  const elsewhere = await follow(other);
  const { files, asked } = memberFiles(both);
  const media = { maxBytes: 10, allow: ["127.0.0.0/8"], sign: files.sign };
  for (const url of [`${other}/media/${ID}`, `${both.endpoint.url}/x/media/${ID}`, `${other}/who`])
    await openRemoteFile(url, media, { group, event, sha256: null }).catch(() => undefined);
  assert.equal(await files.sign(`${both.endpoint.url}/media/${ID}?x`, group), null);
  assert.equal(await files.sign("no url", group), null);
  assert.equal(await files.sign(`${both.endpoint.url}/media/${ID}`, elsewhere.uri), null, "of another group");
  assert.equal(seen.length, 2);
  assert.ok(seen.every((headers) => headers["signature"] === undefined && headers["mtp-as"] === undefined));
  assert.deepEqual(asked, []);
});

void test("the gateway of a member that is no peer is found by its well-known, once a URL could be its", async (t) => {
  const both = await serving(t);
  const at = await follow(both.endpoint.url);
  const { files, asked } = memberFiles(both, new Map([["gw.test", "https://mtp.gw.test"]]));
  const url = `https://mtp.gw.test/media/${ID}`;
  assert.equal(await files.sign(url, at.uri), null);
  const member = { user: "mimi://xmpp.gw.test", change: "join" } as const;
  const content = encodeMember(member, new Uint8Array(16));
  const says = { kind: "member", member: { ...member, ...noParticulars } } as const;
  await at.apply([remote(1, null, { kind: "member", content, says })]);
  const signed = await files.sign(url, at.uri);
  assert.equal(signed?.headers()["mtp-as"], asker);
  assert.deepEqual(signed?.allow, [], "and is on the public internet");
  assert.deepEqual(asked, ["xmpp.gw.test", "gw.test"]);
  assert.equal(await files.sign("https://mtp.gw.test/other", at.uri), null);
  assert.equal(asked.length, 2);
});

void test("keys of gateways that are no peers are looked for only where they have somebody in a group", async (t) => {
  const both = await serving(t);
  const at = await follow(both.endpoint.url);
  const asked: string[] = [];
  const base = domain("gw2.test");
  const [kid, other] = [newSigner().kid, newSigner().kid];
  const find = strangerKeys(sample.store, {
    get(of) {
      asked.push(of);
      const keys = [{ kid, key: rfcKey, notBefore: 0, expires: null }];
      return Promise.resolve({ base: of, keys } as unknown as WellKnown);
    },
  });
  assert.equal(await find(kid, base), null);
  assert.deepEqual(asked, [], "whoever is in no group makes nothing be fetched");
  const member = { user: "mimi://xmpp.gw2.test", change: "join" } as const;
  const content = encodeMember(member, new Uint8Array(16));
  const says = { kind: "member", member: { ...member, ...noParticulars } } as const;
  await at.apply([remote(1, null, { kind: "member", content, says })]);
  assert.equal((await find(kid, base))?.key, rfcKey);
  assert.equal(await find(other, base), null);
  assert.deepEqual(asked, [base, base]);
});
