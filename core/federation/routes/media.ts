/** `GET` and `HEAD media/ID`: files of groups, for the gateways that are in them (docs/mtp.md, Media). */
import { createHash } from "node:crypto";
import { finished } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { ProviderDomain } from "../../../mappings/ids.ts";
import { parseMediaId } from "../../groups/served-files.ts";
import type { MediaId } from "../../ids.ts";
import { limits } from "../../limits.ts";
import type { Logger } from "../../log.ts";
import type { Store } from "../../store/store.ts";
import { mediaFor, type ServedMedia } from "../../store/units/media.ts";
import { parseByteRange } from "../wire/byte-range.ts";
import { visitorOf } from "../serving/caller.ts";
import type { MediaOpener } from "../serving/open-media.ts";
import { ProblemError } from "../wire/problem.ts";
import type { Routes } from "../serving/public-server.ts";
import type { FindStrangerKey } from "../peers/stranger-keys.ts";

export interface MediaRouteOptions {
  readonly store: Store;
  readonly open: MediaOpener;
  readonly strangerKey: FindStrangerKey;
  readonly log: Logger;
}

const COME_AGAIN_MS = 1_000;
const CACHING = "private, max-age=86400";

/** The route. Whoever may have a file is looked at for every request, before anything is said of it. */
export function mediaRoute(options: MediaRouteOptions): Routes {
  const { store, open, strangerKey, log } = options;
  const underWay = new Map<ProviderDomain, number>();
  return (server) => {
    server.route<{ Params: { id: string } }>({
      method: ["GET", "HEAD"],
      url: "/media/:id",
      config: { caller: "member", strangerKey },
      handler: async (request, reply) => {
        const file = await permitted(store, request, request.params.id);
        const etag = etagOf(file.id);
        const always = { etag, "cache-control": CACHING };
        if (isKnown(request.headers["if-none-match"], etag)) return reply.code(304).headers(always).send();
        const done = begin(underWay, visitorOf(request).as);
        finished(reply.raw, done);
        const asked = request.headers["if-range"] ?? etag;
        const range = asked === etag ? parseByteRange(request.headers.range) : null;
        const opened = await opening(open(file, range), reply, log);
        const { body, size, type } = opened;
        reply.headers({
          ...always,
          "content-type": type,
          "accept-ranges": "bytes",
          "x-content-type-options": "nosniff",
          "content-disposition": "attachment",
          ...(size === null ? {} : { "content-length": String(size) }),
          ...(opened.range === null ? {} : { "content-range": opened.range }),
        });
        reply.code(opened.range === null ? 200 : 206);
        if (request.method === "GET") return reply.send(body);
        body.destroy();
        return reply.send();
      },
    });
  };
}

async function permitted(store: Store, request: FastifyRequest, text: string): Promise<ServedMedia> {
  const id = parseMediaId(text);
  const file = id === null ? undefined : await store.read(mediaFor({ ...visitorOf(request), id }));
  if (file === undefined) throw new ProblemError("not_found");
  return file;
}

/** Counts the files that a gateway is given at one time. Throws ProblemError rate_limited beyond its number. */
function begin(underWay: Map<ProviderDomain, number>, as: ProviderDomain): () => void {
  const before = underWay.get(as) ?? 0;
  if (before >= limits.mediaAtOnce)
    throw new ProblemError("rate_limited", "", { retryAfterMs: COME_AGAIN_MS });
  underWay.set(as, before + 1);
  return () => {
    const left = (underWay.get(as) ?? 1) - 1;
    if (left === 0) underWay.delete(as);
    else underWay.set(as, left);
  };
}

/** A caller that went away while the platform was asked needs nothing any more. */
async function opening<T extends { readonly body: { destroy(): unknown } }>(
  opened: Promise<T>,
  reply: FastifyReply,
  log: Logger,
): Promise<T> {
  try {
    const file = await opened;
    if (reply.raw.destroyed) file.body.destroy();
    return file;
  } catch (thrown) {
    if (thrown instanceof ProblemError)
      log.warn({ err: thrown.cause ?? thrown }, "a file can't be given to a gateway");
    throw thrown;
  }
}

/** What stands under an id never changes, so that the id is all that there is to compare. */
const etagOf = (id: MediaId): string =>
  `"${createHash("sha256").update(id).digest("base64url").slice(0, 16)}"`;

const isKnown = (header: string | undefined, etag: string): boolean =>
  (header ?? "").split(",").some((one) => ["*", etag, `W/${etag}`].includes(one.trim()));
