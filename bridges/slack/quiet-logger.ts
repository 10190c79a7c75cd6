/** The Slack libraries' logs hold tokens and message bodies; the gateway logs the outcome of each call itself. */
import { type Logger, LogLevel } from "@slack/web-api";

export const quietLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => LogLevel.ERROR,
  setName: () => undefined,
};
