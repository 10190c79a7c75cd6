/** Requests that wait for their answer (RFC 6120, section 8.2.3). */
import { GatewayError } from "../../core/errors.ts";
import { StanzaError } from "./stream-stanza-error.ts";
import { attribute } from "./xml.ts";
import type { Element } from "./xml.ts";

interface Pending {
  readonly to: string;
  readonly resolve: (answer: Element) => void;
  readonly reject: (error: GatewayError) => void;
  readonly timer: NodeJS.Timeout;
}

export class PendingRequests {
  readonly #pending = new Map<string, Pending>();

  /**
   * Resolves to the result that `to` gives to the request of that id. Rejects with StanzaError for an answer of
   * type error, and with GatewayError request_timeout.
   */
  wait(id: string, to: string, timeoutMs: number): Promise<Element> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new GatewayError("request_timeout", `${to} did not answer within ${timeoutMs} ms`));
      }, timeoutMs);
      this.#pending.set(id, { to: sameCase(to), resolve, reject, timer });
    });
  }

  /** True: the stanza is the answer to a request and needs no further care. An id alone proves nothing. */
  settle(stanza: Element): boolean {
    if (this.#pending.size === 0 || stanza.name !== "iq") return false;
    const type = attribute(stanza, "type");
    if (type !== "result" && type !== "error") return false;
    const id = attribute(stanza, "id") ?? "";
    const request = this.#pending.get(id);
    if (request === undefined || request.to !== sameCase(attribute(stanza, "from") ?? "")) return false;
    this.#pending.delete(id);
    clearTimeout(request.timer);
    if (type === "result") request.resolve(stanza);
    else request.reject(new StanzaError(stanza));
    return true;
  }

  /** Rejects all that wait. */
  rejectAll(error: GatewayError): void {
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(error);
    }
    this.#pending.clear();
  }
}

/** Servers answer from the address in lower case; only the resource keeps its case (RFC 7622). */
function sameCase(jid: string): string {
  const slash = jid.indexOf("/");
  return slash < 0 ? jid.toLowerCase() : jid.slice(0, slash).toLowerCase() + jid.slice(slash);
}
