/**
 * The addresses at which Slack and its users reach this process. Accounts may share one: a request of Slack's is whose
 * signing secret has signed it and whose workspace it names; a link and what it leads to is whose secret stands in it.
 */
import fastify, { type FastifyInstance } from "fastify";
import { SharedListeners } from "../../core/http/shared-listeners.ts";
import type { Milliseconds } from "../../core/time.ts";
import { avatarRoute, type OpenAvatar } from "../../core/media/avatar-route.ts";
import { type EventDoor, slackEvents } from "./events-route.ts";
import { type InstallDoor, installRoutes } from "./install-routes.ts";

/** What one account takes at an address. */
export interface Door {
  readonly events: EventDoor | null;
  readonly installs: InstallDoor | null;
  /** The signing secret of an account that is to get its events here and is not connected; null: it is. */
  readonly waiting?: () => string | null;
  /** Gives the pictures that everybody may have; left out: it is asked for none. */
  readonly avatars?: OpenAvatar;
}

/** A request comes whole within this, or not at all: nobody holds a connection by sending slowly. */
const REQUEST_WITHIN_MS: Milliseconds = 15_000;
const CHECK_EVERY_MS: Milliseconds = 2_000;
const MOST_CONNECTIONS = 1_000;

export class HttpListeners extends SharedListeners<Door> {
  constructor(now: () => Milliseconds = () => Date.now(), requestWithin: Milliseconds = REQUEST_WITHIN_MS) {
    super((doors) => serve(doors, now, requestWithin));
  }
}

async function serve(
  doors: () => readonly Door[],
  now: () => Milliseconds,
  requestTimeout: Milliseconds,
): Promise<FastifyInstance> {
  const connectionsCheckingInterval = Math.min(CHECK_EVERY_MS, requestTimeout);
  const server = fastify({
    requestTimeout,
    http: { headersTimeout: requestTimeout, connectionsCheckingInterval },
  });
  server.server.maxConnections = MOST_CONNECTIONS;
  const each = <Kind extends keyof Door>(kind: Kind) => doors().flatMap((door) => door[kind] ?? []);
  const waiting = () => each("waiting").flatMap((secret) => secret() ?? []);
  await server.register(slackEvents({ doors: () => each("events"), waiting, now }));
  await server.register(installRoutes(() => each("installs")));
  avatarRoute(async (token) => (await each("avatars")[0]?.(token)) ?? null)(server);
  return server;
}
