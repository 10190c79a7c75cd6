/** `PUT G/media/ID`: a guest that can't be reached leaves a file with the owner (docs/mtp.md, Media). */
import type { Readable } from "node:stream";
import { parseGroupUri } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import { GatewayError } from "../../errors.ts";
import { MEDIA_PATH, parseMediaId } from "../../groups/served-files.ts";
import type { GroupId, PeerId } from "../../ids.ts";
import { limits } from "../../limits.ts";
import type { KeptFiles, ReceivedFile } from "../../media/kept-files.ts";
import type { Store } from "../../store/store.ts";
import { headFor } from "../../store/units/guests.ts";
import { unnamedOctets } from "../../store/units/kept-media.ts";
import { callerOf } from "../serving/caller.ts";
import { checkSha256 } from "../wire/content-digest.ts";
import { ProblemError } from "../wire/problem.ts";
import type { Routes } from "../serving/public-server.ts";

export interface PutMediaOptions {
  readonly store: Store;
  readonly files: KeptFiles;
  /** Our own public endpoint. */
  readonly endpoint: string;
  readonly now: () => Milliseconds;
}

interface Params {
  readonly authority: string;
  readonly group: string;
  readonly id: string;
}

const FULL_FOR_MS = 3_600_000;

/** The route. Nothing of a file is kept unless all of it came with the digest that its head announced. */
export function putMediaRoute(options: PutMediaOptions): Routes {
  const { store, files, endpoint, now } = options;
  return (server) => {
    void server.register((scope, _none, done) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser("*", (_request, body, parsed) => parsed(null, body));
      scope.put<{ Params: Params; Body: Readable | undefined }>(
        "/groups/:authority/:group/media/:id",
        { bodyLimit: limits.mediaBytes, config: { bodyMs: limits.mediaMs } },
        async (request, reply) => {
          const { peer } = callerOf(request);
          const id = parseMediaId(request.params.id);
          const group = await groupOf(store, peer, request.params);
          if (id === null || group === null) throw new ProblemError("not_found");
          const { headers, body } = request;
          if (headers["content-encoding"] !== undefined) throw new ProblemError("media_type");
          if (body === undefined) throw new ProblemError("malformed", "a file has octets");
          if (Number(headers["content-length"] ?? 0) > limits.mediaBytes) throw new ProblemError("too_large");
          if ((await store.read(unnamedOctets(peer))) >= limits.unnamedMediaBytes)
            throw new ProblemError("rate_limited", "too many files no event names", {
              retryAfterMs: FULL_FOR_MS,
            });
          const file = await received(files.receive(body, limits.mediaBytes));
          try {
            const digest = headers["content-digest"];
            checkSha256(typeof digest === "string" ? digest : undefined, file.sha256);
            const kept = await store.write("keepMedia", {
              id,
              group,
              peer,
              digest: file.sha256.toString("base64url"),
              type: headers["content-type"] ?? "",
              size: file.size,
              at: now(),
            });
            if (kept === "conflict") throw new ProblemError("id_conflict");
            await file.keep(id);
            return await reply.code(kept === "new" ? 201 : 200).send({ url: endpoint + MEDIA_PATH + id });
          } finally {
            await file.drop();
          }
        },
      );
      done();
    });
  };
}

/** The group, where the peer is its guest now. */
async function groupOf(store: Store, peer: PeerId, { authority, group }: Params): Promise<GroupId | null> {
  const uri = parseGroupUri(`mimi://${authority}/r/${group}`);
  const guest = uri && (await store.read(headFor({ uri, peer })));
  return guest && !guest.left && !guest.closed ? guest.group : null;
}

async function received(file: Promise<ReceivedFile>): Promise<ReceivedFile> {
  try {
    return await file;
  } catch (thrown) {
    if (thrown instanceof GatewayError && thrown.code === "media_refused")
      throw new ProblemError("too_large");
    throw thrown;
  }
}
