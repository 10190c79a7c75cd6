/** A look at the way from the homeserver to the gateway, for `mimi-gateway doctor`. */
import type { Finding } from "../../core/bridge/room.ts";
import type { MatrixApi } from "./api.ts";
import type { MatrixConfig } from "./config.ts";
import { ping, type Pinged } from "./ping.ts";

export interface ExamineReachOptions {
  readonly api: Pick<MatrixApi, "call">;
  readonly config: Pick<MatrixConfig, "id" | "url" | "listen">;
}

const CHECK = "ping";
export const REGISTER_AGAIN =
  "write the registration anew (mimi-gateway matrix register), and start the homeserver again";

/** Has the homeserver reach for the gateway; never rejects. */
export async function examineReach({ api, config }: ExamineReachOptions): Promise<Finding> {
  return reachFinding(await ping(api, config.id), config);
}

/** What an attempt of the homeserver's means, and what to do. */
export function reachFinding(pinged: Pinged, config: ExamineReachOptions["config"]): Finding {
  if (pinged.reached) {
    const detail = "the homeserver reaches the gateway, and the gateway knows its hs_token";
    return { check: CHECK, state: "ok", detail, remedy: null };
  }
  const { state, remedy } = causeOf(pinged, config);
  return { check: CHECK, state, detail: pinged.detail, remedy };
}

function causeOf(
  { code, status }: Pinged,
  { id, url, listen }: ExamineReachOptions["config"],
): Pick<Finding, "state" | "remedy"> {
  const reaches = `its registration must say "url: ${url}", and its machine reach ${listen.host}:${listen.port} by that`;
  switch (code) {
    case "M_BAD_STATUS":
      return { state: "fault", remedy: answeredOtherwise(status, url) };
    case "M_CONNECTION_FAILED":
    case "M_CONNECTION_TIMEOUT":
      return { state: "fault", remedy: `see that the homeserver reaches the gateway: ${reaches}` };
    case "M_URL_NOT_SET":
      return { state: "fault", remedy: `the registration at the homeserver has no url: ${REGISTER_AGAIN}` };
    case "M_FORBIDDEN":
      return {
        state: "fault",
        remedy: `the registration at the homeserver has another id than ${id}: set id to that one, or ${REGISTER_AGAIN}`,
      };
    case "M_UNKNOWN_TOKEN":
    case "M_MISSING_TOKEN":
      return { state: "fault", remedy: REGISTER_AGAIN };
    case "M_UNRECOGNIZED":
      return {
        state: "warning",
        remedy:
          "homeservers can try it from Matrix 1.7 on; without, say something in a room and see it arrive",
      };
    default:
      return { state: "fault", remedy: "see that the homeserver is up, and look again" };
  }
}

/** Something took the homeserver's question and did not say yes to it. */
function answeredOtherwise(status: number | null, url: string): string {
  if (status === 401 || status === 403)
    return `the hs_token of the registration at the homeserver is not the account's: ${REGISTER_AGAIN}`;
  return `something else than the gateway answers at the registration's url, which must be ${url}; see what it is`;
}
