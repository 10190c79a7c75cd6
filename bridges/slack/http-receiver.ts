/**
 * Slack's requests (Events API over HTTP). Bolt answers before its listeners run, so what is to be kept is written here,
 * before the answer; Slack repeats what is not answered within 3 s.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { Receiver } from "@slack/bolt";
import fastify, { type FastifyInstance, type FastifyPluginCallback } from "fastify";
import type { Milliseconds } from "../../core/bridge.ts";
import { asGatewayError, GatewayError } from "../../core/errors.ts";
import type { Logger } from "../../core/log.ts";
import { type Deliver, parseBody, readEnvelope } from "./envelope.ts";
import { isSigned } from "./signature.ts";

export const EVENTS_PATH = "/slack/events";
/** Slack's largest events are far smaller. */
const LARGEST_BODY = 4 * 1024 * 1024;
/** Slack gives up at 3 s; a refusal tells it sooner that it must come again. */
const ANSWER_WITHIN_MS: Milliseconds = 2_500;

export interface EventsOptions {
  readonly signingSecret: string;
  readonly deliver: Deliver;
  readonly log: Logger;
  readonly now: () => Milliseconds;
}

/** The route of Slack's requests, with parsers of its own that no other route sees. */
export function slackEvents({ signingSecret, deliver, log, now }: EventsOptions): FastifyPluginCallback {
  return (scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      "*",
      { parseAs: "buffer", bodyLimit: LARGEST_BODY },
      (_request, body, parsed) => {
        parsed(null, body);
      },
    );
    scope.post(EVENTS_PATH, { bodyLimit: LARGEST_BODY }, async (request, reply) => {
      const { headers } = request;
      const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const signed = {
        body: bytes,
        signature: headerOf(headers["x-slack-signature"]),
        timestamp: headerOf(headers["x-slack-request-timestamp"]),
      };
      if (!isSigned(signed, signingSecret, now())) return reply.code(401).send();
      const body = parseBody(bytes.toString("utf8"), headerOf(headers["content-type"]));
      if (body === null) return reply.code(400).send();
      const envelope = readEnvelope(body);
      if (envelope?.type === "url_verification") return reply.send({ challenge: envelope.challenge ?? "" });
      try {
        const answer = await soon(deliver(body));
        return await reply.code(200).send(answer ?? "");
      } catch (thrown) {
        log.warn({ err: asGatewayError(thrown) }, "a request of Slack's was not taken in; it comes again");
        return reply.code(503).send();
      }
    });
    done();
  };
}

export interface HttpReceiverOptions extends Omit<EventsOptions, "now"> {
  readonly host: string;
  readonly port: number;
}

export class HttpReceiver implements Receiver {
  readonly #options: HttpReceiverOptions;
  #server: FastifyInstance | null = null;

  constructor(options: HttpReceiverOptions) {
    this.#options = options;
  }

  init(): void {}

  /** Resolves when it listens. Rejects where the address can't be had. */
  async start(): Promise<void> {
    const { host, port } = this.#options;
    const server = fastify();
    await server.register(slackEvents({ ...this.#options, now: () => Date.now() }));
    try {
      await server.listen({ host, port });
    } catch (cause) {
      throw new GatewayError("config_invalid", `${host}:${port} can't be listened on: change listen`, {
        cause,
      });
    }
    this.#server = server;
  }

  async stop(): Promise<void> {
    await this.#server?.close();
    this.#server = null;
  }
}

async function soon(work: Promise<unknown>): Promise<unknown> {
  const over = new AbortController();
  const late = pause(ANSWER_WITHIN_MS, undefined, { signal: over.signal, ref: false }).then(() => {
    throw new GatewayError("request_timeout", "the store takes too long");
  });
  // Whichever comes second is nobody's any more.
  late.catch(() => undefined);
  work.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    over.abort();
  }
}

const headerOf = (value: string | string[] | undefined): string => (typeof value === "string" ? value : "");
