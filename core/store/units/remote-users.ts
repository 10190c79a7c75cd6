/** People of other gateways, and ours as other gateways name them: known by their URIs. */
import { authorityOf, type ProviderDomain, type UserUri } from "../../../mappings/ids.ts";
import type { PeerId, ProviderId, UserId } from "../../ids.ts";
import { statement } from "../statement.ts";
import { first, only, type Unit } from "../unit.ts";
import { hostOf, peerAbove } from "./peer-of-host.ts";

const findUser = statement<{ uri: UserUri }>("remote-users.find")((db, { p }) =>
  db
    .selectFrom("user")
    .innerJoin("provider", "provider.id", "user.provider")
    .select((eb) => [
      "user.id",
      "user.name",
      "user.provider",
      "provider.peer",
      eb
        .exists(
          eb.selectFrom("account").select("account.id").whereRef("account.provider", "=", "provider.id"),
        )
        .as("ours"),
    ])
    .where("user.uri", "=", p.uri),
);
const nameProvider = statement<{ domain: ProviderDomain }>("remote-users.nameProvider")((db, { p }) =>
  db
    .insertInto("provider")
    .values({ domain: p.domain, peer: null })
    .onConflict((conflict) => conflict.column("domain").doUpdateSet({ domain: p.domain }))
    .returning("id"),
);
const addUser = statement<{ uri: UserUri; provider: ProviderId; name: string }>("remote-users.add")(
  (db, { p }) =>
    db
      .insertInto("user")
      // No platform of ours has a name for him: his URI is as good as any, and can't be another's.
      .values({ uri: p.uri, provider: p.provider, native: p.uri, name: p.name, profile_rev: -1 })
      .onConflict((conflict) => conflict.column("uri").doUpdateSet((eb) => ({ uri: eb.ref("user.uri") }))),
);
const callUser = statement<{ user: UserId; name: string }>("remote-users.call")((db, { p }) =>
  // Not a revision of his profile, which his own gateway counts.
  db.updateTable("user").set({ name: p.name }).where("id", "=", p.user),
);

/** Somebody by his URI. */
export interface KnownUser {
  readonly id: UserId;
  readonly name: string;
  readonly provider: ProviderId;
  /** Who speaks for his provider. */
  readonly peer: PeerId | null;
  /** His provider is one of this gateway's. */
  readonly ours: boolean;
}

/** Those whom one unit has met, so that a page of events of a few people costs a few look-ups. */
export type MetUsers = Map<UserUri, KnownUser>;

/** The row of a user; it is made, and so is his provider's, where he was not known. `name` null: it is not said here. */
export function* userByUri(met: MetUsers, uri: UserUri, name: string | null): Unit<KnownUser> {
  const before = met.get(uri);
  if (before && (name === null || name === before.name)) return before;
  let row = yield* first(findUser, { uri });
  if (!row) {
    const provider = (yield* only(nameProvider, { domain: authorityOf(uri) })).id;
    yield* first(addUser, { uri, provider, name: name ?? localPart(uri) });
    row = yield* only(findUser, { uri });
  }
  // Ours are called what their platform calls them.
  const renamed = name !== null && name !== row.name && !row.ours;
  if (renamed) yield* first(callUser, { user: row.id, name });
  return yield* meet(met, uri, renamed ? { ...row, name } : row);
}

/** Somebody by his URI, who need not have a row yet. */
export interface NamedUser extends Pick<KnownUser, "peer" | "ours"> {
  readonly uri: UserUri;
  readonly id: UserId | null;
  readonly provider: ProviderId | null;
}

/** What is known of a user. Nothing is written, so that whatever he says can still be refused without a trace (M144). */
export function* lookUpUser(met: MetUsers, uri: UserUri): Unit<NamedUser> {
  const before = met.get(uri);
  if (before) return { ...before, uri };
  const row = yield* first(findUser, { uri });
  if (row) return { ...(yield* meet(met, uri, row)), uri };
  const { id: provider, peer, ours } = yield* hostOf(authorityOf(uri));
  return { uri, id: null, provider, peer, ours };
}

type UserRow = Omit<KnownUser, "ours"> & { readonly ours: unknown };

/** The provider need not have been listed: it counts for the peer under whose base domain it lies (M19). */
function* meet(met: MetUsers, uri: UserUri, row: UserRow): Unit<KnownUser> {
  const ours = Boolean(row.ours);
  const peer = row.peer ?? (ours ? null : yield* peerAbove(authorityOf(uri)));
  const user = { ...row, peer, ours };
  met.set(uri, user);
  return user;
}

const localPart = (uri: UserUri): string => uri.slice(uri.lastIndexOf("/") + 1);
