import assert from "node:assert/strict";
import { createPublicKey, randomUUID } from "node:crypto";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { Exchanger } from "../../../../core/federation/peers/exchange.ts";
import { FederationError } from "../../../../core/federation/wire/federation-error.ts";
import { StoredPeers, type StoredPeersOptions } from "../../../../core/federation/peers/peer-directory.ts";
import { publicKeyText } from "../../../../core/federation/wire/public-key.ts";
import type { RequestSigner } from "../../../../core/federation/wire/signature.ts";
import type { WellKnown } from "../../../../core/federation/peers/well-known.ts";
import type { ConnectionId, PeerId } from "../../../../core/ids.ts";
import { createLogger } from "../../../../core/log.ts";
import type { Store } from "../../../../core/store/store.ts";
import { findPeer, peerOfProvider } from "../../../../core/store/units/peers.ts";
import type { ProviderDomain } from "../../../../mappings/ids.ts";
import { SampleStore } from "../../store/sample.ts";
import { openAt } from "../../store/stores.ts";
import { temporaryFolder } from "../../../support/servers.ts";
import { asker, domain, echoRoutes, newSigner, TwoGateways } from "../two-gateways.ts";

const folder = temporaryFolder("peers");
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const base = domain("a.example");

const said = (signer: RequestSigner, change: Partial<WellKnown> = {}): WellKnown => ({
  base: asker,
  endpoint: "https://b.example",
  hosts: [],
  keys: [{ kid: signer.kid, key: createPublicKey(signer.key), notBefore: 0, expires: null }],
  features: [],
  limits: {},
  ...change,
});

/** A gateway with a store, and a peer that it can ask for its well-known. */
class Directory {
  now = 1_700_000_000_000;
  readonly signer = newSigner();
  readonly store: Store;
  readonly peers: StoredPeers;
  /** What the peer says of itself now; null: it does not answer. */
  says: WellKnown | null = said(this.signer);
  fetched = 0;

  private constructor(store: Store, options: Partial<StoredPeersOptions>) {
    this.store = store;
    this.peers = new StoredPeers({
      store,
      base,
      static: [],
      wellKnowns: { get: () => this.#fetch() },
      exchanger: new Exchanger([]),
      now: () => this.now,
      log: createLogger({ level: "error", bodies: false }),
      ...options,
    });
  }

  static async open(t: TestContext, options: Partial<StoredPeersOptions> = {}): Promise<Directory> {
    const place = { kind: "sqlite", file: join(folder, `${randomUUID()}.sqlite`) } as const;
    const store = await openAt(place, null);
    await SampleStore.make(store, place);
    t.after(() => store.close());
    return new Directory(store, options);
  }

  async add(of: ProviderDomain, signer: RequestSigner, hosts: readonly ProviderDomain[] = []) {
    const facts = {
      endpoint: `https://${of}`,
      features: [],
      hosts: [of, ...hosts],
      keys: [
        {
          kid: signer.kid,
          public: publicKeyText(createPublicKey(signer.key)),
          notBefore: 0,
          expires: null,
        },
      ],
    };
    const { id } = await this.store.write("addPeer", {
      base: of,
      static: false,
      facts,
      at: this.now,
      actor: "test",
    });
    return id;
  }

  async connect(peer: PeerId, host: ProviderDomain, expires: number | null = null): Promise<ConnectionId> {
    const provider = (await this.store.read(peerOfProvider(host)))?.provider;
    assert.ok(provider);
    const id = await this.store.write("addConnection", {
      id: randomUUID() as ConnectionId,
      peer,
      provider,
      group: null,
      role: "2",
      expires,
      waiting: false,
      at: this.now,
      actor: "test",
    });
    this.peers.forget();
    return id;
  }

  async #fetch(): Promise<WellKnown> {
    this.fetched++;
    await Promise.resolve();
    if (this.says !== null) return this.says;
    throw new FederationError("peer_unreachable", "b.example: nothing there", { certainty: "certain" });
  }
}

void test("a key is that of the peer which speaks for the provider, though others name it too", async (t) => {
  const at = await Directory.open(t);
  const host = domain("chat.other.example");
  const first = await at.add(asker, at.signer, [host]);
  const second = await at.add(domain("c.example"), at.signer);
  const { kid } = at.signer;
  assert.equal((await at.peers.findKey(kid, asker))?.peer, first);
  assert.equal((await at.peers.findKey(kid, host))?.peer, first);
  assert.equal((await at.peers.findKey(kid, domain("c.example")))?.peer, second);
  assert.equal((await at.peers.findKey(kid, domain("deep.under.c.example")))?.peer, second);
  for (const stranger of ["xb.example", "example", "b.example.evil.example", "a.example", "x.a.example"])
    assert.equal(await at.peers.findKey(kid, domain(stranger)), null, stranger);
  assert.deepEqual(
    [await at.peers.speaksFor(first, host), await at.peers.speaksFor(second, host)],
    [true, false],
  );
  assert.equal(at.fetched, 0);
});

void test("no provider of ours is a peer's, even one under its base domain", async (t) => {
  const at = await Directory.open(t);
  // The sample's account has the provider fake.mimi.test.
  const peer = await at.add(domain("mimi.test"), at.signer);
  assert.equal(await at.peers.findKey(at.signer.kid, domain("fake.mimi.test")), null);
  assert.equal(await at.peers.speaksFor(peer, domain("fake.mimi.test")), false);
  assert.equal(await at.peers.speaksFor(peer, domain("other.mimi.test")), true);
});

