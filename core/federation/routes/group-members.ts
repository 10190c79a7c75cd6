/** `GET G/members`: who is in a group, by page (docs/mtp.md, The snapshot). */
import { z } from "zod";
import type { UserId } from "../../ids.ts";
import { membersPage, type SnapshotMember } from "../../store/units/snapshot.ts";
import { callerOf } from "../serving/caller.ts";
import { makeMembersCursor, readMembersCursor } from "../wire/cursor.ts";
import type { Routes } from "../serving/public-server.ts";
import { queryInteger, readQuery } from "../wire/query.ts";
import { type GroupReadOptions, groupOfPath } from "./group-events.ts";
import { groupForGuest } from "./group-snapshot.ts";

/** The route. */
export function groupMembersRoute(options: Pick<GroupReadOptions, "store" | "now" | "limits">): Routes {
  const { pageEvents } = options.limits;
  const form = z.object({
    after: z.string().optional(),
    limit: queryInteger(1, pageEvents).default(pageEvents),
  });
  return (server) => {
    server.get("/groups/:authority/:id/members", async (request) => {
      const { peer } = callerOf(request);
      const uri = groupOfPath(request);
      const { after, limit } = readQuery(request, form);
      const { group, rev } = await groupForGuest(options, uri, peer);
      const last = after === undefined ? 0 : readMembersCursor(after, uri).after;
      const { members, more } = await options.store.read(
        membersPage({ group, after: last as UserId | 0, limit }),
      );
      const next = more ? members.at(-1)?.id : undefined;
      return {
        members: members.map(answerOf),
        ...(next === undefined ? {} : { next: makeMembersCursor(uri, rev, next) }),
      };
    });
  };
}

const answerOf = ({ uri, name, state, role, version }: SnapshotMember): unknown => ({
  user: uri,
  state,
  role,
  version,
  ...(name === "" ? {} : { name }),
});
