/** Two gateways and what they share, written into their stores before they start; then the gateways themselves as children. */
import { generateKeyPairSync, type KeyObject, randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { type KeyId, keyIdOf, publicKeyText } from "../../core/federation/wire/public-key.ts";
import { SigningKeys } from "../../core/federation/peers/signing-keys.ts";
import type { AccountId, GroupId, NativeRoom, PeerId, ProviderId } from "../../core/ids.ts";
import { openStore } from "../../core/store/open.ts";
import type { Store } from "../../core/store/store.ts";
import { type BindingRow, liveBindings } from "../../core/store/units/bindings.ts";
import { type GroupUri, groupUri, parseProviderDomain, type ProviderDomain } from "../../mappings/ids.ts";
import { Child } from "./child.ts";
import type { BenchContext } from "./context.ts";
import { type GatewayJob, readyForm } from "./mtp-job.ts";

const ACTOR = "bench";

/** A gateway's store while no gateway runs on it. */
export interface End {
  readonly base: ProviderDomain;
  readonly host: ProviderDomain;
  readonly folder: string;
  readonly data: string;
  readonly file: string;
  readonly endpoint: string;
  readonly port: number;
  readonly store: Store;
  readonly keys: SigningKeys;
  readonly account: AccountId;
  readonly provider: ProviderId;
}

export interface PeerKeys {
  readonly kid: KeyId;
  readonly key: KeyObject;
}

let ends = 0;

export async function newEnd(context: BenchContext, name: string): Promise<End> {
  const folder = join(context.folder, `mtp-${++ends}-${name}`);
  const data = join(folder, "data");
  const file = join(data, "gateway.sqlite");
  const store = await openStore({ store: { kind: "sqlite", file }, slot: null });
  const base = domainOf(`${name}.bench.example`);
  const host = domainOf(`sink.${base}`);
  const row = await store.write("registerAccount", { bridge: "sink", name: "sink", domain: host });
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const keys = await SigningKeys.open(store, Date.now);
  const { id: account, provider } = row;
  return { base, host, folder, data, file, endpoint, port, store, keys, account, provider };
}

/** Makes a gateway known at another, as after a code. */
export async function know(
  { store }: End,
  other: {
    base: ProviderDomain;
    endpoint: string;
    hosts: readonly ProviderDomain[];
    keys: readonly PeerKeys[];
  },
  features: readonly string[] = [],
): Promise<PeerId> {
  const keys = other.keys.map(({ kid, key }) => ({
    kid,
    public: publicKeyText(key),
    notBefore: 0,
    expires: null,
  }));
  const facts = { endpoint: other.endpoint, features, hosts: [other.base, ...other.hosts], keys };
  const input = { base: other.base, static: true, facts, at: Date.now(), actor: ACTOR };
  return (await store.write("addPeer", input)).id;
}

export const knowEnd = (end: End, other: End): Promise<PeerId> =>
  know(end, { ...other, hosts: [other.host], keys: other.keys.published() });

/** The public half is in the stores, the private half in whoever signs. */
export function newKeys(): PeerKeys & { readonly private: KeyObject } {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  return { kid: keyIdOf(publicKey), key: publicKey, private: privateKey };
}

/** Rooms of the sink, each in a group of its own, or in the one that is named. */
export async function linkRooms(
  { store, account, provider, host }: End,
  names: readonly string[],
  group: GroupUri | null = null,
): Promise<readonly BindingRow[]> {
  await Promise.all(
    names.map((name) =>
      store.write("link", {
        rooms: [
          {
            account,
            provider,
            native: name as NativeRoom,
            label: `sink:${name}`,
            unclear: "hold",
            mark: null,
            properties: { name: "", topic: "" },
          },
        ],
        group,
        newUri: groupUri(host, randomUUID()),
        at: Date.now(),
        actor: ACTOR,
      }),
    ),
  );
  const rows = await store.read(liveBindings(account));
  return names.flatMap((name) => rows.filter(({ native }) => native === name));
}

/** Lets the guest into these groups; it follows them from their first event on. */
export async function share(
  owner: { readonly end: End; readonly guest: PeerId },
  guest: { readonly end: End; readonly owner: PeerId } | null,
  rooms: readonly Pick<BindingRow, "group" | "groupUri">[],
): Promise<void> {
  const now = Date.now();
  const history = { kind: "all" } as const;
  await Promise.all(
    rooms.map(({ group }) =>
      owner.end.store.write("addGuest", { group, peer: owner.guest, history, connection: null, now }),
    ),
  );
  if (guest === null) return;
  const start = { connection: null, after: 0, cursor: null, rev: 1, at: now, actor: ACTOR } as const;
  await Promise.all(
    rooms.map(({ groupUri: uri }): Promise<GroupId> =>
      guest.end.store.write("follow", { ...start, uri, owner: owner.end.host, peer: guest.owner }),
    ),
  );
}

/** Starts the gateway on its store, which must be closed. Resolves when it runs. */
export async function startEnd(
  context: BenchContext,
  { folder, data, base, port }: End,
  others: readonly End[],
): Promise<{ readonly child: Child; readonly ready: number }> {
  const peers = others.map((other) => ({ base: other.base, endpoint: other.endpoint }));
  const job: GatewayJob = { data, base, port, peers };
  const jobFile = join(folder, "job.json");
  writeFileSync(jobFile, JSON.stringify(job));
  const child = new Child({
    script: "mtp-gateway.ts",
    args: [jobFile],
    node: ["--expose-gc"],
    folder,
    name: "gateway",
    counting: false,
    profile: context.profile,
  });
  const { ready } = await child.message(readyForm);
  return { child, ready };
}

export function domainOf(text: string): ProviderDomain {
  const domain = parseProviderDomain(text);
  if (domain === null) throw new Error(`${text} is no domain`);
  return domain;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== "object" || address === null) throw new Error("a server has a port");
  return address.port;
}
