/**
 * Slack's requests (Events API over HTTP). Bolt answers before its listeners run, so what is to be kept is written here,
 * before the answer; Slack repeats what is not answered within 3 s.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { FastifyPluginCallback } from "fastify";
import type { Milliseconds } from "../../core/time.ts";
import { asGatewayError, GatewayError } from "../../core/errors.ts";
import type { Logger } from "../../core/log.ts";
import { type Deliver, parseBody, readEnvelope, teamsOf } from "./envelope.ts";
import { isSigned } from "./signature.ts";

export const EVENTS_PATH = "/slack/events";
/** Slack's largest events are far smaller. */
const LARGEST_BODY = 4 * 1024 * 1024;
/** Slack repeats at once, after a minute and after five, and then gives up. */
const RETRY_AFTER_A_MINUTE = 2;
/** Slack gives up at 3 s; a refusal tells it sooner that it must come again. */
const ANSWER_WITHIN_MS: Milliseconds = 2_500;

/** One account that Slack's requests may be for. */
export interface EventDoor {
  readonly signingSecret: string;
  /** The workspace that it serves; null: that is not known yet. */
  readonly team: () => string | null;
  readonly deliver: Deliver;
  /** Slack could not reach the gateway for a minute or longer: of what it sent meanwhile it may have given something up. */
  readonly missed: () => void;
  readonly log: Logger;
}

export interface EventsOptions {
  /** Of the accounts at this address, which are asked for at each request. */
  readonly doors: () => readonly EventDoor[];
  /** Signing secrets of accounts that are not connected yet: Slack's challenge is answered, all else is to come again. */
  readonly waiting: () => readonly string[];
  readonly now: () => Milliseconds;
}

/** The route of Slack's requests, with parsers of its own that no other route sees. */
export function slackEvents({ doors, waiting, now }: EventsOptions): FastifyPluginCallback {
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
      const at = now();
      // Of one app in several workspaces all have the same secret.
      const signers = doors().filter(({ signingSecret }) => isSigned(signed, signingSecret, at));
      const isAwaited = waiting().some((secret) => isSigned(signed, secret, at));
      if (signers.length === 0 && !isAwaited) return reply.code(401).send();
      const body = parseBody(bytes.toString("utf8"), headerOf(headers["content-type"]));
      if (body === null) return reply.code(400).send();
      const envelope = readEnvelope(body);
      if (envelope?.type === "url_verification") return reply.send({ challenge: envelope.challenge ?? "" });
      const teams = teamsOf(body);
      const door = signers.find((one) => teams.length === 0 || teams.includes(one.team() ?? ""));
      // Where somebody does not know yet which workspace is his, it may be that one.
      const mayBe = isAwaited || signers.some((one) => one.team() === null);
      if (!door) return reply.code(mayBe ? 503 : 401).send();
      if (Number(headerOf(headers["x-slack-retry-num"])) >= RETRY_AFTER_A_MINUTE) door.missed();
      try {
        const answer = await soon(door.deliver(body));
        return await reply.code(200).send(answer ?? "");
      } catch (thrown) {
        door.log.warn(
          { err: asGatewayError(thrown) },
          "a request of Slack's was not taken in; it comes again",
        );
        return reply.code(503).send();
      }
    });
    done();
  };
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
