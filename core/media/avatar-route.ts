/**
 * `GET` and `HEAD avatar/NAME`: pictures of users for platforms that fetch them by themselves. Everybody may ask; whoever was
 * not told a name finds nothing.
 */
import type { FastifyInstance } from "fastify";
import type { Avatar } from "./picture-type.ts";
import { AVATAR_PATH, parseAvatarToken } from "./avatar-addresses.ts";
import type { AvatarToken } from "../ids.ts";

export type OpenAvatar = (token: AvatarToken) => Promise<Avatar | null>;

const CACHING = "public, max-age=604800, immutable";
/** Wherever somebody opens a picture, nothing in it runs. */
const HARMLESS = {
  "x-content-type-options": "nosniff",
  "content-security-policy": "default-src 'none'; sandbox",
  "cross-origin-resource-policy": "cross-origin",
};

/** The route, on whichever server has a public address. */
export function avatarRoute(open: OpenAvatar): (server: FastifyInstance) => void {
  return (server) => {
    server.route<{ Params: { name: string } }>({
      method: ["GET", "HEAD"],
      url: `${AVATAR_PATH}:name`,
      exposeHeadRoute: false,
      config: { caller: "anyone" },
      handler: async (request, reply) => {
        const token = parseAvatarToken(request.params.name);
        const avatar = token === null ? null : await open(token);
        if (token === null || avatar === null)
          return reply.code(404).header("cache-control", "no-store").send();
        const etag = `"${token}"`;
        reply.headers({ ...HARMLESS, etag, "cache-control": CACHING });
        const known = (request.headers["if-none-match"] ?? "").split(",").map((one) => one.trim());
        if (known.some((one) => one === "*" || one === etag || one === `W/${etag}`))
          return reply.code(304).send();
        reply.headers({ "content-type": avatar.type, "content-length": String(avatar.bytes.length) });
        return request.method === "HEAD" ? reply.send() : reply.send(avatar.bytes);
      },
    });
  };
}
