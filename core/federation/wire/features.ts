/** What this gateway offers beyond what every gateway must (docs/mtp.md, Mandatory, and features). */
import type { Limits } from "../../limits.ts";

/** Takes what guests post who can't be reached. */
export const POST_FEATURE = "submit.post";
/** Nothing is to be asked of it: it pulls and posts only. */
export const UNREACHABLE_FEATURE = "unreachable";

export function featuresOf(unreachable: boolean): readonly string[] {
  return [unreachable ? UNREACHABLE_FEATURE : POST_FEATURE, "markers", "typing"];
}

/** The limits by their names in the well-known. */
export function announcedLimits(limits: Limits): Readonly<Record<string, number>> {
  return {
    event_bytes: limits.eventBytes,
    page_events: limits.pageEvents,
    page_bytes: limits.pageBytes,
    request_bytes: limits.peerRequestBytes,
    subscriptions: limits.subscriptions,
    wait_seconds: Math.floor(limits.holdMs / 1_000),
    held: limits.peerHeld,
    requests_per_second: limits.peerPerSecond,
    requests_burst: limits.peerBurst,
    media_bytes: limits.mediaBytes,
  };
}
