/** A gateway that gives codes, with a real store, and gateways that redeem them. */
import { createPublicKey, randomUUID } from "node:crypto";
import { join } from "node:path";
import type { TestContext } from "node:test";
import {
  type FederationAccess,
  createFederationAccess,
} from "../../../core/federation/peers/federation-access.ts";
import { makeCode, parseCode } from "../../../core/federation/wire/code-text.ts";
import { PeerClient } from "../../../core/federation/peers/peer-client.ts";
import { publicKeyText } from "../../../core/federation/wire/public-key.ts";
import { RecentWellKnowns } from "../../../core/federation/peers/recent-well-knowns.ts";
import type { RedeemCodeOptions } from "../../../core/federation/peers/redeem-code.ts";
import { connectionRoutes, type CursorOf } from "../../../core/federation/routes/connections.ts";
import { redeemRoute } from "../../../core/federation/routes/redeem.ts";
import type { RequestSigner } from "../../../core/federation/wire/signature.ts";
import type { WellKnown } from "../../../core/federation/peers/well-known.ts";
import type { StoreConfig } from "../../../core/config/config.ts";
import type { Store } from "../../../core/store/store.ts";
import { createLogger } from "../../../core/log.ts";
import type { ConnectionChange } from "../../../core/store/units/connections.ts";
import type { CodeId } from "../../../core/ids.ts";
import type { GroupUri } from "../../../mappings/ids.ts";
import { SampleStore } from "../store/sample.ts";
import { openAt } from "../store/stores.ts";
import { SmallInternet } from "./small-internet.ts";
import {
  type Asked,
  domain,
  newSigner,
  PUBLIC_ENDPOINT,
  type RawAnswer,
  serveOdd,
  TwoGateways,
} from "./two-gateways.ts";

/** The base domain of the gateway that gives the codes. */
export const ISSUER = domain("mimi.test");

export const cursorOf: CursorOf = ({ rev, seq }) => `c-${rev}-${seq}`;

/** What a gateway of this domain says of itself. */
export function wellKnownOf(base: string, signer: RequestSigner, change: Partial<WellKnown> = {}): WellKnown {
  return {
    base: domain(base),
    endpoint: `https://mtp.${base}`,
    hosts: [],
    keys: [{ kid: signer.kid, key: createPublicKey(signer.key), notBefore: 0, expires: null }],
    features: [],
    limits: {},
    ...change,
  };
}

export interface MadeCode {
  readonly id: CodeId;
  readonly text: string;
  readonly secret: string;
}

export interface CodeChange {
  readonly group?: GroupUri | null;
  readonly uses?: number;
  readonly lifeMs?: number;
  readonly confirm?: boolean;
}

export class CodeStage {
  readonly sample: SampleStore;
  readonly internet: SmallInternet;
  readonly both: TwoGateways;
  /** Of the gateway that gives codes. */
  readonly signer: RequestSigner;
  readonly changes: ConnectionChange[];
  /** The policy of the gateway that gives codes. */
  confirm = false;

  private constructor(
    sample: SampleStore,
    internet: SmallInternet,
    both: TwoGateways,
    signer: RequestSigner,
    changes: ConnectionChange[],
  ) {
    this.sample = sample;
    this.internet = internet;
    this.both = both;
    this.signer = signer;
    this.changes = changes;
  }

  static async start(t: TestContext, folder: string): Promise<CodeStage> {
    const sample = await sampleIn(t, folder);
    const internet = new SmallInternet();
    const changes: ConnectionChange[] = [];
    const now = (): number => stage.both.now;
    const wellKnowns = new RecentWellKnowns({ exchanger: internet, placeOf: () => undefined, now });
    const redeeming = redeemRoute({
      store: sample.store,
      base: ISSUER,
      endpoint: PUBLIC_ENDPOINT,
      wellKnowns,
      exchanger: internet,
      cursorOf,
      history: { kind: "none" },
      get confirm() {
        return stage.confirm;
      },
      now,
      log: createLogger({ level: "fatal" as "error", bodies: false }),
      changed: (change) => void changes.push(change),
    });
    const connections = connectionRoutes({
      store: sample.store,
      cursorOf,
      now,
      changed: (change) => void changes.push(change),
    });
    const both = await TwoGateways.start(t, [redeeming, connections]);
    const signer = newSigner();
    internet.places.set(PUBLIC_ENDPOINT, both.origin);
    const stage: CodeStage = new CodeStage(sample, internet, both, signer, changes);
    await stage.publish(t, wellKnownOf(ISSUER, signer, { endpoint: PUBLIC_ENDPOINT }));
    return stage;
  }

