/** `POST invitations`: somebody here is wanted in a group of the caller's (docs/mtp.md, Invitations). */
import type { Milliseconds } from "../../time.ts";
import { limits } from "../../limits.ts";
import type { Store } from "../../store/store.ts";
import { callerOf } from "../serving/caller.ts";
import { invitationForm } from "../wire/invitation-form.ts";
import { readAs } from "../wire/problem.ts";
import type { Routes } from "../serving/public-server.ts";

export interface InvitationsRouteOptions {
  readonly store: Store;
  readonly now: () => Milliseconds;
}

/** The route. One answer to all that is well-formed, so that it tells nothing of who is here (M109). */
export function invitationsRoute({ store, now }: InvitationsRouteOptions): Routes {
  return (server) => {
    server.post("/invitations", { bodyLimit: limits.askBytes }, async (request, reply) => {
      const { peer } = callerOf(request);
      const at = now();
      const invitation = readAs(invitationForm(at), request.body);
      await store.write("noteInvitation", { ...invitation, peer, most: limits.askedKept, now: at });
      return reply.code(202).send({});
    });
  };
}
