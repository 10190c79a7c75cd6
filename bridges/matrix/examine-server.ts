/** A look at the homeserver and at what it lets the gateway do, for `mimi-gateway doctor`. */
import { z } from "zod";
import type { Milliseconds } from "../../core/time.ts";
import type { Finding } from "../../core/bridge/room.ts";
import type { MediaLimits } from "../../core/media/remote-file.ts";
import type { MatrixApi } from "./api.ts";
import type { MatrixConfig } from "./config.ts";
import { REGISTER_AGAIN } from "./examine-reach.ts";
import type { Ghosts } from "./ghosts.ts";
import type { OwnUsers } from "./names.ts";
import { asGatewayFault } from "./refusal.ts";

const ANSWER_WITHIN_MS: Milliseconds = 15_000;
const SKEW_WORTH_A_WORD_MS: Milliseconds = 60_000;
/** From here on what was sent before a crash is not looked for far enough back in a room. */
const SKEW_TOO_FAR_MS: Milliseconds = 10 * 60_000;
const MIB = 1024 * 1024;
const LOOK_AGAIN = "see that the homeserver is up, and look again";

const versionsForm = z.object({ versions: z.array(z.string()) });
const whoForm = z.object({ user_id: z.string() });
const refusalForm = z.object({ errcode: z.string(), error: z.string().catch("") });
const mediaForm = z.object({ "m.upload.size": z.number().optional() });

export interface ExamineServerOptions {
  readonly api: Pick<MatrixApi, "call">;
  readonly config: Pick<MatrixConfig, "homeserver" | "asToken">;
  readonly own: OwnUsers;
  readonly ghosts: Pick<Ghosts, "bot">;
  readonly media: Pick<MediaLimits, "maxBytes">;
}

/** Asks the homeserver a few things; never rejects. */
export async function examineServer(options: ExamineServerOptions): Promise<readonly Finding[]> {
  const [server, ...others] = await Promise.all([
    serverFindings(options),
    tokenFinding(options),
    deviceFinding(options),
    uploadFinding(options),
  ]);
  return [...server, ...others];
}

/** That it answers, what it speaks, and what its clock says (the Date of its answer, in whole seconds). */
async function serverFindings({ config }: ExamineServerOptions): Promise<readonly Finding[]> {
  const check = "homeserver";
  try {
    const sent = Date.now();
    const answer = await ask(config.homeserver, "/_matrix/client/versions", null);
    const clock = clockFinding((sent + Date.now()) / 2, Date.parse(answer.headers.get("date") ?? ""));
    const versions = versionsForm.safeParse(await answer.json()).data?.versions;
    const newest = versions?.findLast((version) => version.startsWith("v1."));
    if (newest === undefined)
      return [
        {
          check,
          state: "fault",
          detail: `what answers at ${config.homeserver} names no version of Matrix that the gateway speaks`,
          remedy: "see that homeserver is the address of its client-server API, and that it is up to date",
        },
      ];
    return [
      { check, state: "ok", detail: `answers, and speaks Matrix up to ${newest}`, remedy: null },
      clock,
    ];
  } catch (thrown) {
    const remedy = `see that ${config.homeserver} is reached from here, and is a homeserver's client-server API`;
    return [{ check, state: "fault", detail: asGatewayFault(thrown, "versions").detail, remedy }];
  }
}

/** `here` and `there`: the time by both clocks; NaN: the homeserver does not say. */
export function clockFinding(here: Milliseconds, there: Milliseconds): Finding {
  const check = "clock";
  if (Number.isNaN(there))
    return {
      check,
      state: "warning",
      detail: "the homeserver's answer bears no date",
      remedy: "see that both clocks are set by NTP",
    };
  const ahead = here - there;
  const seconds = Math.round(Math.abs(ahead) / 1_000);
  if (Math.abs(ahead) < SKEW_WORTH_A_WORD_MS)
    return { check, state: "ok", detail: `within ${seconds + 1} s of the homeserver's`, remedy: null };
  return {
    check,
    state: Math.abs(ahead) < SKEW_TOO_FAR_MS ? "warning" : "fault",
    detail: `${seconds} s ${ahead > 0 ? "ahead of" : "behind"} the homeserver's; beyond 600 s what was sent before a crash may be sent again`,
    remedy: "set the clocks of both machines by NTP",
  };
}

