/** What a stream can end with, as errors of ours (RFC 6120, section 4.9; XEP-0114, section 3). */
import { GatewayError } from "../../core/errors.ts";
import type { Element } from "./xml.ts";

export const NS_STREAM = "http://etherx.jabber.org/streams";
const NS_STREAMS = "urn:ietf:params:xml:ns:xmpp-streams";

/** Of a `<stream:error/>` that the server sent. A refused secret is account_refused, the rest stream_failed. */
export function serverError(element: Element, domain: string): GatewayError {
  const condition = element.getChildElements().find((child) => child.name !== "text")?.name ?? "no reason";
  const text = element.getChildText("text", NS_STREAMS) ?? "";
  const said = `${condition}${text === "" ? "" : ` (${text})`}`;
  return condition === "not-authorized"
    ? new GatewayError(
        "account_refused",
        `the server does not take the secret of ${domain}: ${said}; it must equal the component's secret there`,
      )
    : new GatewayError("stream_failed", `the server ended the stream of ${domain}: ${said}`);
}

/** Of whatever reading the stream threw. */
export function readError(thrown: unknown): GatewayError {
  if (thrown instanceof GatewayError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new GatewayError("stream_failed", `the server sent what is not XML: ${message}`, { cause: thrown });
}

/** Of a fault of the socket, or of waiting for it. */
export function socketError(error: Error, service: string): GatewayError {
  const message = error.message === "" ? error.name : error.message;
  return new GatewayError("account_down", `no connection to ${service}: ${message}`, { cause: error });
}

/** The end of our stream; with a condition of RFC 6120, section 4.9.3, the server learns why. */
export function streamEnd(condition: string | null): string {
  const end = "</stream:stream>";
  return condition === null
    ? end
    : `<stream:error><${condition} xmlns="${NS_STREAMS}"/></stream:error>${end}`;
}
