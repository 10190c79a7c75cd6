/** `POST hint`: the other side is back, or has something new (docs/mtp.md, Hint). */
import { z } from "zod";
import type { Milliseconds } from "../../time.ts";
import type { PeerId } from "../../ids.ts";
import { limits } from "../../limits.ts";
import { callerOf } from "../serving/caller.ts";
import { HINT_EVERY, MOST_HINTED } from "../peers/hints.ts";
import { readAs } from "../wire/problem.ts";
import type { Routes } from "../serving/public-server.ts";
import { groupField, noneTwice } from "../wire/subscriptions.ts";

export interface HintRouteOptions {
  readonly now: () => Milliseconds;
  /** The peer is to be asked at once, as if its backoff had not begun. */
  readonly hinted: (peer: PeerId) => void;
}

const form = z.discriminatedUnion("reason", [
  z.object({ reason: z.literal("back") }),
  z.object({
    reason: z.literal("new"),
    groups: z
      .array(groupField)
      .min(1)
      .max(MOST_HINTED)
      .refine((groups) => noneTwice(groups.map((group) => ({ group }))), { error: "has a group twice" }),
  }),
]);

/** The route. Nothing is believed: a hint ends a wait, and more than one in ten seconds end none. */
export function hintRoute({ now, hinted }: HintRouteOptions): Routes {
  const last = new Map<PeerId, Milliseconds>();
  return (server) => {
    server.post("/hint", { bodyLimit: limits.hintBytes }, (request, reply) => {
      const { peer } = callerOf(request);
      readAs(form as z.ZodType, request.body);
      const before = last.get(peer);
      if (before === undefined || now() - before >= HINT_EVERY) {
        last.set(peer, now());
        hinted(peer);
      }
      return reply.code(202).send({});
    });
  };
}
