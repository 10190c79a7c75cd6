/** Every resource below the endpoint, each from a file of its own. */
import type { FederationParts } from "../federation-parts.ts";
import type { Exchanger } from "../peers/exchange.ts";
import type { HeldRequests } from "../serving/held-requests.ts";
import type { LatestValues } from "../sharing/latest-values.ts";
import { avatarRoute } from "../../media/avatar-route.ts";
import type { KeptFiles } from "../../media/kept-files.ts";
import type { ConnectionChange } from "../../store/units/connections.ts";
import type { HistoryPolicy } from "../../store/units/guests.ts";
import { syncLane } from "../../lanes/lane-key.ts";
import { makeCursor } from "../wire/cursor.ts";
import type { News } from "../news.ts";
import { mediaOpener } from "../serving/open-media.ts";
import type { Routes } from "../serving/public-server.ts";
import type { RecentWellKnowns } from "../peers/recent-well-knowns.ts";
import { SlowDown } from "../serving/slow-down.ts";
import { strangerKeys } from "../peers/stranger-keys.ts";
import type { SyncOptions } from "../sharing/sync-options.ts";
import { UnreachableInvitations } from "../sharing/unreachable-invitations.ts";
import { connectionRoutes } from "./connections.ts";
import { groupEventsRoute } from "./group-events.ts";
import { groupMembersRoute } from "./group-members.ts";
import { groupSnapshotRoute } from "./group-snapshot.ts";
import { hintRoute } from "./hint.ts";
import { invitationsRoute } from "./invitations.ts";
import { knocksRoute } from "./knocks.ts";
import { mediaRoute } from "./media.ts";
import { postEventsRoute } from "./post-events.ts";
import { putMediaRoute } from "./put-media.ts";
import { redeemRoute } from "./redeem.ts";
import { submissionsRoute } from "./submissions.ts";
import { syncRoute } from "./sync.ts";

export interface AllRoutesOptions extends FederationParts {
  readonly sync: SyncOptions;
  readonly news: News;
  readonly held: HeldRequests;
  readonly values: LatestValues;
  readonly exchanger: Exchanger;
  readonly wellKnowns: RecentWellKnowns;
  readonly files: KeptFiles;
  /** How much new guests see of what was said before them. */
  readonly history: HistoryPolicy;
  readonly changed: (change: ConnectionChange) => void;
}

/** How long events are kept in groups that say nothing of it. */
const RETENTION_DAYS = 30;

export function allRoutes(options: AllRoutesOptions): readonly Routes[] {
  const { config, store, runner, news, held, values, now, log, wellKnowns, exchanger, files, sync } = options;
  const { base, federation, limits, media } = config;
  const { endpoint, confirm } = federation;
  const { changed, history } = options;
  const cursorOf = makeCursor;
  const slowDown = new SlowDown(limits, now);
  const reading = { store, news, held, limits, now, base };
  return [
    redeemRoute({
      store,
      base,
      endpoint,
      wellKnowns,
      exchanger,
      cursorOf,
      history,
      confirm,
      now,
      log,
      changed,
    }),
    connectionRoutes({ store, cursorOf, now, changed }),
    groupEventsRoute(reading),
    syncRoute({ ...reading, slowDown, values, invitations: new UnreachableInvitations(store, now) }),
    groupSnapshotRoute({ store, now, retentionDays: RETENTION_DAYS }),
    groupMembersRoute({ store, now, limits }),
    submissionsRoute({ ...sync, news, held, slowDown, values, log }),
    postEventsRoute(sync),
    mediaRoute({
      store,
      open: mediaOpener({
        media,
        access: (source, account) => options.media.files.ofAccount(source, account),
        picture: options.media.files.pictureOf,
        pathOf: (id) => files.pathOf(id),
      }),
      strangerKey: strangerKeys(store, wellKnowns),
      log,
    }),
    putMediaRoute({ store, files, endpoint, now }),
    avatarRoute((token) => options.media.cache.open(token)),
    // Run as if somebody had poked it: that ends its backoff, too.
    invitationsRoute({ store, now }),
    knocksRoute({ store, now }),
    hintRoute({ now, hinted: (peer) => void runner.run(syncLane(peer)) }),
  ];
}
