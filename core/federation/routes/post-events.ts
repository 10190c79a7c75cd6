/** `POST G/events`: submissions of a guest that can't be reached (docs/mtp.md, Posted by the guest; feature `submit.post`). */
import { z } from "zod";
import { parseGroupUri } from "../../../mappings/ids.ts";
import { GatewayError } from "../../errors.ts";
import { headFor } from "../../store/units/guests.ts";
import { placesOf } from "../../store/units/submitted.ts";
import { peerById } from "../../store/units/peers.ts";
import { callerOf } from "../serving/caller.ts";
import {
  type JudgeOptions,
  readSubmissions,
  takeSubmissions,
  verdictJson,
} from "../sharing/judge-submissions.ts";
import type { LatestValues } from "../sharing/latest-values.ts";
import { ProblemError, readAs } from "../wire/problem.ts";
import { ProofCheck, type ProofCheckOptions } from "../peers/proof-check.ts";
import type { Routes } from "../serving/public-server.ts";
import { namesIn, valueMembers } from "../wire/value-rows.ts";
import { submittedEventForm } from "../wire/wire-event.ts";

export interface PostEventsRouteOptions extends JudgeOptions {
  readonly proofs: ProofCheckOptions;
  readonly values: Pick<LatestValues, "take">;
}

const MOST_EVENTS = 100;
const AGAIN_MS = 5_000;

const form = z.object({ events: z.array(submittedEventForm).max(MOST_EVENTS), ...valueMembers });
type Posted = z.output<typeof form>;

/** The route. Each event is judged alone; verdicts are given once what was accepted is on disk. */
export function postEventsRoute(options: PostEventsRouteOptions): Routes {
  const { store } = options;
  return (server) => {
    server.post<{ Params: { authority: string; id: string } }>(
      "/groups/:authority/:id/events",
      async (request) => {
        const caller = callerOf(request);
        const { authority, id } = request.params;
        const uri = parseGroupUri(`mimi://${authority}/r/${id}`);
        const head = uri && (await store.read(headFor({ uri, peer: caller.peer })));
        const peer = await store.read(peerById(caller.peer));
        if (!head || head.left || !peer) throw new ProblemError("not_found");
        // What our own people said since the backup is not known yet: it would be judged as somebody else's, for good.
        if (head.unread) throw new ProblemError("unavailable", "", { retryAfterMs: AGAIN_MS });
        const { events, ...values } = readAs(form as z.ZodType<Posted>, request.body);
        const guest = { group: head.group, uri: head.uri, peer };
        const read = await readSubmissions(
          options,
          guest,
          events,
          namesIn(values),
          new ProofCheck(options.proofs),
        );
        if (read === null) throw new ProblemError("unavailable", "", { retryAfterMs: AGAIN_MS });
        const verdicts = await orNotFound(
          takeSubmissions(options, guest, read, { fence: null, verdicts: "answered", pulled: null }),
        );
        await options.values.take(caller.peer, head.group, values);
        const ids = events.map((event) => event.id);
        const places = await store.read(placesOf({ group: head.group, ids }));
        return {
          verdicts: verdicts.map((verdict) => verdictJson(verdict, places.get(verdict.id) ?? null)),
        };
      },
    );
  };
}

/** The group ended for the caller in this moment. */
async function orNotFound<T>(taken: Promise<T>): Promise<T> {
  try {
    return await taken;
  } catch (thrown) {
    if (thrown instanceof GatewayError && thrown.code === "group_unknown")
      throw new ProblemError("not_found");
    throw thrown;
  }
}
