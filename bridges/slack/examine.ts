/** A look at the app from all sides, for `mimi-gateway doctor`: what Slack lets it do, and whether Slack reaches the gateway. */
import { WebClient } from "@slack/web-api";
import { z } from "zod";
import type { Milliseconds } from "../../core/time.ts";
import type { Finding } from "../../core/bridge/room.ts";
import type { Arguments } from "./api.ts";
import type { Transport } from "./connection-keys.ts";
import type { Identity } from "./identity.ts";
import { SCOPES } from "./manifest.ts";
import { quietLogger } from "./quiet-logger.ts";
import { asGatewayFault } from "./refusal.ts";

/** Without these nothing is carried; without others something is left out. */
const NEEDED = new Set(["chat:write", "channels:history", "channels:read", "users:read"]);
const INSTALL_AGAIN =
  "compare the app with `mimi-gateway slack manifest`, and install it again in the workspace";

/** Slack refuses what its clocks and ours see more than 5 minutes apart, and so does the gateway. */
const SIGNED_WITHIN_MS: Milliseconds = 300_000;
const SKEW_WORTH_A_WORD_MS: Milliseconds = 60_000;
const ANSWER_WITHIN_MS: Milliseconds = 15_000;
const MINUTE_MS = 60_000;

const scopesForm = z.object({ response_metadata: z.object({ scopes: z.array(z.string()) }) });

/** How the gateway hears of what happens. */
export interface Hearing {
  /** Sockets that are open, of how many; null: events come by HTTP. */
  readonly sockets: { readonly open: number; readonly wanted: number } | null;
  /** When Slack told anything last; null: not since the start. */
  readonly heardAt: Milliseconds | null;
  /** Whether a channel is linked: of others nothing needs to be told. */
  readonly linked: boolean;
  /** Since when own posts are not told of; null: they are. */
  readonly silentSince: Milliseconds | null;
}

export interface ExamineOptions {
  readonly call: (method: string, args: Arguments) => Promise<unknown>;
  /** Where the Web API is. */
  readonly api: string;
  readonly transport: Transport;
  readonly identity: Identity;
  readonly hearing: Hearing;
  readonly now: () => Milliseconds;
}

/** Asks Slack a few things; never rejects. */
export async function examineApp(options: ExamineOptions): Promise<readonly Finding[]> {
  return [
    ...(await tokenFindings(options)),
    await transportFinding(options),
    ...hearingFindings(options),
    await clockFinding(options),
  ];
}

async function tokenFindings({ call, identity }: ExamineOptions): Promise<readonly Finding[]> {
  try {
    const answer = await call("auth.test", {});
    const { team, self, workspace } = identity;
    const detail = `good: bot ${self.user} of workspace ${team} (${workspace})`;
    const scopes = scopesForm.safeParse(answer).data?.response_metadata.scopes ?? null;
    return [{ check: "token", state: "ok", detail, remedy: null }, ...scopeFindings(scopes)];
  } catch (thrown) {
    const { detail } = asGatewayFault(thrown, "auth.test");
    const remedy =
      "see that this machine reaches Slack, and that token is the app's Bot User OAuth Token, or install it again";
    return [{ check: "token", state: "fault", detail, remedy }];
  }
}

/** What each scope that is missing costs. `given`: as Slack names them beside any answer; null: it did not. */
export function scopeFindings(given: readonly string[] | null): readonly Finding[] {
  const check = "scopes";
  if (given === null)
    return [
      { check, state: "warning", detail: "Slack did not say which the token has", remedy: INSTALL_AGAIN },
    ];
  const missing = Object.entries(SCOPES).filter(([scope]) => !given.includes(scope));
  if (missing.length === 0) {
    const more = given.filter((scope) => !Object.hasOwn(SCOPES, scope));
    const unused = more.length === 0 ? "" : `; not needed: ${more.join(", ")}`;
    return [
      { check, state: "ok", detail: `all ${Object.keys(SCOPES).length} are there${unused}`, remedy: null },
    ];
  }
  return missing.map(([scope, purpose]) => ({
    check: `scope:${scope}`,
    state: NEEDED.has(scope) ? "fault" : "warning",
    detail: `is missing, and with it: ${purpose}`,
    remedy: INSTALL_AGAIN,
  }));
}

