/** `GET /.well-known/mtp`: who this gateway is (docs/mtp.md, Well-known). */
import { createHash } from "node:crypto";
import { limits } from "../../limits.ts";
import type { Routes } from "../serving/public-server.ts";
import { documentOf, WELL_KNOWN_PATH, type WellKnown } from "../peers/well-known.ts";

/** The route, at the root of the server. `current` is asked for each request, so that keys may change. */
export function wellKnownRoute(current: () => WellKnown): Routes {
  return (server) => {
    server.get(WELL_KNOWN_PATH, { config: { caller: "anyone" } }, (request, reply) => {
      const body = JSON.stringify(documentOf(current()));
      const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
      reply.header("etag", etag).header("cache-control", `max-age=${limits.wellKnownMaxAgeMs / 1_000}`);
      if (request.headers["if-none-match"] === etag) return reply.code(304).send();
      return reply.type("application/json").send(body);
    });
  };
}
