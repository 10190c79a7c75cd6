/** What a step sends, once its files are at the homeserver. */
import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import {
  type DeliveryContext,
  DeliveryError,
  type Plain,
  type Step,
  textArg,
} from "../../core/bridge/outbound.ts";
import { GatewayError } from "../../core/errors.ts";
import { limits } from "../../core/limits.ts";
import type { Logger } from "../../core/log.ts";
import type { Milliseconds } from "../../core/time.ts";
import { type MatrixContent, withAddress } from "../../mappings/matrix/calls.ts";
import { textAt } from "../../mappings/matrix/event.ts";
import { uploadsOf, withAddresses } from "./planned-uploads.ts";
import { asDeliveryError, notSent } from "./refusal.ts";
import type { Uploads } from "./uploads.ts";

const contentForm = z.record(z.string(), z.unknown());
const linkedForm = z.object({ type: z.string(), content: contentForm }).nullable().catch(null);

export interface Sendable {
  readonly type: string;
  readonly content: MatrixContent;
}

export interface SendableOptions {
  readonly uploads: Pick<Uploads, "store" | "storeBytes">;
  readonly log: Logger;
  /** For tests. */
  readonly emojiMs?: Milliseconds;
}

/**
 * Stores the step's files in the name of `as`. What can't be stored, or emoji whose pictures take too long, makes it what it is
 * without them: a link, a name. Rejects with DeliveryError where the homeserver can't be used now, or with GatewayError where
 * there is no such other form.
 */
export async function sendableOf(
  step: Step,
  origin: DeliveryContext["origin"],
  as: string,
  { uploads, log, emojiMs = limits.emojiMs }: SendableOptions,
): Promise<Sendable> {
  const type = textArg(step, "type");
  const content = contentOf(step.args["content"]);
  if (step.op === "text-file") {
    const filename = textAt(content, "filename") ?? "message.txt";
    const file = { filename, contentType: "text/plain; charset=utf-8" };
    const url = await uploads.storeBytes(file, Buffer.from(textArg(step, "text")), as);
    return { type, content: withAddress(content, url) };
  }
  const stored = new Map<string, string>();
  const emojiUntil = performance.now() + emojiMs;
  const facts = origin && { ...origin, sha256: null };
  for (const upload of uploadsOf(step)) {
    try {
      const url = uploads.store(upload, facts, as);
      stored.set(upload.place, await (upload.emoji === undefined ? url : inTime(url, emojiUntil)));
    } catch (thrown) {
      const linked = linkedForm.parse(step.args["linked"]);
      const fault =
        thrown instanceof GatewayError ? thrown : notSent(asDeliveryError(thrown, "storing a file"));
      const passes = fault instanceof DeliveryError && fault.retry !== "never";
      if (passes || linked === null) throw fault;
      log.warn({ err: fault }, "a file could not be put on the homeserver; it is linked");
      return linked;
    }
  }
  return { type, content: withAddresses(content, (url) => stored.get(url) ?? url) };
}

/** What is not done by then is done for the next message. */
async function inTime(url: Promise<string>, until: Milliseconds): Promise<string> {
  const late = pause(Math.max(0, until - performance.now()), null, { ref: false });
  const stored = await Promise.race([url, late]);
  if (stored === null) throw new GatewayError("media_unreachable", "the pictures of emoji take too long");
  return stored;
}

const contentOf = (content: Plain | undefined): MatrixContent => contentForm.parse(content);
