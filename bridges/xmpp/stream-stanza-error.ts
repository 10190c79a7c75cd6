/** Stanza errors (RFC 6120, section 8.3) as errors of ours. */
import { GatewayError } from "../../core/errors.ts";
import { inShort } from "./in-short.ts";
import { attribute } from "./xml.ts";
import type { Element } from "./xml.ts";

const NS_STANZAS = "urn:ietf:params:xml:ns:xmpp-stanzas";

/** Those of RFC 6120, section 8.3.3: whatever else a sender makes up is none. */
const CONDITIONS: ReadonlySet<string> = new Set([
  "bad-request",
  "conflict",
  "feature-not-implemented",
  "forbidden",
  "gone",
  "internal-server-error",
  "item-not-found",
  "jid-malformed",
  "not-acceptable",
  "not-allowed",
  "not-authorized",
  "policy-violation",
  "recipient-unavailable",
  "redirect",
  "registration-required",
  "remote-server-not-found",
  "remote-server-timeout",
  "resource-constraint",
  "service-unavailable",
  "subscription-required",
  "undefined-condition",
  "unexpected-request",
]);

/** Somebody answered with `type="error"`. */
export class StanzaError extends GatewayError {
  /** One of RFC 6120, section 8.3.3, for example `item-not-found`. */
  readonly condition: string;
  /** `auth`, `cancel`, `continue`, `modify` or `wait`; whatever the sender wrote. */
  readonly type: string;
  /** What the sender says to people, in short; empty if nothing. */
  readonly text: string;
  readonly stanza: Element;

  /** Of a stanza of type error. Without a condition of the standard's it is `undefined-condition`. */
  constructor(stanza: Element) {
    const error = stanza.getChild("error");
    const children = error?.getChildElements() ?? [];
    const named = children.find((child) => child.name !== "text" && child.getNS() === NS_STANZAS)?.name;
    const condition = named !== undefined && CONDITIONS.has(named) ? named : "undefined-condition";
    const text = inShort(error?.getChildText("text", NS_STANZAS) ?? "");
    super(
      "request_refused",
      `${attribute(stanza, "from") ?? "the server"} answered ${condition}${text === "" ? "" : ` (${text})`}`,
    );
    this.condition = condition;
    this.type = (error && attribute(error, "type")) ?? "cancel";
    this.text = text;
    this.stanza = stanza;
  }
}
