/** `GET connections` and `DELETE connections/ID`: what there is between caller and server, and its end. */
import type { GroupUri } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import { GatewayError } from "../../errors.ts";
import type { ConnectionId, PeerId } from "../../ids.ts";
import type { Store } from "../../store/store.ts";
import { type ConnectionChange, type ConnectionRow, listConnections } from "../../store/units/connections.ts";
import { headFor } from "../../store/units/guests.ts";
import { callerOf } from "../serving/caller.ts";
import { ProblemError } from "../wire/problem.ts";
import type { Routes } from "../serving/public-server.ts";

/** The cursor of a place in a group of ours: what is behind `seq` comes next. */
export type CursorOf = (place: {
  readonly uri: GroupUri;
  readonly rev: number;
  readonly seq: number;
}) => string;

export interface ConnectionRoutesOptions {
  readonly store: Store;
  readonly cursorOf: CursorOf;
  readonly now: () => Milliseconds;
  /** Told after the commit. */
  readonly changed: (change: ConnectionChange) => void;
}

/** How long a connection that has ended is still shown. */
const SHOWN_MS: Milliseconds = 31 * 86_400_000;
const CONNECTION_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** The id, or null where the text can't be one. */
export function parseConnectionId(text: string): ConnectionId | null {
  return CONNECTION_ID.test(text) ? (text as ConnectionId) : null;
}

/** The routes. Ids that are none between the two are `not_found`, whoever's they are. */
export function connectionRoutes(options: ConnectionRoutesOptions): Routes {
  const { store, now, changed } = options;
  return (server) => {
    const config = { caller: "acquaintance" } as const;
    server.get("/connections", { config }, async (request) => {
      const { peer } = callerOf(request);
      const rows = await store.read(listConnections(peer));
      const shown = rows.filter(({ endedAt }) => endedAt === null || endedAt > now() - SHOWN_MS);
      return { connections: await Promise.all(shown.map((row) => wireForm(options, peer, row))) };
    });
    server.delete<{ Params: { id: string } }>("/connections/:id", { config }, async (request, reply) => {
      const { peer, as } = callerOf(request);
      const id = parseConnectionId(request.params.id);
      if (id === null) throw new ProblemError("not_found");
      try {
        changed(await store.write("endConnection", { id, peer, at: now(), actor: as }));
      } catch (thrown) {
        if (thrown instanceof GatewayError && thrown.code === "connection_unknown")
          throw new ProblemError("not_found");
        throw thrown;
      }
      return reply.code(204).send();
    });
  };
}

async function wireForm(
  { store, cursorOf, now }: ConnectionRoutesOptions,
  peer: PeerId,
  row: ConnectionRow,
): Promise<unknown> {
  const { id, scope, provider, group: uri, role, createdAt, expires } = row;
  const state = expires !== null && expires <= now() ? "ended" : row.state;
  const active = uri !== null && state === "active";
  const guest = active ? await store.read(headFor({ uri, peer })) : undefined;
  return {
    connection: id,
    scope,
    state,
    provider,
    ...(uri === null ? {} : { group: uri, role: Number(role) }),
    ...(uri === null || !guest ? {} : placeOf(cursorOf, uri, { seq: guest.visibleFrom - 1, rev: guest.rev })),
    created: createdAt,
    ...(expires === null ? {} : { expires }),
  };
}

/** Where reading begins, as the wire has it. */
export function placeOf(
  cursorOf: CursorOf,
  uri: GroupUri,
  { seq, rev }: { readonly seq: number; readonly rev: number },
): { readonly cursor: string; readonly seq: number; readonly rev: number } {
  return { cursor: cursorOf({ uri, rev, seq }), seq, rev };
}