async function transportFinding({ transport, api }: ExamineOptions): Promise<Finding> {
  if (transport.kind === "http") {
    const check = "signing-secret";
    if (/^[0-9a-f]{32}$/.test(transport.signingSecret))
      return { check, state: "ok", detail: "has the form of one", remedy: null };
    return {
      check,
      state: "warning",
      detail: "is not of 32 hexadecimal digits, as Slack's are",
      remedy: "copy it from the app's page: Basic Information, Signing Secret",
    };
  }
  const check = "app-token";
  try {
    const client = new WebClient(transport.appToken, {
      slackApiUrl: api,
      allowAbsoluteUrls: false,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      timeout: ANSWER_WITHIN_MS,
      logger: quietLogger,
    });
    await client.apiCall("apps.connections.open");
    return { check, state: "ok", detail: "good: Slack opens sockets for it", remedy: null };
  } catch (thrown) {
    const { detail } = asGatewayFault(thrown, "apps.connections.open");
    const remedy = "app_token must be an app-level token with connections:write, and Socket Mode be on";
    return { check, state: "fault", detail, remedy };
  }
}

export function hearingFindings({
  hearing,
  now,
}: Pick<ExamineOptions, "hearing" | "now">): readonly Finding[] {
  const { sockets } = hearing;
  return [...(sockets === null ? [] : [socketFinding(sockets)]), eventFinding(hearing, now())];
}

function socketFinding({ open, wanted }: NonNullable<Hearing["sockets"]>): Finding {
  const detail = `${open} of ${wanted} are open`;
  if (open === wanted) return { check: "sockets", state: "ok", detail, remedy: null };
  return {
    check: "sockets",
    state: open === 0 ? "fault" : "warning",
    detail,
    remedy: "they are opened by themselves, the second a while after the first: look again in a minute",
  };
}

function eventFinding({ heardAt, linked, silentSince }: Hearing, now: Milliseconds): Finding {
  const check = "events";
  if (silentSince !== null)
    return {
      check,
      state: "fault",
      detail: `Slack has not told of what the gateway itself posted ${minutes(now - silentSince)} ago`,
      remedy: "see that the app's events are on (Event Subscriptions), and for HTTP its request URL verified",
    };
  if (heardAt === null && !linked)
    return { check, state: "ok", detail: "no channel is linked of which Slack could tell", remedy: null };
  if (heardAt === null)
    return {
      check,
      state: "warning",
      detail: "Slack has told nothing since the start",
      remedy: "say something in a linked channel, and look again",
    };
  return { check, state: "ok", detail: `the last one came ${minutes(now - heardAt)} ago`, remedy: null };
}

const minutes = (length: Milliseconds): string =>
  length < MINUTE_MS ? "less than a minute" : `${Math.floor(length / MINUTE_MS)} minutes`;

/** By the Date of an answer (api.test needs no token), which has whole seconds. */
async function clockFinding({ api, now }: ExamineOptions): Promise<Finding> {
  const check = "clock";
  try {
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const sent = now();
    const answer = await fetch(new URL("api.test", api), { method: "POST", redirect: "error", signal });
    await answer.body?.cancel();
    const said = Date.parse(answer.headers.get("date") ?? "");
    if (Number.isNaN(said))
      return {
        check,
        state: "warning",
        detail: "Slack's answer bears no date",
        remedy: "see that this machine's clock is set by NTP",
      };
    return skewFinding((sent + now()) / 2 - said);
  } catch (thrown) {
    const { detail } = asGatewayFault(thrown, "api.test");
    return { check, state: "fault", detail, remedy: "see that this machine reaches Slack's Web API" };
  }
}

/** `ahead`: how much later it is here than there. */
export function skewFinding(ahead: Milliseconds): Finding {
  const check = "clock";
  const seconds = Math.round(Math.abs(ahead) / 1_000);
  if (Math.abs(ahead) < SKEW_WORTH_A_WORD_MS)
    return { check, state: "ok", detail: `within ${seconds + 1} s of Slack's`, remedy: null };
  return {
    check,
    state: Math.abs(ahead) < SIGNED_WITHIN_MS ? "warning" : "fault",
    detail: `${seconds} s ${ahead > 0 ? "ahead of" : "behind"} Slack's; beyond 300 s requests are refused`,
    remedy: "set this machine's clock by NTP",
  };
}
