/** `GET G/events`: the log of one group, by long poll (docs/mtp.md, Reading one group). */
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { type GroupUri, parseGroupUri, type ProviderDomain } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import type { Limits } from "../../limits.ts";
import type { Store } from "../../store/store.ts";
import { type GroupPage, readGroups } from "../../store/units/guest-reads.ts";
import { callerOf } from "../serving/caller.ts";
import { makeCursor, readCursor } from "../wire/cursor.ts";
import type { HeldRequests } from "../serving/held-requests.ts";
import { holdFor } from "../serving/hold.ts";
import { groupTopic, type News } from "../news.ts";
import { ProblemError } from "../wire/problem.ts";
import type { Routes } from "../serving/public-server.ts";
import { queryInteger, readQuery } from "../wire/query.ts";
import { logEventJson } from "../wire/wire-event.ts";

export interface GroupReadOptions {
  readonly store: Store;
  readonly news: News;
  readonly held: HeldRequests;
  readonly limits: Pick<Limits, "holdMs" | "pageEvents" | "pageBytes">;
  readonly now: () => Milliseconds;
  /** Our own base domain. */
  readonly base: ProviderDomain;
}

/** The group that a path names. Throws ProblemError not_found where it names none. */
export function groupOfPath(request: FastifyRequest): GroupUri {
  const { authority, id } = request.params as { readonly authority: string; readonly id: string };
  const uri = parseGroupUri(`mimi://${authority}/r/${id}`);
  if (uri === null) throw new ProblemError("not_found");
  return uri;
}

/** The route. Groups of which the caller is no guest are `not_found`, whether there are such groups or not. */
export function groupEventsRoute(options: GroupReadOptions): Routes {
  const { limits, base } = options;
  const form = z.object({
    after: z.string().optional(),
    wait: queryInteger(0, limits.holdMs / 1_000).default(0),
    limit: queryInteger(1, limits.pageEvents).default(limits.pageEvents),
  });
  return (server) => {
    server.get("/groups/:authority/:id/events", { config: { caller: "guest" } }, async (request, reply) => {
      const { peer } = callerOf(request);
      const uri = groupOfPath(request);
      const { after, wait, limit } = readQuery(request, form);
      const read = async (): Promise<GroupPage> => {
        const { store, now } = options;
        const place = after === undefined ? null : readCursor(after, uri);
        const groups = [{ uri, place }];
        const bytes = limits.pageBytes;
        const [page] = await store.read(readGroups({ peer, groups, limit, bytes, now: now() }));
        if (page === undefined || "refused" in page) throw new ProblemError(page?.refused ?? "not_found");
        return page;
      };
      const first = await read();
      if (first.events.length > 0 || wait === 0) return answerOf(first, base);
      const found = await holdFor({
        news: options.news,
        held: options.held,
        peer,
        response: reply.raw,
        topics: [groupTopic(first.group)],
        waitMs: wait * 1_000,
        look: async () => {
          const page = await read();
          return page.events.length > 0 ? page : null;
        },
      });
      return answerOf(found ?? first, base);
    });
  };
}

const answerOf = ({ uri, rev, seq, events, head, more }: GroupPage, base: ProviderDomain): unknown => ({
  events: events.map((event) => logEventJson(event, base)),
  cursor: makeCursor({ uri, rev, seq }),
  head,
  more,
});
