/** Whether Slack answers, and tells what happens: what the gateway posts must come back as an event. */
import type { Receiver } from "@slack/bolt";
import { GatewayError } from "../../core/errors.ts";
import type { Arguments } from "./api.ts";
import type { EchoWatch } from "./echo-watch.ts";
import { asGatewayFault } from "./refusal.ts";
import { SocketReceiver } from "./socket-receiver.ts";

export interface SignOfLifeOptions {
  readonly call: (method: string, args: Arguments) => Promise<unknown>;
  /** null: nothing is received yet. */
  readonly receiver: Receiver | null;
  readonly echoes: Pick<EchoWatch, "silentSince">;
}

/** Rejects with GatewayError where Slack does not answer, no socket is open, or events do not come. */
export async function signOfLife({ call, receiver, echoes }: SignOfLifeOptions): Promise<void> {
  try {
    await call("auth.test", {});
  } catch (thrown) {
    const error = asGatewayFault(thrown, "auth.test");
    // Whoever asks to wait is there.
    if (error.code !== "delivery_throttled") throw error;
  }
  if (receiver instanceof SocketReceiver && receiver.sockets.open === 0)
    throw new GatewayError("account_down", "no socket is open, so nothing comes from Slack");
  if (echoes.silentSince !== null)
    throw new GatewayError(
      "account_silent",
      "Slack takes what the gateway posts, and does not tell of it: see that the app's events are switched on",
    );
}
