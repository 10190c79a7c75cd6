/**
 * What a homeserver asks of the gateway (application service API of the Matrix specification, sections 2.3 and 2.4): it hands
 * over what happens in rooms, in order, and repeats a transaction until it is answered with 200, for ever and before all that
 * comes later. So 200 means that the transaction is written, and nothing in it that can't be read is a reason for another answer.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyPluginCallback,
  type FastifyReply,
  type FastifyRequest,
} from "fastify";
import { z } from "zod";
import { GatewayError } from "../../core/errors.ts";
import { SharedListeners } from "../../core/http/shared-listeners.ts";
import type { Logger } from "../../core/log.ts";
import { readTransaction, type Transaction } from "./transaction.ts";

/** Synapse puts up to 100 events of 64 KiB into one, and as many ephemeral ones. */
const LARGEST_BODY = 32 * 1024 * 1024;
/** Users' ids and aliases of 255 octets, each of them escaped. */
const LONGEST_PARAMETER = 1024;
const PREFIX = "/_matrix/app/v1";
const queryForm = z.object({ access_token: z.string() });

/** An account that a homeserver's requests may be for. */
export interface AppServiceDoor {
  readonly hsToken: string;
  /** Resolves when all of it is written; until then the homeserver waits. Rejects: it comes again, the same. */
  readonly deliver: (transaction: Transaction) => Promise<void>;
  /** Whether there is to be such a user; before that is said he is made. */
  readonly user: (id: string) => Promise<boolean>;
  /** Whether there is to be a room of that address; before that is said it is made. */
  readonly room: (alias: string) => Promise<boolean>;
  readonly log: Logger;
}

declare module "fastify" {
  interface FastifyRequest {
    /** Set by the application service's own hook before anything else is done. */
    matrixDoor: AppServiceDoor | null;
  }
}

/** Addresses at which homeservers reach this process. */
export class AppServiceListeners extends SharedListeners<AppServiceDoor> {
  /** `trial`: what homeservers hand over is refused, so that it comes again to whoever serves the accounts. */
  constructor(trial = false) {
    super(trial ? (doors) => appServiceServer(() => doors().map(closed)) : appServiceServer);
  }
}

const refused = (): Promise<never> =>
  Promise.reject(new GatewayError("account_down", "the account is only tried"));

const closed = (door: AppServiceDoor): AppServiceDoor => ({
  ...door,
  deliver: refused,
  user: refused,
  room: refused,
});

/** A server with the routes, that does not listen yet. `doors` is asked at each request. */
export async function appServiceServer(doors: () => readonly AppServiceDoor[]): Promise<FastifyInstance> {
  const server = fastify({ routerOptions: { maxParamLength: LONGEST_PARAMETER } });
  await server.register(appService(doors));
  return server;
}

/** The routes, with parsers, hooks and refusals of their own that no other route sees. */
function appService(doors: () => readonly AppServiceDoor[]): FastifyPluginCallback {
  return (scope, _options, done) => {
    scope.decorateRequest("matrixDoor", null);
    scope.removeAllContentTypeParsers();
    // fastify's own refuses keys that JSON allows, and with them all that the homeserver has to say from then on.
    scope.addContentTypeParser(
      "*",
      { parseAs: "string", bodyLimit: LARGEST_BODY },
      (_request, body, parsed) => {
        parsed(null, body);
      },
    );
    scope.setNotFoundHandler((_request, reply) =>
      refuse(reply, 404, "M_UNRECOGNIZED", "there is no such thing"),
    );
    scope.setErrorHandler((error: FastifyError, request, reply) => {
      const status = error.statusCode ?? 500;
      request.matrixDoor?.log.error({ err: error, status }, "a request of the homeserver can't be taken");
      return refuse(reply, status, status === 413 ? "M_TOO_LARGE" : "M_UNKNOWN", "not taken");
    });
    void scope.register(routes(doors), { prefix: PREFIX });
    done();
  };
}

function routes(doors: () => readonly AppServiceDoor[]): FastifyPluginCallback {
  return (scope, _options, done) => {
    // Before a body is read: of strangers nothing is.
    scope.addHook("onRequest", async (request, reply) => {
      const given = digest(tokenOf(request) ?? "");
      request.matrixDoor = doors().find(({ hsToken }) => timingSafeEqual(digest(hsToken), given)) ?? null;
      if (!request.matrixDoor) return refuse(reply, 403, "M_FORBIDDEN", "that is not the hs_token");
      return undefined;
    });
    scope.put<{ Params: { id: string } }>(
      "/transactions/:id",
      { bodyLimit: LARGEST_BODY },
      async (request, reply) => {
        const { matrixDoor: door, body, params } = request;
        const transaction = readTransaction(params.id, typeof body === "string" ? body : "");
        if (!transaction) {
          door?.log.error({ transaction: params.id }, "what the homeserver hands over is no transaction");
          return refuse(reply, 400, "M_NOT_JSON", "the body is no JSON object");
        }
        try {
          await door?.deliver(transaction);
        } catch (error) {
          door?.log.warn(
            { err: error, transaction: params.id },
            "a transaction was not taken in; it comes again",
          );
          return refuse(reply, 503, "M_UNKNOWN", "it can't be written now");
        }
        return reply.send({});
      },
    );
    scope.post("/ping", (_request, reply) => reply.send({}));
    scope.get<{ Params: { id: string } }>("/users/:id", ({ matrixDoor, params }, reply) =>
      exists(reply, matrixDoor, (door) => door.user(params.id)),
    );
    scope.get<{ Params: { alias: string } }>("/rooms/:alias", ({ matrixDoor, params }, reply) =>
      exists(reply, matrixDoor, (door) => door.room(params.alias)),
    );
    done();
  };
}

async function exists(
  reply: FastifyReply,
  door: AppServiceDoor | null,
  ask: (door: AppServiceDoor) => Promise<boolean>,
): Promise<FastifyReply> {
  let there = false;
  try {
    there = door !== null && (await ask(door));
  } catch (error) {
    door?.log.warn({ err: error }, "what the homeserver asks for could not be made");
    return refuse(reply, 503, "M_UNKNOWN", "that can't be said now");
  }
  return there ? reply.send({}) : refuse(reply, 404, "M_NOT_FOUND", "there is none");
}

function refuse(reply: FastifyReply, status: number, errcode: string, error: string): FastifyReply {
  return reply.code(status).send({ errcode, error });
}

/** Older homeservers put it into the query. */
function tokenOf({ headers, query }: FastifyRequest): string | null {
  const header = /^Bearer +(.+)$/i.exec(headers.authorization ?? "")?.[1];
  if (header !== undefined) return header;
  return queryForm.safeParse(query).data?.access_token ?? null;
}

/** Of one length, so that they can be compared in constant time. */
const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
