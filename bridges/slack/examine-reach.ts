/** A look at the way from Slack to the gateway, for `mimi-gateway doctor`: the question that Slack asks of a request URL, asked by us. */
import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { Finding } from "../../core/bridge/room.ts";
import type { Milliseconds } from "../../core/time.ts";
import type { SlackConfig } from "./config.ts";
import { EVENTS_PATH } from "./events-route.ts";
import { signatureOf } from "./signature.ts";

const CHECK = "public-url";
const ANSWER_WITHIN_MS: Milliseconds = 15_000;

const answerForm = z.object({ challenge: z.string() });

export interface ExamineReachOptions {
  readonly config: Pick<SlackConfig, "transport" | "open">;
  readonly now: () => Milliseconds;
}

/** Nothing where Slack need not reach the gateway; never rejects. */
export async function examineReach({ config, now }: ExamineReachOptions): Promise<readonly Finding[]> {
  const { transport, open } = config;
  if (transport.kind !== "http") return [];
  if (open === null) {
    const detail = "whether Slack reaches the gateway is seen by its events alone: no public_url is named";
    return [{ check: CHECK, state: "ok", detail, remedy: "name it, to have it tried" }];
  }
  const url = `${open.publicUrl}${EVENTS_PATH}`;
  const { host, port } = open.address;
  const remedy = `see that a proxy with a certificate leads from there to ${host}:${port}, and that Slack's Event Subscriptions have this request URL`;
  // https://docs.slack.dev/reference/events/url_verification
  const challenge = randomBytes(16).toString("hex");
  const body = Buffer.from(JSON.stringify({ type: "url_verification", challenge }));
  const timestamp = String(Math.floor(now() / 1_000));
  try {
    const answer = await fetch(url, {
      method: "POST",
      body,
      headers: {
        "content-type": "application/json",
        "x-slack-request-timestamp": timestamp,
        "x-slack-signature": signatureOf(body, timestamp, transport.signingSecret),
      },
      redirect: "error",
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    const said = answerForm.safeParse(await answer.json().catch(() => null)).data;
    if (said?.challenge === challenge)
      return [
        { check: CHECK, state: "ok", detail: `${url} leads to the gateway, seen from here`, remedy: null },
      ];
    const detail = `${url} does not lead to the gateway: something else answers with HTTP status ${answer.status}`;
    return [{ check: CHECK, state: "fault", detail, remedy }];
  } catch (thrown) {
    const why = thrown instanceof Error ? (causeOf(thrown) ?? thrown.message) : String(thrown);
    return [{ check: CHECK, state: "fault", detail: `${url} is not reached from here: ${why}`, remedy }];
  }
}

/** What lies under the words of a request that failed. */
const causeOf = ({ cause }: Error): string | null =>
  cause instanceof Error && cause.message !== "" ? cause.message : null;
