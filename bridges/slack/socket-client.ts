/** The library's Socket Mode client, one connection each, with what would end the process made harmless. */
import { SocketModeClient } from "@slack/socket-mode";
import { z } from "zod";
import { quietLogger } from "./quiet-logger.ts";

/** Words about the sending itself have no inner event, which the library takes for granted. */
const bareForm = z.looseObject({
  type: z.literal("events_api"),
  payload: z.looseObject({ type: z.string(), event: z.undefined().optional() }),
});

/** What the client says of each envelope but `hello` and `disconnect`. */
export const received = z.object({
  ack: z.custom<(answer?: Record<string, unknown>) => Promise<void>>((value) => typeof value === "function"),
  body: z.record(z.string(), z.unknown()),
});

export class SocketClient extends SocketModeClient {
  constructor(appToken: string, api: string) {
    super({
      appToken,
      autoReconnectEnabled: false,
      logger: quietLogger,
      clientOptions: {
        slackApiUrl: api,
        allowAbsoluteUrls: false,
        retryConfig: { retries: 0 },
        rejectRateLimitedCalls: true,
        timeout: 15_000,
      },
    });
  }

  protected override async onWebSocketMessage(data: ArrayBuffer | string, isBinary: boolean): Promise<void> {
    const bare = typeof data === "string" ? bareForm.safeParse(json(data)).data : undefined;
    const { payload } = bare ?? {};
    const whole = payload
      ? JSON.stringify({ ...bare, payload: { ...payload, event: { type: payload.type } } })
      : data;
    try {
      await super.onWebSocketMessage(whole, isBinary);
    } catch (thrown) {
      this.emit("error", thrown);
    }
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