  /** Serves what a gateway says of itself, at its base domain or at another one. */
  async publish(t: TestContext, said: WellKnown, at: string = said.base): Promise<void> {
    const { keys, ...facts } = said;
    const body = JSON.stringify({
      versions: [1],
      ...facts,
      keys: keys.map(({ kid, key, notBefore, expires }) => ({
        kid,
        public: publicKeyText(key),
        not_before: notBefore,
        expires,
      })),
    });
    const url = await serveOdd(t, (_request, response) => {
      response.writeHead(200, { "content-type": "application/json" }).end(body);
    });
    this.internet.places.set(`https://${at}`, url);
  }

  async code(change: CodeChange = {}): Promise<MadeCode> {
    const { text, hash } = makeCode(ISSUER, this.signer.kid);
    const { group = this.sample.a.groupUri, uses = 1, lifeMs = 60_000, confirm = false } = change;
    const at = this.both.now;
    const kept = { hash, group, issuer: "anna", uses, confirm, expires: at + lifeMs, at };
    const id = await this.sample.store.write("createCode", kept);
    return { id, text, secret: parseCode(text)?.secret ?? "" };
  }

  /** A gateway of that base domain asks, by raw HTTP. */
  redeem(base: string, signer: RequestSigner, secret: string, change: RedeemChange = {}): Promise<RawAnswer> {
    const { as = base, endpoint = `https://mtp.${base}`, bodyKey = signer, ...asked } = change;
    const body = JSON.stringify({
      code: secret,
      base,
      endpoint,
      public: publicKeyText(createPublicKey(bodyKey.key)),
    });
    const sent = { path: "/redeem", body, signer, as: domain(as), ...asked };
    // Whoever tests refusals is not to run out of tries.
    this.both.now += 1_000;
    return this.both.send(this.both.signed(sent));
  }

  /** What a gateway that redeems codes is made of. */
  redeemer(t: TestContext, base: string, signer: RequestSigner, store: Store): RedeemCodeOptions {
    const now = (): number => this.both.now;
    const exchanger = this.internet;
    t.after(() => exchanger.close());
    return {
      store,
      base: domain(base),
      endpoint: `https://mtp.${base}`,
      client: new PeerClient({ exchanger, signer: () => signer, now }),
      signer: () => signer,
      exchanger,
      wellKnowns: new RecentWellKnowns({ exchanger, placeOf: () => undefined, now }),
      placeOf: () => undefined,
      now,
    };
  }

  access(options: RedeemCodeOptions, changes: ConnectionChange[] = []): FederationAccess {
    const changed = (change: ConnectionChange): void => void changes.push(change);
    return createFederationAccess({
      ...options,
      history: { kind: "none" },
      served: true,
      identity: () => ({}),
      rotateKey: () => Promise.resolve(),
      changed,
    });
  }
}

export interface RedeemChange extends Omit<Asked, "as"> {
  readonly as?: string;
  readonly bodyKey?: RequestSigner;
}

/** An empty store. */
export async function storeIn(t: TestContext, folder: string): Promise<Store> {
  return openIn(t, placeIn(folder));
}

async function sampleIn(t: TestContext, folder: string): Promise<SampleStore> {
  const place = placeIn(folder);
  return SampleStore.make(await openIn(t, place), place);
}

const placeIn = (folder: string): StoreConfig => ({
  kind: "sqlite",
  file: join(folder, `${randomUUID()}.sqlite`),
});

async function openIn(t: TestContext, place: StoreConfig): Promise<Store> {
  const store = await openAt(place, null);
  t.after(() => store.close());
  return store;
}
