/** The floor of what reaches Matrix: a ghost that says a message by one bare PUT, as the gateway does, and nothing else. */
import { MatrixHttp } from "../../deploy/clients/matrix-http.ts";
import { AS_TOKEN } from "./matrix-children.ts";
import { MatrixVoice } from "./matrix-voice.ts";

const DEVICE = "BENCH";
const USERNAME = "_mimi_bare";

/** Resolves when it is in the rooms, which are open to all. */
export async function enterGhost(
  url: string,
  serverName: string,
  rooms: readonly string[],
): Promise<MatrixVoice> {
  const http = new MatrixHttp(url, AS_TOKEN);
  const as = { user_id: `@${USERNAME}:${serverName}` };
  const type = "m.login.application_service";
  await http.call("POST", "/v3/register", { type, username: USERNAME, inhibit_login: true });
  await http.call("PUT", `/v3/devices/${DEVICE}`, {}, as);
  for (const room of rooms) await http.call("POST", `/v3/rooms/${encodeURIComponent(room)}/join`, {}, as);
  const query = { ...as, device_id: DEVICE, "org.matrix.msc3202.device_id": DEVICE };
  return new MatrixVoice(url, AS_TOKEN, query);
}
