/** The addresses at which gateways take requests. */
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

const PATH = /^(?:\/[A-Za-z0-9._~-]+)*$/;

/**
 * An endpoint as it is compared and built upon: `https://HOST[:PORT][/PATH]`, without a slash at the end. null where the text is
 * none: another protocol, a query, a user, a path with escapes. `http://` is taken for loopback where `loopback` says so.
 */
export function parseEndpoint(text: string, loopback = false): string | null {
  const url = URL.parse(text);
  if (url === null || url.host === "") return null;
  if (url.protocol !== "https:" && !(loopback && url.protocol === "http:" && isLoopback(url.hostname)))
    return null;
  const path = url.pathname.replace(/\/$/, "");
  const canonical = url.origin + path;
  // Whatever the parser had to drop or rewrite, a user or `..` among it, makes the text another one.
  return PATH.test(path) && text.replace(/\/$/, "") === canonical ? canonical : null;
}

/** Whether a host of a URL is this machine. */
function isLoopback(hostname: string): boolean {
  const literal = hostname.replace(/^\[(.*)\]$/, "$1");
  if (isIP(literal) === 0) return literal === "localhost";
  return ipaddr.process(literal).range() === "loopback";
}
