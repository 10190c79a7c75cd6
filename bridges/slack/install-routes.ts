/** The pages by which somebody installs the app. Whatever else is asked for under these paths has one and the same answer. */
import type { FastifyPluginCallback, FastifyReply } from "fastify";
import { asGatewayError } from "../../core/errors.ts";
import type { Logger } from "../../core/log.ts";

export const INSTALL_PATH = "/slack/install";
export const CALLBACK_PATH = "/slack/oauth";

const COOKIE = "mimi_install";
const NOTHING =
  "There is nothing here, or nothing any more. A new link comes from whoever runs the gateway: mimi-gateway slack install";
const HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "content-type": "text/html; charset=utf-8",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
} as const;

/** Somebody who comes back from Slack. */
export interface InstallVisit {
  readonly query: unknown;
  /** What his browser was given when he left; empty: nothing. */
  readonly cookie: string;
}

/** What somebody who came with the right link is shown, or where he is sent. */
export type InstallReply =
  | { readonly kind: "redirect"; readonly to: string; readonly cookie: string }
  | { readonly kind: "page"; readonly status: 200 | 403 | 502; readonly text: string };

/** One account that can be installed. null: what was asked is none of its business. */
export interface InstallDoor {
  readonly secure: boolean;
  readonly log: Logger;
  open(secret: string): Promise<InstallReply | null>;
  back(visit: InstallVisit): Promise<InstallReply | null>;
}

/** `doors`: of the accounts at this address, which is asked at each request. */
export function installRoutes(doors: () => readonly InstallDoor[]): FastifyPluginCallback {
  return (scope, _options, done) => {
    // Looking at a link's head must not use it up.
    const options = { exposeHeadRoute: false };
    scope.get<{ Params: { secret: string } }>(`${INSTALL_PATH}/:secret`, options, async (request, reply) =>
      answer(reply, doors(), (door) => door.open(request.params.secret)),
    );
    scope.get(CALLBACK_PATH, options, async (request, reply) => {
      const visit = { query: request.query, cookie: cookieOf(request.headers.cookie ?? "") };
      return answer(reply, doors(), (door) => door.back(visit));
    });
    scope.setNotFoundHandler((_request, reply) => show(reply, 404, NOTHING));
    done();
  };
}

async function answer(
  reply: FastifyReply,
  doors: readonly InstallDoor[],
  ask: (door: InstallDoor) => Promise<InstallReply | null>,
): Promise<FastifyReply> {
  for (const door of doors) {
    try {
      const found = await ask(door);
      if (found?.kind === "page") return await show(reply, found.status, found.text);
      if (found) return await leave(reply, found, door.secure);
    } catch (thrown) {
      door.log.error({ err: asGatewayError(thrown) }, "a visit that was to install the app failed");
    }
  }
  return show(reply, 404, NOTHING);
}

/** The cookie ties what Slack sends back to the browser that has opened the link. */
function leave(
  reply: FastifyReply,
  { to, cookie }: { readonly to: string; readonly cookie: string },
  secure: boolean,
): FastifyReply {
  const rules = `Path=${CALLBACK_PATH}; Max-Age=600; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
  return reply.headers(HEADERS).header("set-cookie", `${COOKIE}=${cookie}; ${rules}`).redirect(to, 302);
}

function show(reply: FastifyReply, status: number, text: string): FastifyReply {
  const body = `<!doctype html><meta charset="utf-8"><title>mimi-gateway</title><p>${escaped(text)}</p>\n`;
  return reply.code(status).headers(HEADERS).send(body);
}

function cookieOf(header: string): string {
  for (const pair of header.split(";")) {
    const [name, value = ""] = pair.trim().split("=", 2);
    if (name === COOKIE) return value;
  }
  return "";
}

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (one) => ESCAPES[one] ?? one);
