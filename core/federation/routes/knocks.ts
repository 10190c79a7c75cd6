/** `POST G/knocks`: a user of the caller's asks to be let in to a group (docs/mtp.md, Knocks). */
import { authorityOf } from "../../../mappings/ids.ts";
import { z } from "zod";
import type { Milliseconds } from "../../time.ts";
import { limits } from "../../limits.ts";
import type { Store } from "../../store/store.ts";
import { callerOf } from "../serving/caller.ts";
import { userField } from "../wire/invitation-form.ts";
import { ProblemError, readAs } from "../wire/problem.ts";
import type { Routes } from "../serving/public-server.ts";
import { groupOfPath } from "./group-events.ts";

export interface KnocksRouteOptions {
  readonly store: Store;
  readonly now: () => Milliseconds;
}

/** In characters. */
export const LONGEST_REASON = 512;

const form = z.object({ user: userField, reason: z.string().max(LONGEST_REASON).default("") });

/** The route. One answer to all that is well-formed, whether there is such a group or not (M113). */
export function knocksRoute({ store, now }: KnocksRouteOptions): Routes {
  return (server) => {
    server.post("/groups/:authority/:id/knocks", { bodyLimit: limits.askBytes }, async (request, reply) => {
      const { peer, as } = callerOf(request);
      const group = groupOfPath(request);
      const { user, reason } = readAs(form as z.ZodType<z.output<typeof form>>, request.body);
      if (authorityOf(user) !== as)
        throw new ProblemError("malformed", "user: is of another provider than the caller");
      const rate = { every: limits.knockEveryMs, most: limits.askedKept };
      await store.write("noteKnock", { group, user, reason, peer, ...rate, now: now() });
      return reply.code(202).send({});
    });
  };
}