void test("an unknown key of a known peer has its well-known read again, once a minute at most", async (t) => {
  const at = await Directory.open(t);
  const peer = await at.add(asker, newSigner());
  const { kid } = at.signer;
  assert.equal(await at.peers.findKey(kid, asker), null, "it was read within the last minute");
  assert.equal(at.fetched, 0);
  at.now += MINUTE;
  const found = await Promise.all(Array.from({ length: 20 }, () => at.peers.findKey(kid, asker)));
  assert.deepEqual([...new Set(found.map((key) => key?.peer))], [peer]);
  assert.equal(at.fetched, 1);
  const next = newSigner();
  at.says = said(next);
  assert.equal(await at.peers.findKey(next.kid, asker), null);
  at.now += MINUTE;
  assert.equal((await at.peers.findKey(next.kid, asker))?.peer, peer);
  assert.equal(await at.peers.findKey(kid, asker), null, "a key that is named no more is dead");
  assert.equal(at.fetched, 2);
  assert.equal(await at.peers.findKey(kid, domain("stranger.example")), null);
  assert.equal(at.fetched, 2, "nobody's well-known is read for a stranger");
});

void test("a peer that does not answer keeps what it had, and is not asked again for a minute", async (t) => {
  const at = await Directory.open(t);
  const kept = newSigner();
  const peer = await at.add(asker, kept);
  at.says = null;
  at.now += MINUTE;
  for (let n = 0; n < 5; n++) assert.equal(await at.peers.findKey(at.signer.kid, asker), null);
  assert.equal(at.fetched, 1);
  assert.equal((await at.peers.findKey(kept.kid, asker))?.peer, peer);
});

void test("hosts that the well-known names no more lose their force with the next fetch", async (t) => {
  const at = await Directory.open(t);
  const [gone, silent, under] = [domain("gone.test"), domain("silent.invalid"), domain("chat.b.example")];
  const peer = await at.add(asker, at.signer, [gone, silent, under]);
  at.says = said(at.signer, { hosts: [silent] });
  await at.peers.refreshStale();
  assert.equal(at.fetched, 0, "it was read today");
  at.now += DAY + 1;
  await at.peers.refreshStale();
  assert.equal(at.fetched, 1);
  const speaks = await Promise.all([gone, silent, under].map((host) => at.peers.speaksFor(peer, host)));
  assert.deepEqual(speaks, [false, true, true], "one that is silent keeps its force");
  await at.peers.refreshStale();
  assert.equal(at.fetched, 1);
});

void test("a peer is connected as long as one of its connections is active", async (t) => {
  const at = await Directory.open(t);
  const peer = await at.add(asker, at.signer);
  const connected = async () => (await at.peers.findKey(at.signer.kid, asker))?.connected;
  assert.equal(await connected(), false);
  const id = await at.connect(peer, asker, at.now + 10_000);
  assert.equal(await connected(), true);
  at.now += 10_000;
  assert.equal(await connected(), false, "its time is over");
  const next = await at.connect(peer, asker);
  assert.equal(await connected(), true);
  for (const ended of [id, next])
    await at.store.write("endConnection", { id: ended, peer: null, at: at.now, actor: "test" });
  assert.equal(await connected(), true, "another process may have ended it");
  at.now += 1_000;
  assert.equal(await connected(), false, "and is heard of within a second");
});

void test("peers of the configuration are known, connected, and keep the configured key", async (t) => {
  const signer = newSigner();
  const key = publicKeyText(createPublicKey(signer.key));
  const configured = { base: asker, endpoint: "http://127.0.0.1:1", key };
  const at = await Directory.open(t, { static: [configured] });
  await at.peers.putStatic();
  await at.peers.putStatic();
  const found = await at.peers.findKey(signer.kid, asker);
  assert.equal(found?.connected, true);
  at.now += MINUTE;
  assert.equal((await at.peers.findKey(at.signer.kid, asker))?.peer, found.peer, "and those that it names");
  assert.equal((await at.peers.findKey(signer.kid, asker))?.peer, found.peer);
  assert.equal((await at.store.read(findPeer(asker)))?.endpoint, "http://127.0.0.1:1");
});

void test("over HTTP: who has no connection gets no further than to ask about connections", async (t) => {
  const at = await Directory.open(t);
  const peer = await at.add(asker, at.signer);
  const both = await TwoGateways.start(
    t,
    [
      echoRoutes,
      (server) => {
        server.get("/connections", { config: { caller: "acquaintance" } }, () => ({ connections: [] }));
      },
    ],
    { peers: at.peers },
  );
  const ask = (path: string, as = asker) => both.send(both.signed({ path, as, signer: at.signer }));
  assert.equal((await ask("/who")).code, "unknown_peer");
  assert.equal((await ask("/connections")).status, 200);
  assert.equal((await ask("/connections", domain("stranger.example"))).code, "key_unknown");
  await at.connect(peer, asker);
  assert.equal((await ask("/who")).status, 200);
  await at.store.write("blockPeer", { base: asker, blocked: true, at: at.now, actor: "test" });
  at.peers.forget();
  assert.equal((await ask("/connections")).code, "blocked");
  assert.equal((await ask("/who")).code, "blocked");
});