/** Whose the as_token is: the sender of the registration says for whom the gateway is taken where it names nobody. */
async function tokenFinding({ config, own }: ExamineServerOptions): Promise<Finding> {
  const check = "as_token";
  try {
    const answer = await ask(config.homeserver, "/_matrix/client/v3/account/whoami", config.asToken);
    const json: unknown = await answer.json();
    const user = whoForm.safeParse(json).data?.user_id;
    if (answer.ok && user === own.bot)
      return { check, state: "ok", detail: `good: of ${own.bot}`, remedy: null };
    if (answer.ok && user !== undefined)
      return {
        check,
        state: "fault",
        detail: `good, but of ${user}; by its bot and server_name the account's is ${own.bot}`,
        remedy: `set them to those, or ${REGISTER_AGAIN}`,
      };
    const refusal = refusalForm.safeParse(json).data;
    const said =
      refusal === undefined ? `HTTP status ${answer.status}` : `${refusal.errcode} ${refusal.error}`;
    const detail = `the homeserver does not know it: ${said}`;
    return { check, state: "fault", detail, remedy: REGISTER_AGAIN };
  } catch (thrown) {
    return { check, state: "fault", detail: asGatewayFault(thrown, "whoami").detail, remedy: LOOK_AGAIN };
  }
}

async function deviceFinding({ ghosts }: ExamineServerOptions): Promise<Finding> {
  const check = "devices";
  try {
    const { device } = await ghosts.bot();
    if (device !== undefined)
      return {
        check,
        state: "ok",
        detail: "what is sent is sent by devices: the homeserver knows it again, also behind its restart",
        remedy: null,
      };
    return {
      check,
      state: "warning",
      detail:
        "the homeserver makes none for the gateway: what was on its way is looked for in the room afterwards",
      remedy: "update the homeserver to one that does (Matrix 1.17, MSC4190)",
    };
  } catch (thrown) {
    const { code, detail } = asGatewayFault(thrown, "register");
    const remedy = code === "request_timeout" ? LOOK_AGAIN : REGISTER_AGAIN;
    return { check, state: "fault", detail, remedy };
  }
}

/** By the address that came together with the way on which files are fetched (client-server API, section 10.9; Matrix 1.11). */
async function uploadFinding({ api, media }: ExamineServerOptions): Promise<Finding> {
  const check = "files";
  try {
    const answer = await api.call({ method: "GET", path: "/config", prefix: "mediaV1" });
    const largest = mediaForm.parse(answer)["m.upload.size"] ?? null;
    if (largest === null)
      return { check, state: "ok", detail: "the homeserver names no limit to their size", remedy: null };
    const linked = largest < media.maxBytes ? "; larger ones are linked" : "";
    const detail = `the homeserver takes up to ${Math.floor((10 * largest) / MIB) / 10} MiB${linked}`;
    return { check, state: "ok", detail, remedy: null };
  } catch (thrown) {
    const { code, detail } = asGatewayFault(thrown, "media/config");
    const old = code === "request_refused";
    return {
      check,
      state: old ? "warning" : "fault",
      detail,
      remedy: old ? "without Matrix 1.11 files of the homeserver can't be fetched: update it" : LOOK_AGAIN,
    };
  }
}

/** A plain request: the gateway's own calls all say in whose name they are made. Rejects where there is no answer. */
async function ask(homeserver: string, at: string, token: string | null): Promise<Response> {
  return fetch(new URL(at, homeserver), {
    redirect: "error",
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    ...(token === null ? {} : { headers: { authorization: `Bearer ${token}` } }),
  });
}
