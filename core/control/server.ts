/** The control socket of a running gateway: the operator's operations for whoever may open the data folder. */
import { chmodSync, lstatSync, mkdirSync, unlinkSync } from "node:fs";
import { createConnection } from "node:net";
import { dirname } from "node:path";
import type { FastifyInstance } from "fastify";
import { fastify } from "fastify";
import type { Milliseconds } from "../time.ts";
import type { ErrorCode } from "../errors.ts";
import { asGatewayError, errorCodes, GatewayError } from "../errors.ts";
import type { Operations } from "../operations.ts";
import { type Problem, PROBLEM_TYPE, procedures } from "./procedures.ts";

export interface ControlServer {
  /** Takes no new requests, lets those under way finish for a moment, then ends them. Removes the socket. */
  close(): Promise<void>;
}

export interface ControlServerOptions {
  /** From controlSocketPath. Its folder is made where it is missing, open to its owner alone. */
  readonly socket: string;
  readonly version: string;
  readonly operations: Operations;
  /** How long `close` lets requests under way finish. */
  readonly graceMs?: Milliseconds;
}

const LARGEST_BODY = 1024 * 1024;
const GRACE: Milliseconds = 5_000;

/** Codes that are not a fault of this side; all others are 500. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  usage: 400,
  room_invalid: 400,
  account_unknown: 404,
  group_unknown: 404,
  event_unknown: 404,
  set_aside_unknown: 404,
  room_not_linked: 404,
  room_linked: 409,
  peer_unknown: 404,
  code_unknown: 404,
  connection_unknown: 404,
  peer_known: 409,
  domain_taken: 409,
  redeem_refused: 409,
  redeem_waiting: 409,
  group_not_followed: 409,
  federation_off: 409,
  install_unavailable: 409,
  peer_refused: 502,
  peer_answer_invalid: 502,
  peer_unreachable: 502,
  room_unreachable: 502,
  account_refused: 502,
  account_down: 503,
  redis_unavailable: 503,
  store_locked: 503,
};

/**
 * Serves the operations. A socket that a dead process left behind is replaced; where a living one answers,
 * throws GatewayError store_locked.
 */
export async function startControlServer(options: ControlServerOptions): Promise<ControlServer> {
  const { socket } = options;
  mkdirSync(dirname(socket), { recursive: true, mode: 0o700 });
  await makeRoom(socket);
  const server = routes(options);
  await server.listen({ path: socket });
  chmodSync(socket, 0o600);
  return {
    async close() {
      const grace = setTimeout(() => server.server.closeAllConnections(), options.graceMs ?? GRACE);
      await server.close();
      clearTimeout(grace);
    },
  };
}

function routes({ operations, version }: ControlServerOptions): FastifyInstance {
  const server = fastify({ logger: false, bodyLimit: LARGEST_BODY, requestTimeout: 0 });
  server.get("/v1/health", () => ({ version, pid: process.pid }));
  for (const [name, { perform }] of Object.entries(procedures)) {
    server.post(`/v1/${name}`, async (request) => perform(operations, request.body));
  }
  server.setNotFoundHandler((request) => {
    throw new GatewayError("usage", `this gateway (${version}) knows no ${request.method} ${request.url}`);
  });
  server.setErrorHandler((thrown, _request, reply) => {
    const error = refusal(thrown);
    const status = STATUS[error.code] ?? 500;
    const body: Problem = {
      type: `urn:mimi-gateway:error:${error.code}`,
      title: errorCodes[error.code],
      status,
      code: error.code,
      detail: error.detail,
    };
    return reply.code(status).type(PROBLEM_TYPE).send(JSON.stringify(body));
  });
  return server;
}

/** fastify's own refusals (no JSON, too large) are a wrong use; anything else unknown is a fault of ours. */
function refusal(thrown: unknown): GatewayError {
  const byFastify =
    thrown instanceof Error &&
    "statusCode" in thrown &&
    typeof thrown.statusCode === "number" &&
    thrown.statusCode < 500;
  return byFastify ? new GatewayError("usage", thrown.message, { cause: thrown }) : asGatewayError(thrown);
}

/** Removes the socket of a process that no longer listens. */
async function makeRoom(socket: string): Promise<void> {
  const facts = lstatSync(socket, { throwIfNoEntry: false });
  if (facts === undefined) return;
  if (!facts.isSocket()) {
    throw new GatewayError("config_invalid", `${socket} is in the way and is no socket; move it away`);
  }
  if (await answers(socket)) {
    throw new GatewayError(
      "store_locked",
      `a gateway is running on ${dirname(socket)} already; stop it, or give this one a \`data\` folder of its own`,
    );
  }
  unlinkSync(socket);
}

async function answers(socket: string): Promise<boolean> {
  return new Promise((settle) => {
    const connection = createConnection(socket);
    connection.once("connect", () => {
      connection.destroy();
      settle(true);
    });
    connection.once("error", () => settle(false));
  });
}
