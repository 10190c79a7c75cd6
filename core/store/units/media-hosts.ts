/** Gateways that may have files of a group: those whose providers are in it. */
import type { GroupUri, ProviderDomain } from "../../../mappings/ids.ts";
import { statement } from "../statement.ts";
import { all, type Unit } from "../unit.ts";

const providers = statement<{ group: GroupUri }>("media-hosts.providers")((db, { p, sql }) =>
  db
    .selectFrom("grp")
    .innerJoin("member", "member.grp", "grp.id")
    .innerJoin("user", "user.id", "member.user_id")
    .innerJoin("provider", "provider.id", "user.provider")
    .leftJoin("peer", "peer.id", "provider.peer")
    .select(["provider.domain", "peer.endpoint", "peer.base", "peer.state"])
    .where("grp.uri", "=", p.group)
    .where("member.state", "=", "joined")
    .where("user.uri", "=", sql<never>`'mimi://' || ${sql.ref("provider.domain")}`)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb.selectFrom("account").select("account.id").whereRef("account.provider", "=", "provider.id"),
        ),
      ),
    )
    .orderBy("provider.domain"),
);
const owners = statement<{ group: GroupUri }>("media-hosts.owners")((db, { p }) =>
  db
    .selectFrom("grp")
    .innerJoin("following", "following.grp", "grp.id")
    .innerJoin("peer", "peer.id", "following.peer")
    .select(["peer.endpoint", "peer.base", "peer.state"])
    .where("grp.uri", "=", p.group),
);
const guests = statement<{ group: GroupUri }>("media-hosts.guests")((db, { p }) =>
  db
    .selectFrom("grp")
    .innerJoin("guest", "guest.grp", "grp.id")
    .innerJoin("peer", "peer.id", "guest.peer")
    .select(["peer.endpoint", "peer.base", "peer.state"])
    .where("grp.uri", "=", p.group)
    .where("guest.left_seq", "is", null),
);

export interface MediaHosts {
  /** Peers that are in the group, or own it. */
  readonly peers: readonly {
    readonly endpoint: string;
    readonly base: ProviderDomain;
  }[];
  /** Providers in the group that no peer of ours speaks for. */
  readonly unknown: readonly ProviderDomain[];
}

/** Who may have files of a group, but for the blocked and ourselves. */
export function* mediaHosts(group: GroupUri): Unit<MediaHosts> {
  const inIt = yield* all(providers, { group });
  const known = inIt.flatMap(({ endpoint, base, state }) =>
    endpoint === null || base === null || state === null ? [] : [{ endpoint, base, state }],
  );
  const rows = [...known, ...(yield* all(owners, { group })), ...(yield* all(guests, { group }))];
  return {
    peers: rows.filter(({ state }) => state !== "blocked").map(({ endpoint, base }) => ({ endpoint, base })),
    unknown: inIt.flatMap(({ domain, endpoint }) => (endpoint === null ? [domain] : [])),
  };
}
