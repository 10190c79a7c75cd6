import type { Translated } from "../../core/bridge/inbound.ts";

/** Names the files that lie below an address, so that other gateways get them from this one. */
export function withServedFiles(event: Translated, folder: string): Translated {
  if (event.kind !== "message" || event.message.body.kind !== "media") return event;
  const served = event.message.body.files
    .map(({ source }) => source)
    // As it is fetched, so that `..` leads nowhere else.
    .filter((source) => URL.parse(source)?.href.startsWith(folder) === true);
  return served.length === 0 ? event : { ...event, served };
}
