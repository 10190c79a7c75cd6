/** The ping by which an application service shows that it listens (application service API, section 2.4.1; Matrix 1.7). */
import { MatrixError } from "matrix-js-sdk/lib/http-api/errors.js";
import { GatewayError } from "../../core/errors.ts";
import type { Milliseconds } from "../../core/time.ts";
import type { Logger } from "../../core/log.ts";
import { type MatrixApi, path } from "./api.ts";
import type { MatrixConfig } from "./config.ts";
import { asGatewayFault, refusalOf } from "./refusal.ts";

/** Homeservers give up on the gateway after a minute. */
const ANSWER_WITHIN_MS: Milliseconds = 75_000;

/** Synapse has reached the gateway, and then stumbles over its own attempt to hand over that is under way already. */
const UNDER_WAY = /^Already(?:Called|Cancelled)\b/;

/** What came of it. */
export interface Pinged {
  readonly reached: boolean;
  /** The homeserver's word for why not; null: it gave none. */
  readonly code: string | null;
  /** The status that the homeserver got from whoever listens at the gateway's address; null: none that it tells of. */
  readonly status: number | null;
  readonly detail: string;
}

const REACHED: Pinged = { reached: true, code: null, status: null, detail: "" };

/** Has the homeserver reach for the gateway. Never rejects. */
export async function ping(api: Pick<MatrixApi, "call">, id: string): Promise<Pinged> {
  try {
    const at = path("appservice", id, "ping");
    await api.call({ method: "POST", path: at, prefix: "v1", body: {}, elsewhereMs: ANSWER_WITHIN_MS });
    return REACHED;
  } catch (thrown) {
    if (thrown instanceof MatrixError && UNDER_WAY.test(thrown.data.error ?? "")) return REACHED;
    const data: unknown = thrown instanceof MatrixError ? thrown.data["status"] : null;
    const status = typeof data === "number" ? data : null;
    return { reached: false, code: refusalOf(thrown), status, detail: asGatewayFault(thrown, "ping").detail };
  }
}

/** What homeservers say where they did not reach the gateway. */
const UNREACHED = new Set(["M_CONNECTION_FAILED", "M_CONNECTION_TIMEOUT", "M_BAD_STATUS", "M_URL_NOT_SET"]);

/**
 * Rejects with GatewayError where the homeserver does not answer, or says that it does not reach the gateway. One that does not
 * know the ping has answered.
 */
export async function signOfLife(
  api: Pick<MatrixApi, "call">,
  { id, url }: Pick<MatrixConfig, "id" | "url">,
): Promise<void> {
  try {
    await api.call({ method: "GET", path: path("account", "whoami") });
  } catch (thrown) {
    throw asGatewayFault(thrown, "whoami");
  }
  const { code, detail } = await ping(api, id);
  if (code !== null && UNREACHED.has(code))
    throw new GatewayError(
      "request_refused",
      `the homeserver does not reach the gateway at ${url}: ${detail}`,
    );
}

/** Has the homeserver hand over at once what it could not while nobody listened; else it waits up to some minutes. Never rejects. */
export async function askForMissed(
  api: Pick<MatrixApi, "call">,
  { id, url }: Pick<MatrixConfig, "id" | "url">,
  log: Logger,
): Promise<void> {
  const { reached, detail: why } = await ping(api, id);
  if (!reached) log.warn({ why, url }, "the homeserver does not reach the gateway, or does not say so");
}
