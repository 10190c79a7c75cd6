/** The ping by which an application service shows that it listens (application service API, section 2.4.1; Matrix 1.7). */
import { MatrixError } from "matrix-js-sdk/lib/http-api/errors.js";
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

/** Has the homeserver hand over at once what it could not while nobody listened; else it waits up to some minutes. Never rejects. */
export async function askForMissed(
  api: Pick<MatrixApi, "call">,
  { id, url }: Pick<MatrixConfig, "id" | "url">,
  log: Logger,
): Promise<void> {
  const { reached, detail: why } = await ping(api, id);
  if (!reached) log.warn({ why, url }, "the homeserver does not reach the gateway, or does not say so");
}
